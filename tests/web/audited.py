"""Audits and what they found, as rows, without a run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from secretsui.audits.models import Audit, FindingEvent, Part, StoredFinding
from secretsui.core.findings import SEVERITIES
from secretsui.inventory.models import Deployment, Prefix

What = FindingEvent.What


def audit(*places: Prefix | Deployment, state: str = Audit.State.DONE, **facts: Any) -> Audit:
    """One over these places; its parts are open as long as it is."""
    now = timezone.now()
    is_open = state in Audit.ACTIVE
    made = Audit.objects.create(state=state, beat_at=now, finished_at=None if is_open else now, **facts)
    for place in places:
        of = {"prefix": place} if isinstance(place, Prefix) else {"deployment": place}
        progress = {"state": Part.State.RUNNING if is_open else Part.State.DONE, "is_open": is_open}
        Part.objects.create(audit=made, total=10, done=4 if is_open else 10, **of, **progress)
    return made


def finding(
    place: Prefix | Deployment, key: str, found_in: Audit, rule: str = "R-24", severity: str = "critical", **facts: Any
) -> StoredFinding:
    """Seen first in this audit, which says so."""
    is_prefix = isinstance(place, Prefix)
    name = place.name_of(key) if isinstance(place, Prefix) else key
    start = (
        f"secret:{place.account.name}/{place.region}/" if isinstance(place, Prefix) else f"id:{place.name}/connection/"
    )
    subject = start + name
    at = found_in.finished_at or timezone.now()
    row = StoredFinding.objects.create(
        fingerprint=hashlib.blake2b(f"{rule} {subject}".encode(), digest_size=16).hexdigest(),
        subject=subject,
        **({"prefix": place} if is_prefix else {"deployment": place}),
        **{"code": "", "name": name, "kind": "connection", "rule": rule, "severity": severity, "field": "password"}
        | {"rank": SEVERITIES.index(severity), "first_seen_at": at, "last_seen_at": at}  # type: ignore[arg-type]
        | {"first_audit": found_in, "changed_in": found_in}
        | facts,
    )
    tell(row, What.NEW, found_in)
    return row


def tell(row: StoredFinding, what: What, by: Audit | None = None, **facts: Any) -> None:
    FindingEvent.objects.create(finding=row, audit=by, what=what, **{"at": timezone.now(), **facts})


def later(rows: Iterable[StoredFinding], found_in: Audit) -> None:
    """This audit saw them again."""
    for row in rows:
        row.last_seen_at = (found_in.finished_at or timezone.now()) + timedelta(seconds=1)
        row.save()
