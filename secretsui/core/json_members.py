"""Where the members of a JSON object stand in its text, so that one can be changed and the rest left to the byte."""

from __future__ import annotations

import re
from collections.abc import Sequence
from json import JSONDecoder
from typing import Final, NamedTuple

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_DECODER: Final = JSONDecoder()


class Member(NamedTuple):
    """`colon` is where the name ends and what parts it from the value begins."""

    name: str
    start: int
    colon: int
    value: int
    end: int


def members(text: str) -> Sequence[Member]:
    """In their order; a name that stands twice is there twice. The text must be a JSON object."""
    found: list[Member] = []
    at = _after_blank(text, text.index("{") + 1)
    while text[at] != "}":
        name, colon = _DECODER.raw_decode(text, at)
        value = _after_blank(text, _after_blank(text, colon) + 1)
        end = _DECODER.raw_decode(text, value)[1]
        found.append(Member(name, at, colon, value, end))
        at = _after_blank(text, end)
        at = _after_blank(text, at + 1) if text[at] == "," else at
    return found


def _after_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def replace(text: str, name: str, spelled: str) -> str:
    """With this JSON as the value of the name, wherever it stands."""
    for member in reversed(members(text)):
        if member.name == name:
            text = text[: member.value] + spelled + text[member.end :]
    return text


def remove(text: str, name: str) -> str:
    """Each goes with the comma that follows it, or at the end with the one before."""
    found = members(text)
    kept = [place for place, member in enumerate(found) if member.name != name]
    if len(kept) == len(found):
        return text
    if not kept:
        return text[: found[0].start] + text[found[-1].end :]
    *before, last = kept
    parts = [text[found[place].start : found[place + 1].start] for place in before]
    return "".join([text[: found[0].start], *parts, text[found[last].start : found[last].end], text[found[-1].end :]])


def append(text: str, name: str, spelled: str) -> str:
    """As a last member, set apart as the others are. The name is spelled as JSON, too."""
    found = members(text)
    if not found:
        at = text.index("{") + 1
        return f"{text[:at]}{name}: {spelled}{text[at:]}"
    last = found[-1]
    comma = text[found[-2].end : last.start] if len(found) > 1 else _first_comma(text, last)
    return text[: last.end] + comma + name + text[last.colon : last.value] + spelled + text[last.end :]


def _first_comma(text: str, only: Member) -> str:
    before = text[text.index("{") + 1 : only.start]
    if "\n" in before:
        return "," + before
    return "," if is_compact(text) else ", "


def is_compact(text: str) -> bool:
    """Are names and values parted by a colon and nothing else?"""
    found = members(text)
    return bool(found) and text[found[0].colon : found[0].value] == ":"
