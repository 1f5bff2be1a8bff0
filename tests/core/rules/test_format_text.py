"""Quotes and white space, to the position and the repair."""

from __future__ import annotations

import pytest

from secretsui.core.rules.value import Hit
from tests.core.rules.hits import as_json, hits

BOTH_ENDS = "the first and the last character"
URI = "postgres://db.example"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (f'"{URI}"', BOTH_ENDS),
        (f" '{URI}'\n", BOTH_ENDS),
        (f"“{URI}”", BOTH_ENDS),
        (f'"{URI}', "the first character"),
        (f'"{URI}"x', "the first character"),
        ("'" + as_json(), "the first character"),
        *((f"{sign}{URI}", "the first character") for sign in "\"'`“”‘’„«»"),  # noqa: RUF001
    ],
)
def test_quotes_at_the_start_of_a_connection(text: str, where: str) -> None:
    assert hits("R-25", text) == [Hit("quoted", where=where, repair="unquote")]


@pytest.mark.parametrize("text", ["", URI, f"X{URI}", f'{URI}"', '"text', '"'])
def test_a_connection_that_no_quote_starts(text: str) -> None:
    assert hits("R-25", text) == []


@pytest.mark.parametrize(
    ("text", "repair"),
    [
        ('"a"', "unquote"),
        (" 'a'", "unquote"),
        ('"a\\"b"', "unquote"),
        ("'it's'", ""),
        ('"a"b"', ""),
    ],
)
def test_quotes_around_a_variable_go_where_it_is_clear_what_they_hold(text: str, repair: str) -> None:
    assert hits("R-37", text, "variable") == [Hit("quoted", where=BOTH_ENDS, repair=repair)]


@pytest.mark.parametrize("kind", ["connection", "variable", "config"])
def test_nothing_but_white_space(kind: str) -> None:
    assert hits("R-26", " \n\t", kind) == [Hit("blank", where="3 characters of white space")]
    assert hits("R-26", "", kind) == []


@pytest.mark.parametrize(
    ("text", "where", "severity"),
    [
        (" a", "before", None),
        ("a ", "after", None),
        (" a\n", "before and after", None),
        ("a\n", "after", None),
        ("a\nb\n", "after", "info"),
        ("a\nb\r\n", "after", "info"),
        ("a\nb\n\n", "after", None),
        (" a\nb\n", "before and after", None),
        ("[1]\n", "after", None),
    ],
)
@pytest.mark.parametrize("kind", ["variable", "config"])
def test_white_space_around_a_variable(text: str, where: str, severity: str | None, kind: str) -> None:
    assert hits("R-26", text, kind) == [Hit("white-space", "text", where, repair="strip", severity=severity)]


@pytest.mark.parametrize("text", ["a\nb", '{"a": 1}\n', ' {"a": " 1 "}'])
def test_white_space_that_no_reader_of_a_variable_gets(text: str) -> None:
    assert hits("R-26", text, "variable") == []


@pytest.mark.parametrize(
    ("text", "where", "severity"),
    [
        (f" {URI}", "before", "low"),
        (f"{URI}\n", "after", "low"),
        (f"\u00a0{URI}", "before", "low"),
        (as_json() + "\n", "after", "low"),
        # JSON knows fewer blanks than Python, so that no Airflow can read this.
        ("\u00a0" + as_json(), "before", None),
    ],
)
def test_white_space_around_a_connection(text: str, where: str, severity: str | None) -> None:
    assert hits("R-26", text) == [Hit("white-space", "text", where, repair="strip", severity=severity)]


@pytest.mark.parametrize(("sign", "at"), [("\n", 16), ("\t", 16), ("\x00", 16), ("\x7f", 16)])
def test_a_control_character_within_a_uri(sign: str, at: int) -> None:
    assert hits("R-26", f"postgres://svc@{sign}db.example") == [Hit("control-character", where=f"character {at}")]


@pytest.mark.parametrize(
    ("field", "text", "where", "repair", "severity"),
    [
        ("host", " db.example", "before", "strip", "high"),
        ("host", "db.example\n", "after", "strip", "high"),
        ("login", "svc\n", "after", "strip", "medium"),
        ("schema", "\tcrm", "before", "strip", "medium"),
        *(("password", f"sampleX{sign}", "after", "strip", "medium") for sign in "\r\n\t\v\f"),
        ("password", "sample ", "after", "", "medium"),
        ("login", " svc", "before", "", "medium"),
        ("schema", " crm\n", "before and after", "", "medium"),
    ],
)
def test_white_space_around_a_field(field: str, text: str, where: str, repair: str, severity: str) -> None:
    assert hits("R-26", as_json(**{field: text})) == [Hit("field-space", field, where, {}, repair, severity)]  # type: ignore[arg-type]


def test_each_field_is_told_of() -> None:
    found = hits("R-26", as_json(host=" a", login=" b", password=" c", schema=" d", extra={"e": " f"}))
    assert [each.field for each in found] == ["host", "login", "password", "schema"]
