"""The text of a secret in Terraform, of which only literals are read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from secretsui.core.fragment import Fragment, Unreadable

_ASSIGNED: Final = re.compile(r"\bsecret_string(?:_wo)?\s*=\s*")
_SECRET: Final = re.compile(r"\baws_secretsmanager_secret\.([\w-]+)")
_PART: Final = re.compile(
    r'(?:\s++|#[^\n]*+|//[^\n]*+)*+("[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?|[\w.-]+|[{}\[\](),=:])'
)
_ESCAPE: Final = re.compile(r'\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([nrt"\\]))|(\$|%)\4\{')
_LETTERS: Final = {"n": "\n", "r": "\r", "t": "\t"}


def read(text: str) -> Fragment | None:
    """None where there is no such text."""
    if not (found := _ASSIGNED.search(text)):
        return None
    secret = _SECRET.search(text)
    conn_id = secret[1] if secret else ""
    try:
        return Fragment("terraform", conn_id, _text(_value(_tokens(text, found.end()))))
    except Unreadable as failure:
        return Fragment("terraform", conn_id, problem=failure.problem)


def literal(text: str, at: int) -> Any:
    """The value that is written from here on; raises `Unreadable` where it is no literal."""
    return _value(_tokens(text, at))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unreadable("not-literal")
    return value


def _tokens(text: str, at: int) -> Iterator[str]:
    while found := _PART.match(text, at):
        yield found[1]
        at = found.end()
    raise Unreadable("not-literal")


def _value(tokens: Iterator[str], part: str = "") -> Any:
    part = part or next(tokens)
    if part[0] == '"':
        return _string(part)
    if part == "{":
        return dict(_members(tokens))
    if part == "[":
        return list(_elements(tokens))
    if part == "jsonencode" and next(tokens) == "(":
        return json.dumps(_value(tokens), ensure_ascii=False)
    try:
        return json.loads(part)
    except ValueError:  # a reference, a call, or a number that JSON spells otherwise
        raise Unreadable("not-literal") from None


def _members(tokens: Iterator[str]) -> Iterator[tuple[str, Any]]:
    while (part := next(tokens)) != "}":
        if part != ",":
            if next(tokens) not in "=:":
                raise Unreadable("not-literal")
            yield (_string(part) if part[0] == '"' else part), _value(tokens)


def _elements(tokens: Iterator[str]) -> Iterator[Any]:
    while (part := next(tokens)) != "]":
        if part != ",":
            yield _value(tokens, part)


def _string(part: str) -> str:
    inside = part[1:-1]
    if re.search(r"[$%]\{", re.sub(r"([$%])\1\{", "", inside)):
        raise Unreadable("substitution")
    return _ESCAPE.sub(_undo, inside)


def _undo(found: re.Match[str]) -> str:
    short, long, letter, doubled = found.groups()
    if doubled:
        return doubled + "{"
    if letter:
        return _LETTERS.get(letter, letter)
    code = int(short or long, 16)
    return chr(code) if code < 0x110000 else ""
