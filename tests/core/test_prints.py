from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsui.core import compare, prints
from secretsui.core.codec import DIALECTS, DecodeError, Dialect, decode
from secretsui.core.connection import FIELDS, Connection, conceal
from secretsui.core.masked import MaskedObject
from secretsui.core.sensitive import Hidden, Sensitive
from tests.core import strategies as some

KEY = b"key of these tests"


def of(value: prints.Readings | Sensitive | Hidden) -> prints.Prints:
    return prints.fingerprinted(prints.places(value), KEY)


def conn(**given: Any) -> Connection:
    secret = {name: conceal(given.pop(name)) for name in ("login", "password", "extra") if name in given}
    return Connection(**given, **secret)


def readings(text: str) -> dict[Dialect, Connection | None]:
    found: dict[Dialect, Connection | None] = {}
    for dialect in DIALECTS:
        try:
            found[dialect] = decode(text, dialect)
        except DecodeError:
            found[dialect] = None
    return found


def differences(left: prints.Prints, right: prints.Prints, dialect: Dialect = "3.3") -> dict[str, str]:
    return {diff.field: diff.state for diff in prints.compare(left, dialect, right, dialect)}


def by_field(diffs: Sequence[compare.FieldDiff]) -> dict[str, str]:
    """Per field of a connection: same, differs or cannot-tell."""
    found: dict[str, set[str]] = {}
    for diff in diffs:
        found.setdefault(compare.field_of(diff.field), set()).add(diff.state)
    return {
        field: "cannot-tell" if "cannot-tell" in states else "same" if states == {"same"} else "differs"
        for field, states in found.items()
    }


def test_places_are_the_fields_and_the_keys_of_the_extra() -> None:
    found = prints.places({"3.3": conn(conn_type="http", host="h", port=1, login="", extra='{"a": {"c": 1, "b": ""}}')})
    assert {place: value.reveal() for place, value in found.items()} == {
        "conn_type": "http",
        "host": "h",
        "port": "1",
        "extra": '{"a": {"b": "", "c": 1}}',
        "extra.a": '{"b": "", "c": 1}',
    }


def test_what_other_dialects_read_otherwise_is_kept_beside_the_base() -> None:
    found = prints.places(readings("http://h?n=1&t=x"))
    assert {place: value.reveal() for place, value in found.items() if "extra." in place} == {
        "extra.n": "1",
        "extra.n@2.11": '"1"',
        "extra.n@3.3-sdk": '"1"',
        "extra.t": '"x"',
    }


def test_a_dialect_that_cannot_read_the_value_is_marked() -> None:
    found = of(readings('{"conn_type": "http", "extra": "no"}'))
    assert prints.unreadable(found) == ["3.3"]
    assert differences(found, found, "2.11") == {"conn_type": "same", "extra": "same"}
    assert differences(found, of({"3.3": conn(conn_type="http")})) == {"text": "cannot-tell"}


def test_a_dialect_that_cannot_spell_the_connection_as_a_uri_passes_it_over() -> None:
    found = of(readings('{"conn_type": "http", "host": 5}'))
    assert prints.unreadable(found) == list(DIALECTS)
    assert prints.fields(found) == {"conn_type", "host"}
    masked = Connection(conn_type="http", host=5, password=Hidden())  # type: ignore[arg-type]
    assert prints.unreadable(of({"3.3": masked})) == []


def test_each_side_is_compared_as_its_own_process_reads_it() -> None:
    one, other = of(readings("http://h?n=1")), of({"3.3": conn(conn_type="http", host="h", extra='{"n": 1}')})
    assert prints.verdict(prints.compare(one, "3.3", other, "3.3")) == "same"
    assert prints.verdict(prints.compare(one, "3.3-sdk", other, "3.3")) == "different"


@pytest.mark.parametrize("extra", ["[1]", "no json", json.dumps({str(n): 1 for n in range(3)}), '{"a@b": 1}'])
def test_an_extra_without_plain_keys_is_compared_as_a_whole(extra: str) -> None:
    left, right = of({"2.11": conn(extra=extra)}), of({"2.11": conn(extra='{"a": 1}')})
    assert set(left) == {"extra"}
    assert differences(left, left, "2.11") == {"extra": "same"}
    assert differences(left, right, "2.11") == {"extra": "differs"}


def test_keys_that_may_be_no_names_are_not_kept_and_do_not_hinder_a_comparison() -> None:
    found = readings("http://h?a=1&b=x")
    by_key, as_a_whole = (prints.fingerprinted(prints.places(found, names_keys=names), KEY) for names in (True, False))
    assert not any("extra." in place for place in as_a_whole)
    for dialect in DIALECTS:
        states = differences(by_key, as_a_whole, dialect)
        assert (states["extra"], prints.verdict(prints.compare(by_key, dialect, as_a_whole, dialect))) == (
            "same",
            "same",
        )


def test_more_keys_than_are_kept_make_one_place() -> None:
    extra = {f"k{n}": n for n in range(prints.MOST_KEYS + 1)}
    found = of({"3.3": conn(extra=json.dumps(extra))})
    assert set(found) == {"extra"}
    assert found == of({"3.3": conn(extra=json.dumps(dict(reversed(extra.items()))))})


def test_variables_are_compared_as_texts() -> None:
    left, right = of(Sensitive('{"a": 1}')), of(Sensitive(""))
    assert (differences(left, left), differences(left, right)) == ({"text": "same"}, {"text": "differs"})
    assert differences(left, of(Hidden())) == {"text": "cannot-tell"}


