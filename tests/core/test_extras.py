"""The text of an input and the JSON value of a typed extra: each is the way back of the other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from secretsui.core import catalogue
from secretsui.core.conn_type import FORMATS, KINDS, Field
from secretsui.core.extras import BadExtra, to_text, to_value
from tests.core import strategies

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | strategies.hostile,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(strategies.hostile, inner, max_size=3),
    max_leaves=6,
)
PLAIN_FIELDS = st.builds(
    Field,
    name=st.just("key"),
    label=st.just("Key"),
    kind=st.sampled_from(KINDS),
    format=st.sampled_from(("", *FORMATS)),
)
OF_KIND = {
    "text": strategies.hostile | st.text(),
    "integer": st.integers(),
    "number": st.floats() | st.integers(),
    "boolean": st.booleans(),
    "object": st.dictionaries(strategies.hostile, JSON_VALUES, max_size=3),
    "list": st.lists(JSON_VALUES, max_size=3),
}
TYPED = strategies.hostile | st.text() | JSON_VALUES.map(lambda value: json.dumps(value, default=str))


def field(kind: str = "text", **more: Any) -> Field:
    return Field("key", "Key", kind=kind, **more)  # type: ignore[arg-type]


def refused(of: Field, text: str) -> tuple[str, dict[str, Any]]:
    with pytest.raises(BadExtra) as caught:
        to_value(of, text)
    assert caught.value.name == "key"
    return caught.value.code, dict(caught.value.facts)


def is_same(one: Any, other: Any) -> bool:
    """Type and all: True is not 1, and 1 not 1.0."""
    return repr(one) == repr(other)


def attempt(of: Field, text: str) -> Any:
    """The value, or the refusal."""
    try:
        return to_value(of, text)
    except BadExtra as refusal:
        return refusal


@given(PLAIN_FIELDS.flatmap(lambda of: st.tuples(st.just(of), OF_KIND[of.kind] | JSON_VALUES)))
@example((field("text"), "a\r\nb"))
@example((field("text", format="pem"), "-----BEGIN\nline\n"))
@example((field("integer"), 10**400))
@example((field("integer"), -(10**299)))
@example((field("number"), float("nan")))
@example((field("number"), -0.0))
@example((field("object"), {"a": float("inf")}))
@example((field("object"), {"a": "\ud800"}))
def test_a_value_that_is_shown_comes_back_as_it_is(case):
    of, value = case
    text = to_text(of, value)
    if text is None:
        return
    back = attempt(of, text)
    if isinstance(back, BadExtra):
        # A limit of the field, not a loss: the input shows what is stored, and says what is wrong with it.
        assert (back.code, of.format) == ("bad-json", "json")
    else:
        assert is_same(back, value)


@given(PLAIN_FIELDS, TYPED)
@example(field("integer"), " 007")
@example(field("number"), "1e400")
@example(field("integer"), "-" + "9" * 300)
@example(field("object"), '{"a": 1, "a": 2}')
@example(field("list"), "[" * 100_000)
@example(field("number"), "٣")
def test_a_text_that_is_taken_shows_the_same_value_again(of, typed):
    value = attempt(of, typed)
    if isinstance(value, BadExtra):
        return
    shown = to_text(of, value)
    if shown is not None:
        assert is_same(to_value(of, shown), value)
    json.dumps(value, allow_nan=False)


@given(
    st.sampled_from([name for name in ("", *FORMATS) if name != "json"]),
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n")),
)
def test_a_text_field_takes_every_line_that_a_form_can_send(form, typed):
    of = field(format=form)
    assert to_text(of, to_value(of, typed)) == typed


@given(st.text(alphabet="ab\n"))
def test_line_ends_of_a_browser_become_newlines(text):
    of = field(format="pem")
    assert to_value(of, text.replace("\n", "\r\n")) == text
    assert to_text(of, text) == text


@given(PLAIN_FIELDS, strategies.hostile.map(lambda text: "hunter2" + text))
def test_a_refusal_does_not_quote_what_was_typed(of, typed):
    refusal = attempt(of, typed)
    if isinstance(refusal, BadExtra):
        assert "hunter2" not in f"{refusal!r} {refusal} {refusal.facts}"
        assert refusal.__context__ is None


@pytest.mark.parametrize(
    ("of", "value"),
    [
        (field("integer"), "5"),
        (field("integer"), 5.0),
        (field("integer"), True),
        (field("number"), "1.5"),
        (field("number"), False),
        (field("number"), float("inf")),
        (field("boolean"), "true"),
        (field("boolean"), 1),
        (field("boolean"), None),
        (field("text"), 5),
        (field("text"), None),
        (field("text"), {"a": 1}),
        (field("text"), "two\nlines"),
        (field("text"), "half \ud800"),
        (field("text", format="pem"), "a\r\nb"),
        (field("text", format="pem"), "a\x00b"),
        (field("object"), '{"a": 1}'),
        (field("object"), []),
        (field("list"), {}),
        (field("list"), "a"),
    ],
)
def test_a_value_of_another_kind_stays_out_of_the_input(of, value):
    assert to_text(of, value) is None


@pytest.mark.parametrize(
    ("of", "typed", "value"),
    [
        (field("text"), "", ""),
        (field("text"), " a ", " a "),
        (field("integer"), " 42 ", 42),
        (field("integer"), "-7", -7),
        (field("number"), "1", 1),
        (field("number"), "1.0", 1.0),
        (field("number"), "2.5e-3", 0.0025),
        (field("boolean"), "true", True),
        (field("boolean"), "False", False),
        (field("object"), '{"a": [1, true, null]}', {"a": [1, True, None]}),
        (field("list"), '["a"]', ["a"]),
        (field("text", choices=("a", "b")), "b", "b"),
        (field("integer", choices=(1, 2)), "2", 2),
        (field("text", format="json"), '{"a": 1}', '{"a": 1}'),
        (field("text", format="json"), "", ""),
    ],
)
def test_a_text_becomes_a_value_of_the_kind(of, typed, value):
    assert is_same(to_value(of, typed), value)


@pytest.mark.parametrize(
    ("of", "typed", "code", "facts"),
    [
        (field("integer"), "", "not-a-number", {}),
        (field("integer"), "five", "not-a-number", {}),
        (field("integer"), "007", "not-a-number", {}),
        (field("integer"), "0x1F", "not-a-number", {}),
        (field("integer"), "1_000", "not-a-number", {}),
        (field("integer"), "٣", "not-a-number", {}),
        (field("integer"), "1.5", "not-whole", {}),
        (field("integer"), "9" * 5000, "out-of-range", {"minimum": None, "maximum": None}),
        (field("integer", minimum=1, maximum=9), "0", "out-of-range", {"minimum": 1, "maximum": 9}),
        (field("integer", minimum=1, maximum=9), "10", "out-of-range", {"minimum": 1, "maximum": 9}),
        (field("number"), "NaN", "not-a-number", {}),
        (field("number"), "inf", "not-a-number", {}),
        (field("number"), "1e400", "out-of-range", {"minimum": None, "maximum": None}),
        (field("number", minimum=0.5), "0.25", "out-of-range", {"minimum": 0.5, "maximum": None}),
        (field("boolean"), "perhaps", "not-a-choice", {"choices": ["true", "false"]}),
        (field("text", choices=("a", "b")), "c", "not-a-choice", {"choices": ["a", "b"]}),
        (field("integer", choices=(1, 2)), "3", "not-a-choice", {"choices": [1, 2]}),
        (field("object"), "", "bad-json", {"line": 1, "column": 1}),
        (field("object"), '{\n "a": }', "bad-json", {"line": 2, "column": 7}),
        (field("object"), '{"a": NaN}', "bad-json", {}),
        (field("object"), '{"a": 1, "a": 2}', "bad-json", {}),
        (field("object"), "[" * 100_000, "bad-json", {}),
        (field("object"), "[1]", "not-an-object", {}),
        (field("object"), "null", "not-an-object", {}),
        (field("list"), "{}", "not-a-list", {}),
        (field("text", format="json"), "{", "bad-json", {"line": 1, "column": 2}),
        (field("text", pattern="^arn:"), "role", "bad-pattern", {"pattern": "^arn:"}),
        (field("text", min_length=3), "ab", "too-short", {"minimum": 3, "length": 2}),
        (field("text", max_length=3), "abcd", "too-long", {"maximum": 3, "length": 4}),
    ],
)
def test_a_text_that_is_none_says_why(of, typed, code, facts):
    assert refused(of, typed) == (code, facts)


def test_a_stored_value_beyond_the_limits_is_shown():
    assert to_text(field("integer", maximum=9), 10) == "10"
    assert to_text(field("text", choices=("a",)), "z") == "z"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_two_ways(kind):
    value = {"text": "a", "integer": 1, "number": 1.5, "boolean": True, "object": {"a": 1}, "list": [1]}[kind]
    assert is_same(to_value(field(kind), str(to_text(field(kind), value))), value)


def test_every_default_and_choice_of_the_catalogue_fits_its_input():
    fields = [each for conn_type in catalogue.all_types() for each in conn_type.fields]
    assert {each.kind for each in fields} == set(KINDS)
    for each in fields:
        for value in (*each.choices, *([] if each.default is None else [each.default])):
            text = to_text(each, value)
            assert text is not None, each.name
            assert text == "" or is_same(to_value(each, text), value), each.name
