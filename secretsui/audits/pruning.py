"""What is kept of old audits: enough to compare a year, and never less than what the next mail builds on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Max, Q, QuerySet

from secretsui.audits.deliveries import OPEN
from secretsui.audits.digests import TOLD
from secretsui.audits.models import Audit, Delivery, FindingEvent, StoredFinding

KEPT: Final = 50  # newest audits, however old they are
SOME: Final = 500  # rows in one go, so that nobody waits long for the database
UNSETTLED: Final = (*OPEN, Delivery.State.SENDING)


def prune(now: datetime) -> int:
    """How many rows were removed; what is left over goes the next time. Twice at once, it removes no more."""
    before = now - timedelta(days=settings.AUDIT_KEEP_DAYS)
    removed = (
        _remove(_deliveries(before)),
        _remove(_audits(before)),
        _remove(_findings(before)),
        _remove(_events(before)),
    )
    return sum(removed)


def _remove(old: QuerySet[Any]) -> int:
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:SOME])
    old.model._default_manager.filter(pk__in=ids).delete()  # noqa: SLF001 - Django's own name for it
    return len(ids)


def _deliveries(before: datetime) -> QuerySet[Delivery]:
    """But for the last that each address got: the next one tells what has changed since."""
    return Delivery.objects.filter(made_at__lt=before).exclude(state__in=UNSETTLED).exclude(pk__in=_last_told())


def _last_told() -> QuerySet[Delivery, int]:
    told = Delivery.objects.filter(state__in=TOLD).order_by().values("recipient", "address")
    return told.annotate(last=Max("pk")).values_list("last", flat=True)


def _audits(before: datetime) -> QuerySet[Audit]:
    """With their parts. The last of each schedule stays, and whatever a delivery that stays is about."""
    newest = list(Audit.objects.values_list("pk", flat=True)[:KEPT])
    scheduled = Audit.objects.filter(schedule__isnull=False).order_by().values("schedule").annotate(last=Max("pk"))
    kept = Q(pk__in=newest) | Q(pk__in=scheduled.values("last")) | Q(deliveries__isnull=False)
    return Audit.objects.filter(finished_at__lt=before).exclude(kept).exclude(state__in=Audit.ACTIVE)


def _findings(before: datetime) -> QuerySet[StoredFinding]:
    """Fixed ones, with their history; one that comes back after so long is a new one."""
    return StoredFinding.objects.filter(status=StoredFinding.Status.FIXED, fixed_at__lt=before)


def _events(before: datetime) -> QuerySet[FindingEvent]:
    """Of what is open, its beginning stays."""
    return FindingEvent.objects.filter(at__lt=before).exclude(what=FindingEvent.What.NEW)
