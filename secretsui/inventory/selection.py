"""What the list shows: filters from the address, the records they select, and one page of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Self
from urllib.parse import urlencode

from django.db import connection
from django.db.models import DateTimeField, F, QuerySet, Value
from django.db.models.functions import Coalesce

from secretsui.inventory.models import Kind, Prefix, SecretRecord
from secretsui.inventory.search_text import tag_line

PAGE_SIZE: Final = 50
# Matches are counted up to here, or up to the page that is asked for if that is further on.
COUNTED: Final = 1000
STATES: Final = ("ok", "stale", "unreadable", "broken", "disabled", "deleted")
SORTS: Final[Mapping[str, Sequence[str]]] = {
    "key": ("key", "id"),
    "changed": ("changed_at", "id"),
    "type": ("conn_type", "key", "id"),
    "state": ("status", "key", "id"),
}


LONG_AGO: Final = Value(datetime(1970, 1, 1, tzinfo=UTC), output_field=DateTimeField())


@dataclass(frozen=True, slots=True)
class Filters:
    """Every field is "" (the page 1) where the address says nothing; a filter that cannot be met selects nothing."""

    account: str = ""
    prefix: str = ""  # the id of a prefix, or a path
    kind: str = ""
    store: str = ""  # a Prefix.StoreKind
    type: str = ""
    tag: str = ""  # k=v
    state: str = ""
    q: str = ""
    sort: str = ""  # a key of SORTS, with a minus for descending
    page: int = 1

    @classmethod
    def parse(cls, query: Mapping[str, Any]) -> Self:
        """From a QueryDict; a junk order or page counts as absent."""
        given = {name: _text(query.get(name, "")) for name in cls.__slots__}
        page = given.pop("page")
        checked: dict[str, Any] = {
            **given,
            "sort": given["sort"] if given["sort"].removeprefix("-") in SORTS else "",
            "page": int(page) if page.isascii() and page.isdigit() and len(page) < 8 and int(page) else 1,
        }
        return cls(**checked)

    def query(self, **changes: Any) -> str:
        """The query string of this list with these changes. Another filter or order begins at page 1."""
        changed = replace(self, **({"page": 1} | changes))
        return urlencode({name: value for name, value in asdict(changed).items() if value not in ("", 1)})

    @property
    def words(self) -> Sequence[str]:
        return self.q.lower().split()[:10]

    @property
    def active(self) -> Sequence[str]:
        """The names of the fields that narrow the list."""
        return [name for name, value in asdict(self).items() if value and name not in ("sort", "page")]

    @property
    def unknown(self) -> Sequence[str]:
        """The names of the fields that ask for what cannot be."""
        known = {
            "kind": self.kind in ("", *Kind.values),
            "state": self.state in ("", *STATES),
            "tag": not self.tag or "=" in self.tag,
        }
        return [name for name, is_known in known.items() if not is_known]


def _text(value: object) -> str:
    return str(value).replace("\0", "").strip()[:300]


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[SecretRecord]
    number: int
    total: int
    exact: bool  # False: there are more than `total`

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return (self.number - 1) * PAGE_SIZE + len(self.rows)

    @property
    def pages(self) -> int:
        """How many there are, as far as it is counted; at least one."""
        return max(1, -(-self.total // PAGE_SIZE))

    @property
    def has_next(self) -> bool:
        return self.number < self.pages or not self.exact


def chosen(prefixes: Iterable[Prefix], filters: Filters) -> list[Prefix]:
    """Those of the prefixes that the filters leave."""
    if filters.unknown:
        return []
    return [
        prefix
        for prefix in prefixes
        if filters.account in ("", prefix.account.name)
        and filters.kind in ("", prefix.kind)
        and filters.store in ("", prefix.store_kind)
        and filters.prefix in ("", str(prefix.pk), prefix.path)
    ]


def select(prefixes: Iterable[Prefix], filters: Filters) -> QuerySet[SecretRecord]:
    """The records under the prefixes (with their accounts) that pass the filters, in their order. No query yet."""
    found = _under(chosen(prefixes, filters))
    if filters.type:
        found = found.filter(conn_type=filters.type)
    if filters.state:
        found = found.filter(status=filters.state)
    if filters.tag:
        key, _, value = filters.tag.partition("=")
        found = found.filter(search__contains=f"\n{tag_line(key, value)}\n")
    for word in filters.words:
        found = found.filter(search__contains=word)
    return found.order_by(*_order(filters))


def page(prefixes: Iterable[Prefix], filters: Filters) -> Page:
    """One page, in two queries at any size: the ids, found in an index alone, then the rows with their places."""
    places = chosen(prefixes, filters)
    ids = select(places, filters).values_list("pk", flat=True)
    total = _known_total(places, filters)
    if total is None:
        return _counted_page(ids, filters.page)
    number = max(1, min(filters.page, -(-total // PAGE_SIZE)))
    start = (number - 1) * PAGE_SIZE
    rows = _rows(ids[start : start + PAGE_SIZE])
    return Page(rows, number, max(total, start + len(rows)), exact=True)  # a refresh may just be adding some


def _counted_page(ids: QuerySet[SecretRecord, int], wanted: int) -> Page:
    limit = max(COUNTED, wanted * PAGE_SIZE)
    found = list(ids[: limit + 1])
    total, exact = min(len(found), limit), len(found) <= limit
    number = max(1, min(wanted, -(-total // PAGE_SIZE)))
    start = (number - 1) * PAGE_SIZE
    return Page(_rows(found[start : start + PAGE_SIZE]), number, total, exact=exact)


def _rows(ids: Iterable[int]) -> Sequence[SecretRecord]:
    wanted = list(ids)
    rows = SecretRecord.objects.select_related("prefix__account").in_bulk(wanted) if wanted else {}
    return [rows[pk] for pk in wanted if pk in rows]


def _known_total(places: Iterable[Prefix], filters: Filters) -> int | None:
    """From the summaries of the last refreshes, where they can tell."""
    narrowing = set(filters.active) - {"account", "prefix", "kind", "store"}
    summaries = [prefix.summary for prefix in places]
    if not all("records" in summary for summary in summaries) or narrowing - {"type", "state"} or len(narrowing) > 1:
        return None
    if filters.type:
        return sum(int(summary["types"].get(filters.type, 0)) for summary in summaries)
    if filters.state:
        return sum(int(summary["states"].get(filters.state, 0)) for summary in summaries)
    return sum(int(summary["records"]) for summary in summaries)


def _under(places: Iterable[Prefix]) -> QuerySet[SecretRecord]:
    ids = [prefix.pk for prefix in places]
    if connection.vendor != "sqlite":
        return SecretRecord.objects.filter(prefix__in=ids)
    # SQLite would take any index that begins with the prefix and then sort everything; the sum hides it, and so the
    # list is walked in its order.
    return SecretRecord.objects.annotate(place=F("prefix_id") + 0).filter(place__in=ids)


def _order(filters: Filters) -> Sequence[Any]:
    wanted = filters.sort or "key"
    fields: list[Any] = [F(name) for name in SORTS[wanted.removeprefix("-")]]
    if wanted.endswith("changed") and (filters.words or filters.tag):
        # Only the index by key holds the text. What is no plain column keeps SQLite from walking the index by date.
        fields[0] = Coalesce("changed_at", LONG_AGO)
    return [field.desc() if wanted.startswith("-") else field.asc() for field in fields]
