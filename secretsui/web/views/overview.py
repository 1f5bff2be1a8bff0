"""The first page: what needs attention, how deployments stand, what happened, and how fresh the index is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from secretsui.access.models import AccessEvent
from secretsui.inventory.models import Account, Kind, Prefix
from secretsui.web import attention, conflict_subject, freshness, standing
from secretsui.web.context import visible

RECENT = 8


@dataclass(frozen=True, slots=True)
class Holding:
    """One account of the table of what there is."""

    account: Account
    prefixes: Sequence[Prefix]

    @property
    def records(self) -> int:
        return sum(int(prefix.summary.get("records", 0)) for prefix in self.prefixes)

    @property
    def kinds(self) -> Sequence[tuple[str, int]]:
        counts: Counter[str] = Counter()
        for prefix in self.prefixes:
            counts[prefix.kind] += int(prefix.summary.get("records", 0))
        return [(kind, counts[kind]) for kind in Kind.values if counts[kind]]


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    prefixes = visible(request)
    fresh = freshness.of(prefixes)
    facts = {
        "fresh": fresh,
        "attention": attention.find(fresh),
        "holdings": _holdings(prefixes),
        "standings": standing.with_unread(conflict_subject.visible(request)),
        "events": _recent(prefixes),
        "kinds": Holding(Account(), prefixes).kinds,
    }
    return render(request, "overview/overview.html", facts)


def _holdings(prefixes: Sequence[Prefix]) -> Sequence[Holding]:
    accounts = {prefix.account_id: prefix.account for prefix in prefixes}
    return [
        Holding(account, [prefix for prefix in prefixes if prefix.account_id == pk]) for pk, account in accounts.items()
    ]


def _recent(prefixes: Sequence[Prefix]) -> QuerySet[AccessEvent]:
    """What people did; the reading of the index by jobs is left to the log."""
    found = AccessEvent.objects.select_related("prefix__account")
    events = found.filter(prefix__in=[prefix.pk for prefix in prefixes])
    return events.exclude(action=AccessEvent.Action.READ_BATCH)[:RECENT]
