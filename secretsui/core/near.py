"""What somebody may have meant who asked for an id that is not found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from secretsui.core.backends.source import Kind
from secretsui.core.environment import CONNECTIONS, VARIABLES

# Why what has exactly this id is not found.
Where = Literal[
    "", "pattern", "pending-deletion", "prefix-missing", "other-prefix", "other-store", "other-account", "other-region"
]
# Nearest first.
Why = Literal[
    "pattern",
    "pending-deletion",
    "other-kind",
    "prefix-missing",
    "other-prefix",
    "other-store",
    "other-account",
    "other-region",
    "case",
    "hyphen-underscore",
    "blank",
    "prefix-repeated",
    "edit-distance",
]
WHYS: Final[tuple[Why, ...]] = get_args(Why)
MOST: Final = 20

_BLANKS: Final = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")
# What may part a prefix from an id.
_EDGES: Final = "-/_:."


@dataclass(frozen=True, slots=True)
class Known:
    """Something that exists under an id. `where` is "" if lookups of this id lead there; `held` is the caller's own."""

    kind: Kind
    key: str
    where: Where = ""
    held: object = None


@dataclass(frozen=True, slots=True)
class Near:
    known: Known
    why: Why


def near(
    kind: Kind, wanted: str, known: Iterable[Known], prefixes: Iterable[str] = (), most: int = MOST
) -> Sequence[Near]:
    """The nearest first. `prefixes` are what names begin with that are asked for, such as "airflow/connections"."""
    judge = _Judge(kind, wanted, prefixes)
    ranked = [(rank, each) for each in known if (rank := judge(each))]
    ranked.sort(key=lambda found: (found[0], found[1].key))
    return [Near(each, WHYS[rank[0]]) for rank, each in ranked[:most]]


Rank = tuple[int, int, bool]


class _Judge:
    def __init__(self, kind: Kind, wanted: str, prefixes: Iterable[str]) -> None:
        self.kind, self.wanted = kind, wanted
        self.spellings = _spellings(wanted)
        starts = {_spellings(each.strip(_EDGES))[-1] for each in (CONNECTIONS, VARIABLES, *prefixes)} - {""}
        longest_first = sorted(map(re.escape, starts), key=len, reverse=True)
        self.start = re.compile(rf"[{_EDGES}]*(?:{'|'.join(longest_first)})[{_EDGES}]")
        self.bare = self._bare(self.spellings[-1])
        self.limit = min(2, len(wanted) // 3)

    def __call__(self, known: Known) -> Rank | None:
        if known.key == self.wanted:
            return self._exact(known)
        spellings = _spellings(known.key)
        if spellings[-1] == self.spellings[-1]:
            number = next(number for number, mine in enumerate(self.spellings) if mine == spellings[number])
            return _rank(_SPELLINGS[number] if known.kind == self.kind else "other-kind", 1, known)
        if known.kind != self.kind:
            return None
        if self._bare(spellings[-1]) == self.bare:
            return _rank("prefix-repeated", 0, known)
        distance = distance_up_to(self.limit, self.spellings[-1], spellings[-1])
        return None if distance is None else _rank("edit-distance", distance, known)

    def _exact(self, known: Known) -> Rank | None:
        if known.kind != self.kind:
            return _rank("other-kind", 0, known)
        return _rank(known.where, 0, known) if known.where else None

    def _bare(self, spelling: str) -> str:
        """Without the prefix that somebody put before the id."""
        return self.start.sub("", spelling, count=1) if self.start.match(spelling) else spelling


def _rank(why: Why, distance: int, known: Known) -> Rank:
    return WHYS.index(why), distance, known.where != ""


_SPELLINGS: Final[Sequence[Why]] = ("blank", "case", "hyphen-underscore")


def _spellings(key: str) -> tuple[str, str, str]:
    """Each forgives what the one before does, and one thing more."""
    unblank = _BLANKS.sub("", key)
    folded = unblank.casefold()
    return unblank, folded, folded.replace("-", "_")


def distance_up_to(limit: int, left: str, right: str) -> int | None:
    """How many letters to add, drop, change or swap with their neighbour; None where it is more than the limit."""
    if abs(len(left) - len(right)) > limit:
        return None
    before: Sequence[int] = ()
    last: Sequence[int] = range(len(right) + 1)
    for row in range(len(left)):
        before, last = last, _row(row, left, right, before, last)
        if min(last) > limit and min(before) >= limit:
            return None
    return last[-1] if last[-1] <= limit else None


def _row(row: int, left: str, right: str, before: Sequence[int], last: Sequence[int]) -> Sequence[int]:
    found, letter = [row + 1], left[row]
    for column, other in enumerate(right):
        cost = min(last[column + 1] + 1, found[column] + 1, last[column] + (letter != other))
        if row and column and letter == right[column - 1] and other == left[row - 1]:
            cost = min(cost, before[column - 1] + 1)
        found.append(cost)
    return found
