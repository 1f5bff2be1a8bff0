"""What needs somebody's attention under the prefixes a person may list: worst first, few of each, in few queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Count
from django.utils import timezone

from secretsui.access.models import Level
from secretsui.inventory.models import Prefix, SecretRecord
from secretsui.web.context import level
from secretsui.web.freshness import Freshness

EACH: Final = 5  # of one kind; the rest is counted and linked
# The shortest window that Secrets Manager knows. The list tells when deletion was asked for, not when it ends.
SHORTEST_WINDOW: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Matter:
    """`kind` picks the words in templates/overview/matter.html."""

    severity: str
    kind: str
    prefix: Prefix
    record: SecretRecord | None = None
    number: int = 0
    code: str = ""

    @property
    def can_write(self) -> bool:
        return level(self.prefix) >= Level.WRITE

    @property
    def days_left(self) -> int:
        """At least; 0 when it may be gone any day."""
        if self.record is None or self.record.deleted_at is None:
            return 0
        return max(0, (self.record.deleted_at + SHORTEST_WINDOW - timezone.now()).days)


@dataclass(frozen=True, slots=True)
class Attention:
    matters: Sequence[Matter]
    more_deleted: int
    more_broken: int

    @property
    def is_empty(self) -> bool:
        return not self.matters


def find(fresh: Freshness) -> Attention:
    places = {prefix.pk: prefix for prefix in fresh.prefixes}
    deleted, broken = _records(places, "deleted"), _records(places, "broken")
    matters = [
        *(Matter("critical", "deleted", record.prefix, record) for record in deleted),
        *(Matter("high", "broken", record.prefix, record, code=record.problem) for record in broken),
        *(Matter("high", "failed", prefix) for prefix in fresh.failed),
        *_unreadable(places),
        *(Matter("medium", "never", prefix) for prefix in fresh.never),
        *(Matter("medium", "old", prefix) for prefix in fresh.old),
    ]
    return Attention(matters, _more(fresh, "deleted", len(deleted)), _more(fresh, "broken", len(broken)))


def _records(places: dict[int, Prefix], status: str) -> Sequence[SecretRecord]:
    """Only where the summaries say that there are some: most days that is no query at all."""
    ids = [pk for pk, prefix in places.items() if prefix.summary.get("states", {}).get(status)]
    if not ids:
        return []
    found = SecretRecord.objects.filter(prefix__in=ids, status=status)
    if status == "deleted":  # the partial index of the trash
        found = found.filter(deleted_at__isnull=False).order_by("deleted_at", "pk")
    records = list(found[:EACH])
    for record in records:
        record.prefix = places[record.prefix_id]
    return records


def _unreadable(places: dict[int, Prefix]) -> Iterator[Matter]:
    ids = [pk for pk, prefix in places.items() if prefix.summary.get("states", {}).get("unreadable")]
    if not ids:
        return
    found = SecretRecord.objects.filter(prefix__in=ids, status="unreadable").order_by()
    for row in found.values("prefix", "read_error").annotate(number=Count("pk")).order_by("-number")[:EACH]:
        yield Matter("high", "unreadable", places[row["prefix"]], number=row["number"], code=row["read_error"])


def _more(fresh: Freshness, status: str, shown: int) -> int:
    return sum(int(prefix.summary.get("states", {}).get(status, 0)) for prefix in fresh.prefixes) - shown
