"""Between the text of one input and the JSON value of a typed extra."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from json import JSONDecodeError
from typing import Any, Final, Never, TypeVar

from secretsui.core.conn_type import Field

_Number = TypeVar("_Number", int, float)

_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_DIGITS: Final = 300  # what int() and every JSON reader can bear
_KEEPS_LINES: Final = ("multiline", "pem", "json")
# Half a surrogate pair cannot be encoded, NUL not be posted, and browsers send another line end than a bare return.
_UNSHOWABLE: Final = re.compile("[\0\r\ud800-\udfff]")
_BOOLEANS: Final = {"true": True, "false": False}


class BadExtra(ValueError):
    """`code` is one of not-a-number, not-whole, out-of-range, not-a-choice, bad-json, not-an-object, not-a-list,
    bad-pattern, too-short, too-long; `facts` are limits and places, never what was typed."""

    def __init__(self, name: str, code: str, facts: Mapping[str, Any]) -> None:
        super().__init__(f"{name}: {code}")
        self.name = name
        self.code = code
        self.facts = facts


def to_value(field: Field, text: str) -> Any:
    """The JSON value of a text that was typed. Raises BadExtra.

    Line ends become newlines, whatever the browser made of them. The limits and choices of the field hold here and not
    in `to_text`, so a stored value that breaks them is shown, and refused when it is typed anew.
    """
    value = _READERS[field.kind](field, re.sub("\r\n?", "\n", text))
    if field.choices and not any(_is_same(value, choice) for choice in field.choices):
        _refuse(field, "not-a-choice", choices=list(field.choices))
    return value


def to_text(field: Field, value: Any) -> str | None:
    """What the input shows; None for a value that would not come out of it as it is."""
    text = _write(field, value)
    return None if text is None or _UNSHOWABLE.search(text) else text


def _write(field: Field, value: Any) -> str | None:
    match field.kind, value:
        case "text", str():
            return value if "\n" not in value or field.format in _KEEPS_LINES else None
        case "boolean", bool():
            return "true" if value else "false"
        case (("integer" | "number"), bool()):
            return None
        case (("integer" | "number"), int()):
            return str(value) if abs(value) < 10**_DIGITS else None
        case "number", float():
            return repr(value) if math.isfinite(value) else None
        case ("object", dict()) | ("list", list()):
            return _dumped(value)
    return None


def _dumped(value: Any) -> str | None:
    try:
        return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    except (ValueError, TypeError, RecursionError):
        return None


def _text(field: Field, text: str) -> str:
    if field.format == "json" and text.strip():
        _loaded(field, text)
    if field.min_length is not None and len(text) < field.min_length:
        _refuse(field, "too-short", minimum=field.min_length, length=len(text))
    if field.max_length is not None and len(text) > field.max_length:
        _refuse(field, "too-long", maximum=field.max_length, length=len(text))
    if field.pattern and not re.search(field.pattern, text):
        _refuse(field, "bad-pattern", pattern=field.pattern)
    return text


def _integer(field: Field, text: str) -> int:
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        _refuse(field, "not-a-number")
    if not _WHOLE.fullmatch(stripped):
        _refuse(field, "not-whole")
    if len(stripped.lstrip("-")) > _DIGITS:
        _out_of_range(field)
    return _within(field, int(stripped))


def _number(field: Field, text: str) -> int | float:
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        _refuse(field, "not-a-number")
    if _WHOLE.fullmatch(stripped):
        return _integer(field, stripped)
    if not math.isfinite(value := float(stripped)):
        _out_of_range(field)
    return _within(field, value)


def _within(field: Field, value: _Number) -> _Number:
    if field.minimum is not None and value < field.minimum:
        _out_of_range(field)
    if field.maximum is not None and value > field.maximum:
        _out_of_range(field)
    return value


def _out_of_range(field: Field) -> Never:
    _refuse(field, "out-of-range", minimum=field.minimum, maximum=field.maximum)


def _boolean(field: Field, text: str) -> bool:
    value = _BOOLEANS.get(text.strip().lower())
    return _refuse(field, "not-a-choice", choices=list(_BOOLEANS)) if value is None else value


def _object(field: Field, text: str) -> dict[str, Any]:
    value = _loaded(field, text)
    return value if isinstance(value, dict) else _refuse(field, "not-an-object")


def _list(field: Field, text: str) -> list[Any]:
    value = _loaded(field, text)
    return value if isinstance(value, list) else _refuse(field, "not-a-list")


def _loaded(field: Field, text: str) -> Any:
    """A name that stands twice would lose a value without a word, so it is no JSON here."""
    place: dict[str, int] = {}
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
    except (ValueError, RecursionError):
        pass
    return _refuse(
        field, "bad-json", **place
    )  # out here, so that it does not carry the reader's error, which has the text


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _no_constant(_: str) -> Never:
    raise ValueError


def _is_same(value: Any, choice: Any) -> bool:
    """True is not 1."""
    return type(value) is type(choice) and bool(value == choice)


def _refuse(field: Field, code: str, **facts: Any) -> Never:
    raise BadExtra(field.name, code, facts)


_READERS: Final = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "object": _object,
    "list": _list,
}
