"""What the text of a variable becomes for a caller who asks for JSON, and what is odd about it; never its content."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from secretsui.core import json_layout, json_text
from secretsui.core.codec_errors import DecodeError
from secretsui.core.construct import can_encode
from secretsui.core.sensitive import Sensitive

BYTE_ORDER_MARK: Final = "\ufeff"
_CONSTANTS: Final = ("NaN", "Infinity", "-Infinity")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class JsonValue:
    """`type_name` as Python names it; `members` are the keys of an object, each with the type of its value."""

    type_name: str
    size: int = 0
    members: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Oddity:
    """`where` is the first place of `count`."""

    code: str
    where: str = ""
    count: int = 1


def json_value(text: Sensitive) -> JsonValue:
    """Raises a DecodeError that names line and column where the text is no JSON."""
    found = json_text.load(text.reveal(), DecodeError)
    size = len(found) if isinstance(found, str | list | dict) else 0
    items = found.items() if isinstance(found, dict) else ()
    return JsonValue(_type_name(found), size, tuple((key, _type_name(value)) for key, value in items))


def _type_name(value: object) -> str:
    return "None" if value is None else type(value).__name__


def is_number(text: str) -> bool:
    """Is it a number as JSON writes them, with nothing around it?"""
    return _NUMBER.fullmatch(text) is not None


def unquoted(text: str) -> str | None:
    """The text within one pair of quotation marks: of a JSON string what it stands for; None for any other text."""
    stripped = text.strip()
    if len(stripped) < 2 or stripped[0] not in "\"'" or stripped[0] != stripped[-1]:
        return None
    try:
        found = json_text.load(stripped, DecodeError)
    except DecodeError:
        inner = stripped[1:-1]
        return None if stripped[0] in inner else inner
    return found if isinstance(found, str) else None


def oddities(text: Sensitive) -> Sequence[Oddity]:
    """One of a kind, in a fixed order."""
    raw = text.reveal()
    found = list(_of_text(raw))
    try:
        json_text.load(raw, DecodeError)
    except DecodeError:
        return found
    return found + _merged(list(_of_json(raw)))


def _of_text(raw: str) -> Iterator[Oddity]:
    if raw.startswith(BYTE_ORDER_MARK):
        yield Oddity("byte-order-mark", "character 1")
    if raw.endswith(("\n", "\r")):
        yield Oddity("trailing-newline", f"character {len(raw)}")
    if unquoted(raw) is not None:
        yield Oddity("quoted", "the first and the last character")


def _of_json(raw: str) -> Iterator[Oddity]:
    tokens = list(json_layout.tokens(raw))
    keys: list[set[object]] = []
    for token, following in zip(tokens, [*(each[0] for each in tokens[1:]), ""], strict=True):
        word = token[0]
        if word in ("{", "["):
            keys.append(set())
        elif word in ("}", "]"):
            keys.pop()
        elif following == ":":
            key = json_text.load(word, DecodeError)
            if key in keys[-1]:
                yield Oddity("repeated-key", _position(raw, token.start()))
            keys[-1].add(key)
        elif code := _of_word(word):
            yield Oddity(code, _position(raw, token.start()))


def _of_word(word: str) -> str:
    if word in _CONSTANTS:
        return "not-a-number"
    if word.startswith('"'):
        return "half-character" if "\\u" in word and not can_encode(str(json_text.load(word, DecodeError))) else ""
    return "inexact-number" if _is_inexact(word) else ""


def _is_inexact(word: str) -> bool:
    """Does Python's float hold another number? Whole numbers without an exponent are exact at any length."""
    if not _NUMBER.fullmatch(word) or word.removeprefix("-").isdecimal():
        return False
    try:
        return Decimal(word) != Decimal(repr(float(word)))
    except InvalidOperation:  # an exponent beyond all bounds
        return True


def _position(raw: str, at: int) -> str:
    """As the JSON parser counts: a line ends with LF alone."""
    return f"line {raw.count(chr(10), 0, at) + 1} column {at - raw.rfind(chr(10), 0, at)}"


def _merged(found: Sequence[Oddity]) -> list[Oddity]:
    first: dict[str, Oddity] = {}
    for each in found:
        known = first.get(each.code)
        first[each.code] = Oddity(each.code, known.where, known.count + 1) if known else each
    return list(first.values())
