"""How far a matrix can be trusted: how old each column is, what could not be read, and what is being read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, NamedTuple

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from secretsui.inventory.deployments import triggers
from secretsui.inventory.deployments.columns import Column
from secretsui.inventory.deployments.knowledge import READERS
from secretsui.inventory.deployments.settings import processes
from secretsui.inventory.models import Check, Deployment, EnvSource, Kind, LayerState, Prefix
from secretsui.inventory.models.layers import Layer
from secretsui.web.freshness import MISSED, SLACK
from secretsui.web.lookup_words import READ

STORES: Final = ("backend", "worker-backend")


class Age(NamedTuple):
    """When a column was last read as a whole; None where never, or where nobody tells what it holds."""

    as_of: datetime | None
    words: str | Promise = ""  # in the place of an age
    tone: str = ""


class Head(NamedTuple):
    column: Column
    age: Age


class Trouble(NamedTuple):
    """One thing that could not be read: what, why, and what to do."""

    title: str
    problem: str
    remedy: str
    code: str = ""
    as_of: datetime | None = None


@dataclass(frozen=True)
class Freshness:
    deployment: Deployment
    columns: Sequence[Column]

    @cached_property
    def checks(self) -> Sequence[Check]:
        """The last two: one may be under way, and the one before it tells how it went last time."""
        return list(self.deployment.checks.order_by("-id")[:2])

    @property
    def active(self) -> Check | None:
        return next((each for each in self.checks if each.state in Check.ACTIVE), None)

    @property
    def last(self) -> Check | None:
        return next((each for each in self.checks if each.state not in Check.ACTIVE), None)

    @property
    def is_new(self) -> bool:
        """Nothing was ever worked out."""
        return self.deployment.resolved_at is None

    @cached_property
    def is_outdated(self) -> bool:
        """The settings, or what a layer holds, changed after the rows were made."""
        return not self.is_new and triggers.is_outdated(self.deployment)

    @property
    def is_old(self) -> bool:
        at, minutes = self.deployment.resolved_at, self.deployment.check_minutes
        return (
            bool(at and minutes)
            and timezone.now() - (at or timezone.now()) > timedelta(minutes=minutes * MISSED) + SLACK
        )

    @cached_property
    def heads(self) -> Sequence[Head]:
        return [Head(column, self._age(column)) for column in self.columns]

    def _age(self, column: Column) -> Age:
        if column.layer in STORES:
            return self._age_of_store(column)
        states = [state for state in self._states if state.layer == column.layer]
        if states:
            return _oldest([state.as_of for state in states], is_whole=not any(state.problem for state in states))
        return _oldest([source.as_of for source in self._sources if self._counts(source, column)])

    def _counts(self, source: EnvSource, column: Column) -> bool:
        """For whoever reads it; without a choice of processes that is everyone."""
        if (source.form == EnvSource.Form.OBJECTS) != (column.layer == Layer.ENVIRONMENT_MANAGER):
            return False
        readers = READERS.get(column.layer, ())
        return not readers or len(processes(self.deployment)) == 1 or source.process in readers

    def _age_of_store(self, column: Column) -> Age:
        if not column.account:
            return Age(None, _("Account not given"), "warn")
        prefixes = self._prefixes_of(column)
        if not prefixes:
            return Age(None, _("No prefix there"), "warn")
        return _oldest([prefix.as_of for prefix in prefixes], is_whole=all(prefix.complete for prefix in prefixes))

    @property
    def troubles(self) -> Sequence[Trouble]:
        found = [*self._of_layers(), *self._of_stores()]
        return [*found, *self._of_check({trouble.problem for trouble in found})]

    def _of_layers(self) -> Iterator[Trouble]:
        titles = {column.layer: str(column.title) for column in self.columns}
        for state in self._states:
            if state.problem:
                kind = READ.get(state.kind, state.kind)
                title = f"{titles.get(state.layer, state.get_layer_display())}, {kind}"
                yield Trouble(title, state.problem, state.remedy, state.code, state.as_of)

    def _of_stores(self) -> Iterator[Trouble]:
        """By their account alone: not everybody who sees the deployment may know of each prefix."""
        seen = set()
        for column in self.columns:
            for prefix in self._prefixes_of(column) if column.layer in STORES else ():
                title = f"{column.title}, {prefix.account.name}"
                if prefix.problem and not prefix.complete and (title, prefix.problem) not in seen:
                    seen.add((title, prefix.problem))
                    yield Trouble(title, prefix.problem, prefix.remedy, prefix.code, prefix.as_of)

    def _of_check(self, told: Iterable[str]) -> Iterator[Trouble]:
        last = self.last
        if last and last.problem and last.problem not in told:
            yield Trouble(_("The last check"), last.problem, last.remedy, last.code)

    @property
    def is_complete(self) -> bool:
        return not self.troubles and all(head.age.as_of and not head.age.tone for head in self.heads)

    @property
    def gaps(self) -> Sequence[str]:
        """The places that nothing is known of, or not everything."""
        return [str(head.column.title) for head in self.heads if head.age.as_of is None or head.age.tone]

    @cached_property
    def _states(self) -> Sequence[LayerState]:
        kinds = (Kind.CONNECTION, Kind.VARIABLE)
        return list(LayerState.objects.filter(deployment=self.deployment, kind__in=kinds).order_by("layer", "kind"))

    @cached_property
    def _sources(self) -> Sequence[EnvSource]:
        return list(self.deployment.sources.defer("settings", "problems"))

    @cached_property
    def _prefixes(self) -> Sequence[Prefix]:
        accounts = {column.account for column in self.columns if column.account}
        kinds = (Kind.CONNECTION, Kind.VARIABLE)
        found = Prefix.objects.filter(account__name__in=accounts, kind__in=kinds).select_related("account")
        return list(found) if accounts else []

    def _prefixes_of(self, column: Column) -> Sequence[Prefix]:
        return [prefix for prefix in self._prefixes if column.covers(prefix)]


def _oldest(moments: Sequence[datetime | None], *, is_whole: bool = True) -> Age:
    read = [moment for moment in moments if moment]
    if not read or len(read) < len(moments):
        return Age(None, _("Never read") if not read else _("Read in part"), "warn")
    return Age(min(read), "", "" if is_whole else "warn")
