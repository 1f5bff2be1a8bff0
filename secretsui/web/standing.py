"""How each deployment stands: what is in conflict, and what could not be read. From rows and summaries alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.db.models import Q

from secretsui.inventory.models import Deployment, LayerState
from secretsui.web import conflict_subject, lookup_words
from secretsui.web.vocabulary import Label

NO_CONFLICT: Final = "none"
_ICONS: Final[Mapping[str, str]] = {"bad": "alert-triangle", "warn": "alert-circle"}


class Count(NamedTuple):
    conflict: str
    number: int

    @property
    def label(self) -> Label:
        return lookup_words.CONFLICTS[self.conflict]


@dataclass(frozen=True, slots=True)
class Standing:
    """`unread` are the layers whose last reading failed. The counts are those of the process that people ask about."""

    deployment: Deployment
    counts: Sequence[Count]
    ids: int
    unread: Sequence[LayerState] = ()

    @property
    def is_known(self) -> bool:
        return self.deployment.resolved_at is not None

    @property
    def conflicts(self) -> int:
        return sum(each.number for each in self.counts)

    @property
    def icon(self) -> str:
        """Of the worst that was found."""
        if not self.is_known:
            return "clock"
        return _ICONS.get(self.counts[0].label.tone, "server-2") if self.counts else "server-2"


def of(deployment: Deployment, unread: Sequence[LayerState] = ()) -> Standing:
    found = deployment.summary.get(conflict_subject.process_of(deployment, ""), {})
    conflicts = found.get("conflicts", {})
    counts = [Count(name, conflicts[name]) for name in lookup_words.CONFLICTS if conflicts.get(name)]
    return Standing(
        deployment, [each for each in counts if each.conflict != NO_CONFLICT], int(found.get("ids", 0)), unread
    )


def with_unread(deployments: Sequence[Deployment]) -> Sequence[Standing]:
    failed = LayerState.objects.filter(~Q(problem=""), deployment__in=[each.pk for each in deployments])
    states = list(failed.order_by("layer", "kind")) if deployments else []
    return [of(each, [state for state in states if state.deployment_id == each.pk]) for each in deployments]
