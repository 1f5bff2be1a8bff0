"""The matrix as screens and exports want it: filtered, ordered, by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self
from urllib.parse import urlencode

from django.db.models import Count, F, QuerySet

from secretsui.inventory.models import Deployment, Kind, ResolvedRow

PAGE_SIZE: Final = 50
MOST_WORDS: Final = 10
NO_OWNER: Final = "-"  # in the address: rows of nobody
SORTS: Final[Mapping[str, Sequence[str]]] = {
    "rank": ("rank", "key", "id"),
    "key": ("key", "id"),
    "winner": ("winner", "key", "id"),
    "type": ("conn_type", "key", "id"),
}


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Every field is "" (the page 1) where the address says nothing; one that cannot be met selects nothing."""

    kind: str = ""
    conflicts: Sequence[str] = ()
    winner: str = ""  # id of a column
    owner: str = ""
    q: str = ""
    sort: str = ""  # a key of SORTS, with a minus for descending
    page: int = 1

    @classmethod
    def parse(cls, query: Any) -> Self:
        """From a QueryDict; a junk order or page counts as absent."""
        sort, page = _text(query.get("sort")), _text(query.get("page"))
        return cls(
            kind=_text(query.get("kind")),
            conflicts=tuple(dict.fromkeys(filter(None, map(_text, query.getlist("conflict")[:20])))),
            winner=_text(query.get("winner")),
            owner=_text(query.get("owner")),
            q=_text(query.get("q")),
            sort=sort if sort.removeprefix("-") in SORTS else "",
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 8 and int(page) else 1,
        )

    def query(self, **changes: Any) -> str:
        """The query string with these changes. Another filter or order begins at page 1."""
        changed = replace(self, **({"page": 1} | changes))
        pairs = [(name, getattr(changed, name)) for name in ("kind", "winner", "owner", "q", "sort", "page")]
        pairs += [("conflict", each) for each in changed.conflicts]
        return urlencode([(name, value) for name, value in pairs if value not in ("", 1)])

    @property
    def is_narrowing(self) -> bool:
        return bool(self.kind or self.conflicts or self.winner or self.owner or self.words)

    @property
    def words(self) -> Sequence[str]:
        return self.q.lower().split()[:MOST_WORDS]


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[ResolvedRow]
    number: int
    total: int

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return (self.number - 1) * PAGE_SIZE + len(self.rows)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))

    @property
    def has_next(self) -> bool:
        return self.number < self.pages


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows each choice of a filter would leave, the other filters as they are; `total` with all of them."""

    total: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    conflicts: Mapping[str, int] = field(default_factory=dict)
    winners: Mapping[str, int] = field(default_factory=dict)
    owners: Mapping[str, int] = field(default_factory=dict)


def find(deployment: Deployment, process: str, filters: RowFilter) -> Page:
    selected = select(deployment, process, filters)
    total = selected.count()
    number = max(1, min(filters.page, -(-total // PAGE_SIZE)))
    start = (number - 1) * PAGE_SIZE
    return Page(list(selected[start : start + PAGE_SIZE]), number, total)


def every(deployment: Deployment, process: str, filters: RowFilter) -> Iterator[ResolvedRow]:
    """All that the filters leave, for an export; not the whole list in memory."""
    return select(deployment, process, filters).iterator(500)


def select(deployment: Deployment, process: str, filters: RowFilter) -> QuerySet[ResolvedRow]:
    """No query yet."""
    found = _searched(deployment, process, filters)
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.conflicts:
        found = found.filter(conflict__in=filters.conflicts)
    if filters.winner:
        found = found.filter(winner=filters.winner)
    if filters.owner:
        found = found.filter(owner="" if filters.owner == NO_OWNER else filters.owner)
    return found.order_by(*_order(filters.sort or "rank"))


def counts(deployment: Deployment, process: str, filters: RowFilter) -> Counts:
    """In one query whatever the filters are."""
    groups = _searched(deployment, process, filters).order_by().values_list("kind", "conflict", "winner", "owner")
    return _counted(list(groups.annotate(rows=Count("pk"))), filters)


def _counted(groups: Iterable[tuple[str, str, str, str, int]], filters: RowFilter) -> Counts:
    found: Sequence[Counter[str]] = [Counter() for _ in range(4)]
    total = 0
    for *choices, number in groups:
        failed = [place for place, passes in enumerate(_passes(choices, filters)) if not passes]
        total += 0 if failed else number
        for place in range(4):
            if failed in ([], [place]):
                found[place][choices[place]] += number
    return Counts(total, *(dict(each) for each in found))


def _passes(choices: Sequence[str], filters: RowFilter) -> Sequence[bool]:
    kind, conflict, winner, owner = choices
    return (
        filters.kind in ("", kind),
        not filters.conflicts or conflict in filters.conflicts,
        filters.winner in ("", winner),
        filters.owner in ("", owner or NO_OWNER),
    )


def _searched(deployment: Deployment, process: str, filters: RowFilter) -> QuerySet[ResolvedRow]:
    found = ResolvedRow.objects.filter(deployment=deployment, process=process)
    for word in filters.words:
        found = found.filter(search__contains=word)
    return found


def _order(sort: str) -> Sequence[Any]:
    fields = [F(name) for name in SORTS[sort.removeprefix("-")]]
    return [each.desc() if sort.startswith("-") else each.asc() for each in fields]


def is_known_kind(kind: str) -> bool:
    return kind in ("", Kind.CONNECTION, Kind.VARIABLE)


def _text(value: object) -> str:
    return "" if value is None else str(value).replace("\0", "").strip()[:300]
