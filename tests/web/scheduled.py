"""A schedule with somebody who hears of it, and an audit that has ended."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from django.utils import timezone

from secretsui.audits import scheduling
from secretsui.audits.models import Audit, Part, Recipient, Schedule, StoredFinding
from secretsui.inventory.models import Prefix

HOME: Final = "/audits/schedules/"
SEVEN: Final = {"minute": "0", "hour": "7", "day_of_month": "*", "month_of_year": "*", "day_of_week": "1-5"}


def schedule(name: str = "Weekdays", zone: str = "Europe/Berlin", **more: Any) -> Schedule:
    made = Schedule(name=name, **more)
    scheduling.save(made, scheduling.read(zone, **SEVEN))
    return made


def recipient(of: Schedule, **more: Any) -> Recipient:
    facts: Mapping[str, Any] = {"kind": "address", "address": "team@example.org", **more}
    return Recipient.objects.create(schedule=of, **facts)


def audited(of: Schedule, prefix: Prefix | None = None, **more: Any) -> Audit:
    now = timezone.now()
    facts: Mapping[str, Any] = {"state": "done", "started_at": now, "finished_at": now, **more}
    audit = Audit.objects.create(schedule=of, trigger="schedule", **facts)
    if prefix:
        Part.objects.create(audit=audit, prefix=prefix, state="done", is_open=False)
    return audit


def finding(audit: Audit, prefix: Prefix, name: str = "crm", **more: Any) -> StoredFinding:
    now = timezone.now()
    facts: Mapping[str, Any] = {
        "fingerprint": hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(),
        "rule": "R-10",
        "subject": f"secret:{prefix.pk}:{name}",
        "prefix": prefix,
        "name": name,
        "kind": "connection",
        "severity": "high",
        "rank": 1,
        "code": "pattern",
        "first_seen_at": now,
        "last_seen_at": now,
        "changed_in": audit,
        "first_audit": audit,
        **more,
    }
    return StoredFinding.objects.create(**facts)
