"""Past audits in one line each, and the course of open findings, as far as this person sees them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Count
from django.utils.functional import Promise

from secretsui.audits import selection
from secretsui.audits.models import Audit, FindingEvent
from secretsui.inventory.models import Deployment
from secretsui.web import sparkline
from secretsui.web.finding_states import AUDITS, SAID, STATES
from secretsui.web.sparkline import Sparkline
from secretsui.web.vocabulary import Label

LATELY: Final = 60  # audits that a trend goes back


class Change(NamedTuple):
    number: int
    label: Label


class Line(NamedTuple):
    audit: Audit
    changes: Sequence[Change]

    @property
    def state(self) -> Label:
        return AUDITS[self.audit.state]

    @property
    def who(self) -> str | Promise:
        if self.audit.schedule:
            return self.audit.schedule.name
        return self.audit.asked_by.get_username() if self.audit.asked_by else self.audit.get_trigger_display()


def lines(user: User, audits: Iterable[Audit]) -> Sequence[Line]:
    found = list(audits)
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    ids = [each.pk for each in found]
    events = FindingEvent.objects.filter(audit__in=ids, what__in=SAID, finding__in=selection.findings(user).order_by())
    for number, what, how_many in events.order_by().values_list("audit", "what").annotate(number=Count("pk")):
        counts[number][what] = how_many
    return [Line(each, _changes(counts[each.pk])) for each in found]


def _changes(counts: Counter[str]) -> Sequence[Change]:
    return [Change(counts[what], STATES[state]) for what, state in SAID.items() if counts[what]]


class Trend(NamedTuple):
    """How many findings of a deployment were open after each audit of it, oldest first."""

    name: str
    numbers: Sequence[int]

    @property
    def now(self) -> int:
        return self.numbers[-1]

    @property
    def picture(self) -> Sparkline | None:
        return sparkline.of(self.numbers)


def trends(deployments: Sequence[Deployment]) -> Sequence[Trend]:
    """Of those that were audited at all."""
    numbers: dict[str, list[int]] = defaultdict(list)
    ended = Audit.objects.filter(state__in=(Audit.State.DONE, Audit.State.PARTIAL)).order_by("-pk")
    for by_deployment in ended.values_list("by_deployment", flat=True)[:LATELY]:
        for name, counts in by_deployment.items():
            numbers[name].append(sum(counts.get("open", {}).values()))
    return [Trend(each.name, numbers[each.name][::-1]) for each in deployments if each.name in numbers]