def test_json_variables_are_the_same_in_any_spelling_and_other_texts_are_not() -> None:
    left, right = of(Sensitive('{"a":[1,"ü"], "b": 1}')), of(Sensitive('{"b": 1, "a": [1, "\\u00fc"]}'))
    assert differences(left, right) == {"text": "same"}
    assert differences(of(Sensitive("1")), of(Sensitive("1 "))) == {"text": "differs"}


def test_texts_decide_where_fields_are_not_told() -> None:
    def told(text: str) -> prints.Prints:
        return of(Sensitive(text)) | prints.fingerprinted(prints.untold({"3.3": conn()}), KEY)

    known = of(Sensitive("http://a")) | of({"3.3": conn(conn_type="http", host="a")})
    assert differences(told("http://a"), known) == {"text": "same"}
    assert differences(told("http://b"), known) == {"text": "cannot-tell"}
    assert differences(told("http://a"), {}) == {"text": "cannot-tell"}
    assert differences({}, {}) == {"text": "cannot-tell"}


def test_a_connection_without_any_field_is_known_to_be_empty() -> None:
    assert differences(of({"3.3": conn()}), of({"3.3": conn(host="h")})) == {"host": "only-right"}
    assert differences(of({"3.3": conn()}), of({"3.3": conn()})) == {}


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ({"host": "same", "description": "differs"}, "same"),
        ({"host": "same", "password": "cannot-tell"}, "cannot-tell"),
        ({"host": "only-left", "password": "cannot-tell"}, "different"),
        ({}, "same"),
    ],
)
def test_the_verdict_claims_no_more_than_is_known(states: dict[str, compare.State], expected: str) -> None:
    diffs = [compare.FieldDiff(field, state) for field, state in states.items()]
    assert prints.verdict(diffs) == expected


def test_fields_are_told_for_the_base() -> None:
    found = of(Sensitive("x")) | of({"3.3": conn(host="h", extra='{"a": 1}'), "2.11": conn(host="h", login="u")})
    assert prints.fields(found) == {"host", "extra"}


# Fields as Airflow's own readers give them: text, and now and then a JSON value of another type.
words = st.none() | some.hostile | st.sampled_from(["a", "b"])
loose = words | st.sampled_from(["a", "b"]) | some.json_values
extras = st.none() | st.just("{}") | some.any_extras.map(json.dumps) | some.hostile | st.just('{"a": 1}')
connections = st.builds(
    conn,
    conn_type=words,
    host=loose,
    login=loose,
    password=words,
    schema=loose,
    port=st.none() | st.integers(0, 9),
    extra=extras,
    description=words,
)


@given(left=connections, right=connections)
def test_prints_say_of_each_field_what_the_values_say(left: Connection, right: Connection) -> None:
    ours, theirs = of({"3.3": left}), of({"3.3": right})
    said = prints.compare(ours, "3.3", theirs, "3.3")
    if prints.unreadable(ours) or prints.unreadable(theirs):
        assert [diff.state for diff in said] == ["cannot-tell"]
    else:
        assert by_field(said) == by_field(compare.compare(left, right))


@given(found=connections, other=connections, masked=st.sets(st.sampled_from(FIELDS), min_size=1))
def test_a_masked_place_is_never_the_same_and_never_different(
    found: Connection, other: Connection, masked: set[str]
) -> None:
    values = {name: Hidden() if name in masked else getattr(found, name) for name in FIELDS}
    hidden = of({"3.3": Connection(**values)})  # type: ignore[arg-type]
    for diffs in (
        prints.compare(hidden, "3.3", of({"3.3": other}), "3.3"),
        prints.compare(hidden, "3.3", hidden, "3.3"),
    ):
        states = by_field(diffs)
        assert masked <= states.keys() or states.keys() == {"text"}
        assert all(state == "cannot-tell" for name, state in states.items() if name in {*masked, "text"})
        if masked - {"description"}:
            assert prints.verdict(diffs) != "same"


@given(text=some.values, dialect=some.dialects, other=some.values)
def test_each_dialect_is_told_as_if_it_were_alone(text: str, dialect: Dialect, other: str) -> None:
    together, alone = (readings(each)[dialect] for each in (text, other))
    said = prints.compare(of(readings(text)), dialect, of(readings(other)), dialect)
    if dialect not in (*prints.unreadable(of(readings(text))), *prints.unreadable(of(readings(other)))):
        assert by_field(said) == by_field(compare.compare(together, alone))
    else:
        assert [diff.state for diff in said] == ["cannot-tell"]


def test_the_keys_that_a_masked_extra_shows_are_compared_and_the_masked_ones_never() -> None:
    shown = of({"3.3": Connection(conn_type="http", extra=MaskedObject({"a": 1, "token": Hidden()}))})  # type: ignore[arg-type]
    same = of({"3.3": conn(conn_type="http", extra='{"token": "t", "a": 1}')})
    other = of({"3.3": conn(conn_type="http", extra='{"token": "t", "a": 2}')})
    assert differences(shown, same) == {"conn_type": "same", "extra.a": "same", "extra.token": "cannot-tell"}
    assert differences(shown, other)["extra.a"] == "differs"
    assert prints.verdict(prints.compare(shown, "3.3", same, "3.3")) == "cannot-tell"
    assert prints.verdict(prints.compare(shown, "3.3", other, "3.3")) == "different"
