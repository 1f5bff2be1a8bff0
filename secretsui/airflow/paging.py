"""Reading a list to its end though others write to it meanwhile and servers give fewer rows than they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from secretsui.airflow.errors import BrokenOff, Unreachable

Row = TypeVar("Row")

# More than any server gives unless it was told to: each cuts it down to its own maximum, without a word.
LIMIT: Final = 1000
TRIES: Final = 2


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    rows: Sequence[Row]
    total: int


def pages(fetch: Callable[[int], Page[Row]], key: Callable[[Row], str]) -> Iterator[Sequence[Row]]:
    """Every row once, page by page. `fetch` is given an offset into the rows in the order of their numbers.

    Read again from the start if the list changed in between; if it did so again, nobody knows whether all were seen.
    """
    seen: set[str] = set()
    for _ in range(TRIES):
        reading = _Reading(fetch, key)
        for rows in reading:
            if new := _unseen(rows, key, seen):
                yield new
        if reading.is_whole:
            return
    raise BrokenOff(
        "The rows of Airflow's database changed while they were read, twice.",
        remedy="Try again when nobody is adding or deleting connections and variables.",
        code="changed",
    )


def _unseen(rows: Sequence[Row], key: Callable[[Row], str], seen: set[str]) -> Sequence[Row]:
    new = {key(row): row for row in rows if key(row) not in seen}
    seen.update(new)
    return list(new.values())


class _Reading(Generic[Row]):
    """Once through the list. `is_whole` tells at the end whether it stood still."""

    def __init__(self, fetch: Callable[[int], Page[Row]], key: Callable[[Row], str]) -> None:
        self._fetch, self._key = fetch, key
        self._keys: list[str] = []
        self._totals: set[int] = set()
        self._is_shifted = False

    @property
    def is_whole(self) -> bool:
        return self._totals == {len(set(self._keys))} and not self._is_shifted

    def __iter__(self) -> Iterator[Sequence[Row]]:
        overlap = 0
        while not self._is_shifted:
            page = self._page(len(self._keys) - overlap)
            self._is_shifted = bool(overlap) and [self._key(row) for row in page.rows[:1]] != self._keys[-1:]
            rows = page.rows[overlap:]
            self._keys += [self._key(row) for row in rows]
            self._totals.add(page.total)
            yield rows
            if not rows or len(self._keys) >= page.total:
                return
            # The last row comes again as the first of the next page, unless one before it was deleted. A server that
            # gives one row at a time would never get further.
            overlap = 1 if len(page.rows) > 1 else 0

    def _page(self, offset: int) -> Page[Row]:
        try:
            return self._fetch(offset)
        except Unreachable as gone:
            reason = BrokenOff(code=gone.code) if self._totals else gone.with_traceback(None)
        raise reason
