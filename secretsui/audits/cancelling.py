"""The end of an audit before its end."""

from __future__ import annotations

from django.db import transaction

from secretsui.access import events, policy
from secretsui.access.door import Person
from secretsui.access.models import AccessEvent
from secretsui.audits import running
from secretsui.audits.models import Audit, Part
from secretsui.audits.parts import TRIGGER
from secretsui.inventory.deployments import checks
from secretsui.inventory.models import Check, Refresh
from secretsui.inventory.sync.closing import close_as_failed


def may_cancel(person: Person, audit: Audit) -> bool:
    """Whoever asked for it, administers, or might have asked for all of it."""
    user = person.user
    if policy.may_administer(user) or (
        user.is_active and audit.asked_by_id is not None and audit.asked_by_id == user.pk
    ):
        return True
    hidden = audit.parts.exclude(prefix__in=policy.visible_prefixes(user))
    return not hidden.exclude(deployment__in=policy.visible_deployments(user)).exists()


def cancel(person: Person, audit: Audit) -> bool:
    """Whether it was still open. What it has read is kept; what its workers read now ends at the next page.

    Raises `policy.NotVisible` for whoever may not.
    """
    allowed = may_cancel(person, audit)
    with transaction.atomic():
        outcome = AccessEvent.Outcome.ALLOWED if allowed else AccessEvent.Outcome.REFUSED
        events.append(person.as_actor(), AccessEvent.Action.AUDIT, outcome, detail=f"stop audit {audit.pk}")
    if not allowed:
        raise policy.NotVisible
    reading = list(audit.parts.filter(state=Part.State.RUNNING))
    if not running.close(audit.pk, Audit.State.CANCELLED, running.STOPPED):
        return False
    for part in reading:
        _stop(part)
    return True


def _stop(part: Part) -> None:
    """Its worker finds out when it writes next. What somebody else had asked for, or waits for, goes on."""
    if part.prefix_id and Part.objects.filter(prefix=part.prefix_id, state=Part.State.RUNNING).exists():
        return
    for refresh in Refresh.objects.filter(prefix=part.prefix_id, trigger=TRIGGER, state__in=Refresh.ACTIVE):
        close_as_failed(refresh, running.STOPPED)
    for check in Check.objects.filter(deployment=part.deployment_id, trigger=TRIGGER, state__in=Check.ACTIVE):
        checks.close(check, Check.State.FAILED, running.STOPPED)
