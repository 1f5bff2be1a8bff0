"""A schedule whose audit has ended, findings in it, and recipients of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone
from django_celery_beat.models import CrontabSchedule

from secretsui.audits import digests, scheduling
from secretsui.audits.models import Audit, Delivery, Part, Recipient, Schedule, StoredFinding
from tests.conftest import Place


def made_schedule(name: str = "Weekdays") -> Schedule:
    schedule = Schedule(name=name)
    crontab: CrontabSchedule = scheduling.read("Europe/Berlin", minute="0", hour="7", day_of_week="1-5")
    scheduling.save(schedule, crontab)
    return schedule


def ended(schedule: Schedule, place: Place, *, ago: timedelta = timedelta(), **values: Any) -> Audit:
    at = timezone.now() - ago
    audit = Audit.objects.create(**{"schedule": schedule, "state": "done", "finished_at": at, **values})
    Audit.objects.filter(pk=audit.pk).update(queued_at=at - timedelta(minutes=1))
    audit.refresh_from_db()
    Part.objects.bulk_create(Part(audit=audit, prefix=each, state="done", is_open=False) for each in place.prefixes)
    return audit


def finding(place: Place, name: str = "crm", *, seen: timedelta = timedelta(), **values: Any) -> StoredFinding:
    severity = values.pop("severity", "high")
    at = timezone.now() - seen
    given = {
        "fingerprint": uuid4().hex,
        "rule": "R-17",
        "subject": f"secret:data-dev/eu-west-1/{name}",
        "prefix": place.connections,
        "name": name,
        "kind": "connection",
        "severity": severity,
        "rank": digests.RANKS[severity],
        "code": "pending",
        "first_seen_at": at,
        "last_seen_at": at,
    }
    return StoredFinding.objects.create(**{**given, **values})


def recipient(schedule: Schedule, **values: Any) -> Recipient:
    made = Recipient.objects.create(**{"schedule": schedule, "address": "ops@example.org", **values})
    Recipient.objects.filter(pk=made.pk).update(created_at=datetime(2026, 1, 1, tzinfo=UTC))
    made.refresh_from_db()
    return made


def told(to: Recipient, audit: Audit, *, address: str = "", state: str = "sent") -> Delivery:
    """A message that was sent earlier."""
    return Delivery.objects.create(
        recipient=to,
        audit=audit,
        address=address or to.address,
        period=f"audit:{audit.pk}",
        state=state,
        claimed_at=timezone.now() - timedelta(days=1),
    )


def waiting(to: Recipient, audit: Audit, period: str = "") -> Delivery:
    return Delivery.objects.create(
        recipient=to,
        audit=audit,
        address=to.webhook or to.address,
        period=period or f"audit:{audit.pk}",
        next_at=timezone.now(),
    )
