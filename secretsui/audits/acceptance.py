"""Findings that somebody has looked at and lives with: until a day, for a reason, by name."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from secretsui.access.door import Person
from secretsui.audits import deciding
from secretsui.audits.lifecycle import clear_acceptance
from secretsui.audits.models import Audit, FindingEvent, StoredFinding
from secretsui.inventory.clean import storable

LONGEST: Final = timedelta(days=366)
FIELDS: Final = ("accepted_until", "accepted_reason", "accepted_by")


class NotAcceptable(ValueError):
    """`field` is what to correct: until or reason; "" where the finding itself does not allow it."""

    def __init__(self, field: str, sentence: str | Promise) -> None:
        super().__init__(str(sentence))
        self.field, self.sentence = field, sentence


def accepted(today: date) -> Q:
    """The last day counts."""
    return Q(accepted_until__gte=today)


def is_accepted(finding: StoredFinding) -> bool:
    return finding.accepted_until is not None and finding.accepted_until >= timezone.localdate()


def accept(person: Person, finding: StoredFinding, until: date, reason: str) -> None:
    """Raises `NotAcceptable`, `policy.NotVisible` or `policy.Refused`."""
    reason = " ".join(storable(reason).split())
    with deciding.recorded(person, finding, f"accept until {until}"):
        locked = StoredFinding.objects.select_for_update().get(pk=finding.pk)
        _check(locked, until, reason)
        locked.accepted_until, locked.accepted_reason = until, reason
        locked.accepted_by = person.user.get_username()
        locked.save(update_fields=FIELDS)
        _tell(person, locked, FindingEvent.What.ACCEPTED, f"{until} {reason}")
    _copy(locked, finding)


def withdraw(person: Person, finding: StoredFinding) -> None:
    """Before its day. Raises `policy.NotVisible` or `policy.Refused`."""
    with deciding.recorded(person, finding, "end acceptance"):
        locked = StoredFinding.objects.select_for_update().get(pk=finding.pk)
        if locked.accepted_until:
            clear_acceptance(locked)
            locked.save(update_fields=FIELDS)
            _tell(person, locked, FindingEvent.What.ENDED, "withdrawn")
    _copy(locked, finding)


@transaction.atomic
def end_due(audit: Audit | None = None) -> int:
    """How many acceptances are over since the day before: they count again, and their history says so."""
    over = StoredFinding.objects.select_for_update().filter(accepted_until__lt=timezone.localdate())
    rows, now = list(over), timezone.now()
    for row in rows:
        clear_acceptance(row)
    StoredFinding.objects.bulk_update(rows, FIELDS, batch_size=500)
    ended = [
        FindingEvent(finding=row, audit=audit, what=FindingEvent.What.ENDED, at=now, detail="date") for row in rows
    ]
    FindingEvent.objects.bulk_create(ended, batch_size=500)
    return len(rows)


def _check(finding: StoredFinding, until: date, reason: str) -> None:
    today = timezone.localdate()
    if finding.status != StoredFinding.Status.OPEN:
        raise NotAcceptable("", _("This finding is fixed, so there is nothing to accept."))
    if until < today:
        raise NotAcceptable("until", _("The date is over. Choose today or a later day."))
    if until > today + LONGEST:
        raise NotAcceptable("until", _("The date is more than a year away. Choose an earlier day."))
    if not reason:
        raise NotAcceptable("reason", _("The reason is missing. Say why this may stay as it is."))
    if len(reason) > (StoredFinding._meta.get_field("accepted_reason").max_length or 0):  # noqa: SLF001 - documented API
        raise NotAcceptable("reason", _("The reason is longer than 500 characters. Shorten it."))


def _tell(person: Person, finding: StoredFinding, what: FindingEvent.What, detail: str) -> None:
    name = person.user.get_username()
    FindingEvent.objects.create(
        finding=finding, what=what, at=timezone.now(), by=name, user_id=person.user.pk, detail=detail[:500]
    )


def _copy(stored: StoredFinding, finding: StoredFinding) -> None:
    for field in FIELDS:
        setattr(finding, field, getattr(stored, field))
