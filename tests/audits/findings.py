"""Findings as an audit would leave them."""

from __future__ import annotations

import itertools
from typing import Any

from django.utils import timezone

from secretsui.audits.models import Audit, StoredFinding
from secretsui.core.findings import SEVERITIES

_NUMBER = itertools.count()


def stored(severity: str = "critical", **given: Any) -> StoredFinding:
    """One that is open, new and critical unless it is said otherwise."""
    now = timezone.now()
    usual = {
        "fingerprint": f"{next(_NUMBER):032x}",
        "rule": "R-29",
        "subject": f"secret:data-dev/eu-west-1/{given.get('name', '')}",
        "kind": "connection",
        "severity": severity,
        "rank": SEVERITIES.index(severity),  # type: ignore[arg-type]
        "code": "bad-uri",
        "first_seen_at": now,
        "last_seen_at": now,
    }
    return StoredFinding.objects.create(**{**usual, **given})


def ended(**given: Any) -> Audit:
    return Audit.objects.create(**{"state": Audit.State.DONE, "finished_at": timezone.now(), **given})
