"""A lookup pattern held against ids that are known: which it lets through, which it stops, and which by accident."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from secretsui.core.backends.pattern_cost import LONGEST, is_risky

MOST_STARTS: Final = 60
_WORD: Final = re.compile(r"[^_\-./: ]*[_\-./: ]+|[^_\-./: ]+")


class BadPattern(Exception):
    """`code`: too-intricate, or no-expression."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Pattern:
    """As the Amazon provider matches: from the start of the bare id, in any letter case. An empty one lets all in."""

    def __init__(self, text: str) -> None:
        self.text = text
        if is_risky(text):
            raise BadPattern("too-intricate")
        try:
            self._any_case, self._exact_case = re.compile(text, re.IGNORECASE), re.compile(text)
        except (re.error, OverflowError, RecursionError):
            raise BadPattern("no-expression") from None

    def lets_in(self, key: str) -> bool:
        return not self.text or self._any_case.match(key) is not None

    def by_accident(self, key: str) -> str:
        """Why an id is let in that may not have been meant: "case", or "start" where the match ends before the id.

        The latter only of a pattern that spells some id whole, see `Verdict`.
        """
        if not self.text or not self.lets_in(key):
            return ""
        if not self._exact_case.match(key):
            return "case"
        return "" if self._any_case.fullmatch(key) else "start"


@dataclass(frozen=True, slots=True)
class Other:
    """An id that does not lie in the backend: known from another layer, or almost like one that lies there."""

    key: str
    layer: str
    near: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Ids of the backend that are found and lost, those let in by accident, and others with what becomes of them.

    `asked_in_vain` are ids that lie elsewhere alone, and yet are asked for here first; `spared` are not.
    """

    lives: Sequence[str]
    dies: Sequence[str]
    by_accident: Sequence[tuple[str, str]]
    asked_in_vain: Sequence[Other]
    spared: Sequence[Other]


def judge(pattern: Pattern, stored: Iterable[str], others: Iterable[Other]) -> Verdict:
    here, elsewhere = sorted(set(stored)), sorted(set(others), key=lambda each: (each.key, each.layer))
    lives = [key for key in here if pattern.lets_in(key)]
    asked = [each for each in elsewhere if pattern.lets_in(each.key)]
    reasons = {key: pattern.by_accident(key) for key in (*lives, *(each.key for each in asked))}
    spells_one = any(not reason for reason in reasons.values())
    accidents = [(key, why) for key, why in reasons.items() if why == "case" or (why and spells_one)]
    return Verdict(
        lives=lives,
        dies=[key for key in here if not pattern.lets_in(key)],
        by_accident=sorted(accidents),
        asked_in_vain=asked,
        spared=[each for each in elsewhere if not pattern.lets_in(each.key)],
    )


def near_misses(stored: Collection[str], others: Iterable[Other]) -> Sequence[Other]:
    """The others, each with the stored id that it may be a misspelling of, in case or in hyphens and underscores."""
    folded = {_folded(key): key for key in stored}
    return [Other(each.key, each.layer, folded.get(_folded(each.key), "")) for each in others if each.key not in stored]


def _folded(key: str) -> str:
    return re.sub(r"[\s_\-.]+", "_", key.strip().casefold())


def proposal(stored: Collection[str], others: Collection[str]) -> str:
    """The shortest starts, word by word, that let all stored ids in and no other; "" where there are too many.

    It is tried out on every id before it is given away.
    """
    if not stored:
        return ""
    foreign = sorted(each.lower() for each in set(others) - set(stored))
    starts = _shortest({_start(key, foreign) for key in stored})
    if len(starts) > MOST_STARTS:
        return ""
    text = f"^(?:{'|'.join(starts)})" if len(starts) > 1 else f"^{starts[0]}"
    return text if len(text) <= LONGEST and _is_equal(text, stored, others) else ""


def _start(key: str, foreign: Sequence[str]) -> tuple[str, bool]:
    """The first words that no foreign id begins with, and whether the whole id is needed, with its end."""
    words = _WORD.findall(key)
    for number in range(1, len(words)):
        start = "".join(words[:number])
        if not _begins(foreign, start.lower()):
            return start.lower(), False
    return key.lower(), True


def _begins(foreign: Sequence[str], start: str) -> bool:
    low, high = 0, len(foreign)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if foreign[middle] < start else (low, middle)
    return low < len(foreign) and foreign[low].startswith(start)


def _shortest(starts: Collection[tuple[str, bool]]) -> Sequence[str]:
    """Without those that begin with another one of them."""
    found: list[str] = []
    last = ""
    for start, is_whole in sorted(starts, key=lambda each: (each[0], each[1])):
        if last and start.startswith(last):
            continue
        found.append(f"{re.escape(start)}$" if is_whole else re.escape(start))
        last = "" if is_whole else start
    return found


def _is_equal(text: str, stored: Collection[str], others: Collection[str]) -> bool:
    try:
        pattern = Pattern(text)
    except BadPattern:
        return False
    foreign = set(others) - set(stored)
    return all(map(pattern.lets_in, stored)) and not any(map(pattern.lets_in, foreign))
