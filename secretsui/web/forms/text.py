"""Long text through a web form and back, exactly.

A browser shows and sends every line break as CR LF and cannot carry some characters at all, so the stored text is the
reference: what the person did not touch keeps its own line breaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

# Comparing every line with every other takes minutes where a value is nothing but lines; then all get the same break.
MOST_PAIRS: Final = 1_000_000
_BREAK: Final = re.compile(r"\r\n|\r|\n")
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_UNCARRIED: Final = re.compile(r"[\x00\ud800-\udfff]")


def unify(text: str) -> str:
    """Every line break as LF: what a text area shows of it."""
    return _BREAK.sub("\n", text)


def as_typed(submitted: str, stored: str) -> str:
    """The submitted text with the line breaks of the stored one; a new line gets the kind that is most common there."""
    mine = unify(submitted)
    if mine == unify(stored):
        return stored
    kinds = set(_BREAK.findall(stored))
    if len(kinds) > 1:
        return _merge(mine, stored)
    return mine.replace("\n", kinds.pop()) if kinds else mine


def _merge(mine: str, stored: str) -> str:
    """Lines that stand in both keep the break they are stored with."""
    old, new = _LINE.findall(stored), _LINE.findall(mine)
    breaks = _BREAK.findall(stored)
    usual = max(sorted(set(breaks)), key=breaks.count)
    start, end = _common(old, new)
    middle = _matched(old[start : len(old) - end], new[start : len(new) - end], usual)
    text = "".join([*old[:start], *middle, *old[len(old) - end :]])
    return text if unify(text) == mine else mine  # a lone CR before a new empty line would swallow it


def _common(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many lines are the same at the start, and of the rest at the end: mostly all but a few."""
    most = min(len(old), len(new))
    start = next((place for place in range(most) if unify(old[place]) != new[place]), most)
    most -= start
    end = next((place for place in range(most) if unify(old[-1 - place]) != new[-1 - place]), most)
    return start, end


def _matched(old: Sequence[str], new: Sequence[str], usual: str) -> Iterator[str]:
    if len(old) * len(new) > MOST_PAIRS:
        yield from (line.replace("\n", usual) for line in new)
        return
    shown = [unify(line) for line in old]
    for how, old_from, old_to, new_from, new_to in SequenceMatcher(None, shown, new, autojunk=False).get_opcodes():
        if how == "equal":
            yield from old[old_from:old_to]
        else:
            yield from (line.replace("\n", usual) for line in new[new_from:new_to])


def uncarried(text: str) -> int | None:
    """The position, from 1, of the first character that no web form can show and send back; None when there is none."""
    found = _UNCARRIED.search(text)
    return found.start() + 1 if found else None


def printable(text: str) -> str:
    """For showing only: characters that HTML cannot hold become visible signs."""
    return _UNCARRIED.sub(lambda found: "␀" if found[0] == "\x00" else "\ufffd", text)
