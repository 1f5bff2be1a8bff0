from __future__ import annotations

import pytest

from secretsui.core.codec_errors import DecodeError
from secretsui.core.sensitive import Sensitive
from secretsui.core.variable_reading import JsonValue, is_number, json_value, oddities, unquoted


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, "b": null, "c": []}', JsonValue("dict", 3, (("a", "int"), ("b", "None"), ("c", "list")))),
        ("[1, 2]", JsonValue("list", 2)),
        ('"four"', JsonValue("str", 4)),
        ("5", JsonValue("int")),
        ("5.0", JsonValue("float")),
        ("true", JsonValue("bool")),
        (" null\n", JsonValue("None")),
    ],
)
def test_a_value_is_known_by_its_type_and_its_keys(text: str, value: JsonValue) -> None:
    assert json_value(Sensitive(text)) == value


@pytest.mark.parametrize(
    ("text", "reason", "where"),
    [
        ('{"a":\n  x}', "bad-json", "line 2 column 3"),
        ("\ufeff{}", "bad-json", "line 1 column 1"),
        ("1" * 5000, "number-too-long", ""),
    ],
)
def test_what_is_no_json_is_told_by_its_place(text: str, reason: str, where: str) -> None:
    with pytest.raises(DecodeError) as caught:
        json_value(Sensitive(text))
    assert (caught.value.reason, caught.value.where) == (reason, where)


@pytest.mark.parametrize(
    ("text", "code", "where", "count"),
    [
        ("\ufeff{}", "byte-order-mark", "character 1", 1),
        ("on\r\n", "trailing-newline", "character 4", 1),
        ('"x"', "quoted", "the first and the last character", 1),
        ('{"a": 1,\n "a": 2, "a": 3}', "repeated-key", "line 2 column 2", 2),
        ('{"a": 1, "\\u0061": {}}', "repeated-key", "line 1 column 10", 1),
        ("[1, NaN, -Infinity]", "not-a-number", "line 1 column 5", 2),
        ("[0.1,\r\n0.1234567890123456789]", "inexact-number", "line 2 column 1", 1),
        ("1e400", "inexact-number", "line 1 column 1", 1),
        ("1e99999999999999999999", "inexact-number", "line 1 column 1", 1),
        ('["\\ud83d\\ude00", "\\ud83d"]', "half-character", "line 1 column 18", 1),
    ],
)
def test_oddities_name_their_first_place(text: str, code: str, where: str, count: int) -> None:
    assert [(each.code, each.where, each.count) for each in oddities(Sensitive(text))] == [(code, where, count)]


@pytest.mark.parametrize(
    "text",
    ['{"a": {"a": 1}}', '[{"a": 1}, {"a": 1}]', "123456789012345678901234567890", "0.1", "1.10", "-2.5e-3", "NaN?"],
)
def test_what_every_reader_takes_alike_is_not_odd(text: str) -> None:
    assert oddities(Sensitive(text)) == []


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ('"x"', "x"),
        ("'x'", "x"),
        (' "a\\"b\\n" ', 'a"b\n'),
        ('""', ""),
        ('"a" "b"', None),
        ("'it's'", None),
        ('"', None),
        ("\"x'", None),
        ("x", None),
        ('"C:\\data"', "C:\\data"),
    ],
)
def test_one_pair_of_quotes_can_be_removed(text: str, inner: str | None) -> None:
    assert unquoted(text) == inner


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", True), ("-1.5", True), ("6e3", True), ("01", False), ("1,5", False), ("1_000", False), ("٣", False)]
    + [(text, False) for text in ("", " 1", "1\n", "NaN", "0x1F", ".5", "5.", "+1", "1e")],
)
def test_a_number_is_written_as_in_json(text: str, *, expected: bool) -> None:
    assert is_number(text) is expected
