from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict

from secretsui.core.sensitive import Sensitive
from secretsui.web.forms.stored import Stored
from secretsui.web.forms.variable import VariableText


def sent(**values: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(values)
    return data


def form_of(stored: str | None = None, **values: str) -> VariableText:
    base = None if stored is None else Stored(Sensitive(stored), "v1", "version 1")
    return VariableText(sent(**values), base=base)


def errors(form: Any) -> list[str]:
    return [str(error) for found in form.errors.values() for error in found]


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ("text", '"quoted"'),
        ("text", "{{ macro }}"),
        ("", "5,0"),
        ("json", '{"b":1,\r\n "a" : [ 1.10 ]}\r\n'),
        ("json", '{"a": 1, "a": NaN}'),
        ("json", "5"),
        ("number", "-1.50"),
        ("number", "6E+03"),
    ],
)
def test_what_is_typed_is_kept_to_the_byte(shape: str, text: str) -> None:
    form = form_of(shape=shape, text=text)
    assert form.is_valid(), form.errors
    assert form.typed_text().reveal() == text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("text", "where"), [('{"a": }', "line 1 column 7"), ('{\r\n"a": x}', "line 2 column 6"), ("'a'", "line 1 column 1")]
)
def test_a_fault_in_json_is_told_by_line_and_column(text: str, where: str) -> None:
    form = form_of(shape="json", text=text)
    assert errors(form) == [f"This is not valid JSON at {where}. Correct it there, or write it as text."]


@pytest.mark.parametrize(
    ("text", "says"),
    [("\ufeff{}", "byte order mark"), ("[" * 9_999, "nested too deeply"), ("9" * 5_000, "too many digits")],
)
def test_json_that_airflow_cannot_read_is_refused(text: str, says: str) -> None:
    assert says in errors(form_of(shape="json", text=text))[0]


@pytest.mark.parametrize("text", ["1,5", "1 000", "05", "NaN", "0x10", "5\r\n", "five", "٣"])
def test_what_is_no_number_is_refused_as_one(text: str) -> None:
    assert errors(form_of(shape="number", text=text))[0].startswith("This is no number as Python and JSON write it.")
    assert form_of(shape="text", text=text).is_valid()


@pytest.mark.parametrize(
    ("asked", "text", "laid_out"),
    [
        ("format:text", '{"a":1.10,"a":[]}', '{\n  "a": 1.10,\n  "a": []\n}'),
        ("compact:text", '{\r\n  "é": "\\u00e9 \\n",\r\n  "b": 1e5\r\n}\r\n', '{"é":"\\u00e9 \\n","b":1e5}'),
    ],
)
def test_a_button_lays_json_out_anew_and_changes_no_token(asked: str, text: str, laid_out: str) -> None:
    form = form_of(repair=asked, shape="text", text=text)
    assert form.is_valid(), form.errors
    assert (form["text"].value(), form["shape"].value()) == (laid_out, "json")


def test_what_cannot_be_laid_out_stays_and_is_told() -> None:
    form = form_of(repair="format:text", text="{'a': 1}")
    assert "line 1 column 2" in errors(form)[0]
    assert form["text"].value() == "{'a': 1}"


def test_a_hidden_value_is_kept_and_never_laid_out() -> None:
    kept = form_of('{"a":1}', shape="number", text="")
    assert kept.is_valid(), kept.errors
    assert kept.typed_text().reveal() == '{"a":1}'
    form = form_of('{"a":1}', repair="format:text", text="")
    assert "The value is hidden." in errors(form)[0]
    assert not form["text"].value()
    assert not form.is_typed


@pytest.mark.parametrize(
    ("stored", "shape"),
    [("5", "number"), ("-1e3", "number"), ('{"a": 1}', "json"), ("[]\n", "json"), ('"x"', "text"), ("true", "text")],
)
def test_the_shape_is_that_of_the_stored_value(stored: str, shape: str) -> None:
    base = Stored(Sensitive(stored), "v1", "version 1")
    assert VariableText(None, base=base)["shape"].value() == shape
    assert VariableText(sent(shape="text"), base=base, shown=True)["shape"].value() == "text"
    assert not VariableText(None, base=base).is_typed
    assert VariableText(None, base=base, shown=True).is_typed
