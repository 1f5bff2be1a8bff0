"""A schedule with somebody who hears of it, and an audit that has ended."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth.models import Group, User
from django.utils import timezone

from secretsui.audits import scheduling
from secretsui.audits.models import Audit, Delivery, Part, Recipient, Schedule, StoredFinding
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


def whole(prefix: Prefix, name: str) -> Recipient:
    """A schedule with every kind of recipient and state; the first one is this person's own."""
    address = f"{name}@example.org"
    User.objects.filter(username=name).update(email=address)
    made = schedule("Weekdays")
    schedule("Nights", zone="UTC", is_active=False, problem="Nothing of what it covers is there any more.")
    mine = recipient(made, address=address, rhythm="daily", nags=True)
    group = Group.objects.create(name="on call")
    recipient(made, kind="group", address="", group=group).silences.create(address="mara@example.org")
    recipient(made, kind="webhook", address="", webhook="env:SECRETSUI_CREDENTIAL_HOOK", only_changes=True)
    recipient(made, address="left@example.org", unsubscribed_at=timezone.now())
    gap = {"subject": f"prefix:{prefix.pk}", "sentence": "14 of 261 secrets could not be read: kms:Decrypt is denied."}
    audit = audited(made, prefix, state="partial", gaps=[gap], queued_at=timezone.now())
    for number, (severity, found) in enumerate((("critical", "sftp_partner"), ("high", "postgres_crm"), ("low", "tz"))):
        finding(audit, prefix, found, severity=severity, rank=(0, 1, 3)[number])
    finding(audit, prefix, "smtp_old", status="fixed", fixed_at=timezone.now())
    for state, code, problem in (("sent", "250", ""), ("failed", "550", "No such mailbox."), ("unsure", "", "")):
        facts = {"state": state, "code": code, "problem": problem, "sent_at": timezone.now()}
        Delivery.objects.create(recipient=mine, audit=audit, address=address, period=state, **facts)
    return mine


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
