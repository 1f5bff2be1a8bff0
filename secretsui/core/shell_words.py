"""A shell's words, taken apart and never evaluated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from secretsui.core.fragment import Unreadable

_PART: Final = re.compile(
    r"""
    (?P<blank>[ \t\r]+)
    |(?P<joint>\\\r?\n)
    |(?P<operator>[\n|;&<>()]+)
    |'(?P<single>[^']*)'
    |\$'(?P<ansi>[^'\\]*(?:\\.[^'\\]*)*)'
    |\$?"(?P<double>[^"\\]*(?:\\.[^"\\]*)*)"
    |\\(?P<escaped>.)
    |(?P<plain>[^\s'"\\|;&<>()$]+|\$(?!['"]))
    """,
    re.DOTALL | re.VERBOSE,
)
_IN_DOUBLE: Final = re.compile(r"\\(\n|[$`\"\\])")
_EXPANDS: Final = re.compile(r"(?<!\\)(?:\\\\)*(?:`|\$[\w{(@*#?$!-])")
_ANSI: Final = re.compile(
    r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|(.))", re.DOTALL
)
_ANSI_LETTERS: Final[Mapping[str, str]] = {
    "n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v",
}  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Word:
    """`is_open`: the shell would put something else in the place of a part of it, which nobody can know here."""

    text: str
    is_open: bool = False
    is_operator: bool = False

    def known(self) -> str:
        if self.is_open:
            raise Unreadable("substitution")
        return self.text


def words(text: str) -> Iterator[Word]:
    """Up to where it can be read; `Unreadable` where a quote has no end."""
    found: list[Word] = []
    at = 0
    while at < len(text):
        if text[at] == "#" and not found:
            end = text.find("\n", at)
            at = end if end >= 0 else len(text)
            continue
        part = _PART.match(text, at)
        if part is None:
            raise Unreadable("unclosed-quote")
        if part.lastgroup in ("blank", "operator"):
            yield from _joined(found)
            found.clear()
            if part.lastgroup == "operator":
                yield Word(part[0].strip() or "\n", is_operator=True)
        elif part.lastgroup != "joint":
            found.append(_part(text, part))
        at = part.end()
    yield from _joined(found)


def _joined(parts: Sequence[Word]) -> Iterator[Word]:
    if parts:
        yield Word("".join(part.text for part in parts), any(part.is_open for part in parts))


def _part(text: str, found: re.Match[str]) -> Word:
    kind, inside = found.lastgroup, found[found.lastgroup or 0]
    if kind == "double":
        return Word(_IN_DOUBLE.sub(_undo_double, inside), bool(_EXPANDS.search(inside)))
    if kind == "ansi":
        return Word(_ANSI.sub(_undo_ansi, inside))
    if kind == "plain":
        around = text[found.start() : found.end() + 1] if inside == "$" else inside
        return Word(inside, bool(_EXPANDS.match(around)) or "`" in inside)
    return Word(inside)


def _undo_double(found: re.Match[str]) -> str:
    return "" if found[1] == "\n" else found[1]


def _undo_ansi(found: re.Match[str]) -> str:
    *hexadecimal, octal, letter = found.groups()
    if letter is not None:
        return _ANSI_LETTERS.get(letter, letter if letter in "\\'\"?" else "\\" + letter)
    code = int(octal, 8) if octal else int(next(filter(None, hexadecimal)), 16)
    return chr(code) if code < 0x110000 else ""


def commands(text: str) -> Sequence[Sequence[Word]]:
    """The simple commands of a line or a script, in their order."""
    found: list[list[Word]] = [[]]
    for word in words(text):
        if word.is_operator:
            found.append([])
        else:
            found[-1].append(word)
    return [command for command in found if command]
