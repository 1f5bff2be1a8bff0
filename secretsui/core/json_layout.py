"""JSON over several lines or in one, token for token: no number, escape or repeated key is spelled anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

# Indenting what is nested deeply makes it thousands of times as long.
LONGEST: Final = 262_144
INDENT: Final = "  "
_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_OPENING: Final = ("{", "[")
_CLOSING: Final = ("}", "]")


def tokens(text: str) -> Iterator[re.Match[str]]:
    """Strings, words, numbers and signs in their order. The text must be valid JSON."""
    return _TOKEN.finditer(text)


def compact(text: str) -> str:
    return "".join(token[0] for token in tokens(text))


def pretty(text: str) -> str | None:
    """None where it is nested too deeply for that."""
    pieces: list[str] = []
    before, depth, size = "", 0, 0
    for found in tokens(text):
        token = found[0]
        depth -= token in _CLOSING
        pieces += (_gap(before, token, depth), token)
        depth += token in _OPENING
        size += len(pieces[-2]) + len(token)
        if size > LONGEST + len(text):
            return None
        before = token
    return "".join(pieces)


def _gap(before: str, token: str, depth: int) -> str:
    if before in _OPENING and token in _CLOSING:
        return ""
    if before in (*_OPENING, ",") or token in _CLOSING:
        return "\n" + INDENT * depth
    return " " if before == ":" else ""
