"""How far what is shown can be trusted: what is being read, what is old, and what could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils import timezone

from secretsui.inventory.models import Prefix, Refresh

# A refresh is due once per interval; one that was missed twice is worth a word.
MISSED: Final = 2
SLACK: Final = timedelta(minutes=10)


def is_old(prefix: Prefix) -> bool:
    limit = timedelta(minutes=prefix.refresh_minutes * MISSED) + SLACK
    return prefix.as_of is not None and timezone.now() - prefix.as_of > limit


@dataclass(frozen=True, slots=True)
class Progress:
    """The refreshes that are queued or running, as one bar."""

    running: Sequence[Refresh]

    @property
    def now(self) -> int:
        return sum(_done(each) for each in self.running)

    @property
    def most(self) -> int:
        """What is to be done as far as is known; never less than is done."""
        return sum(max(_done(each), _expected(each)) for each in self.running)

    @property
    def percent(self) -> int:
        return 100 * self.now // self.most if self.most else 0

    @property
    def quarter(self) -> int:
        """Progress is read out in steps of 25 %."""
        return self.percent // 25


def _done(refresh: Refresh) -> int:
    return refresh.listed + refresh.read


def _expected(refresh: Refresh) -> int:
    return max(refresh.listed, int(refresh.prefix.summary.get("records", 0))) + refresh.to_read


def progress(prefixes: Sequence[Prefix]) -> Progress:
    ids = [prefix.pk for prefix in prefixes]
    active = Refresh.objects.filter(prefix__in=ids, state__in=Refresh.ACTIVE).order_by("id")
    return Progress(list(active.select_related("prefix__account")))


@dataclass(frozen=True, slots=True)
class Freshness:
    prefixes: Sequence[Prefix]
    progress: Progress

    @property
    def as_of(self) -> Prefix | None:
        """The prefix that was read longest ago speaks for all."""
        read = [prefix for prefix in self.prefixes if prefix.as_of]
        return min(read, key=lambda prefix: prefix.as_of or timezone.now(), default=None)

    @property
    def failed(self) -> Sequence[Prefix]:
        """Those whose last refresh did not get to the end of the list."""
        return [prefix for prefix in self._idle if prefix.problem and not prefix.complete]

    @property
    def old(self) -> Sequence[Prefix]:
        return [prefix for prefix in self._idle if is_old(prefix) and (prefix.complete or not prefix.problem)]

    @property
    def never(self) -> Sequence[Prefix]:
        return [prefix for prefix in self._idle if prefix.as_of is None and not prefix.problem]

    @property
    def unread(self) -> Sequence[Prefix]:
        """Those with values that could not be read; what they are is known, not what they hold."""
        return [prefix for prefix in self.prefixes if unreadable(prefix)]

    @property
    def records(self) -> int:
        return sum(int(prefix.summary.get("records", 0)) for prefix in self.prefixes)

    @property
    def is_complete(self) -> bool:
        return all(prefix.complete for prefix in self.prefixes) and not self.unread

    @property
    def _idle(self) -> Sequence[Prefix]:
        busy = {refresh.prefix_id for refresh in self.progress.running}
        return [prefix for prefix in self.prefixes if prefix.pk not in busy]


def unreadable(prefix: Prefix) -> int:
    return int(prefix.summary.get("states", {}).get("unreadable", 0))


def of(prefixes: Sequence[Prefix]) -> Freshness:
    return Freshness(prefixes, progress(prefixes))
