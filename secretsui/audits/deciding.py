"""Who may say what becomes of a finding: whoever may mend it. Every decision is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from secretsui.access import events, policy
from secretsui.access.door import Person
from secretsui.access.models import AccessEvent, DeploymentLevel, Level
from secretsui.audits.models import StoredFinding


def may_decide(person: Person, finding: StoredFinding) -> bool:
    """Write on its prefix, or fix on its deployment."""
    return _needed(person, finding) is None


@contextmanager
def recorded(person: Person, finding: StoredFinding, detail: str) -> Iterator[None]:
    """The change within is made and recorded together. Raises `policy.NotVisible` or `policy.Refused`."""
    refusal = _needed(person, finding)
    with transaction.atomic():
        outcome = AccessEvent.Outcome.REFUSED if refusal else AccessEvent.Outcome.ALLOWED
        place = finding.prefix or finding.deployment
        name = finding.name if finding.prefix_id else ""
        events.append(
            person.as_actor(),
            AccessEvent.Action.FINDING,
            outcome,
            place=place,
            name=name,
            detail=f"{finding.rule} {detail}",
        )
        if refusal is None:
            yield
    if refusal:
        raise refusal


def _needed(person: Person, finding: StoredFinding) -> Exception | None:
    """What keeps this person from it."""
    if finding.prefix:
        held = policy.level(person.user, finding.prefix)
        return _refusal(held, Level.WRITE, policy.Refused(Level.WRITE, finding.prefix))
    if finding.deployment:
        granted = policy.deployment_level(person.user, finding.deployment)
        return _refusal(granted, DeploymentLevel.FIX, policy.Refused(DeploymentLevel.FIX, finding.deployment))
    return policy.NotVisible()


def _refusal(level: int | None, needed: int, refused: policy.Refused) -> Exception | None:
    if level is None:
        return policy.NotVisible()
    return None if level >= needed else refused
