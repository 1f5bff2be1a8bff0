"""Counts as Prometheus reads them: no name of a secret, and of deployments their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from django.db.models import Max
from django.utils import timezone

from secretsui.audits.models import Audit, StoredFinding
from secretsui.core.findings import SEVERITIES
from secretsui.inventory.models import Deployment

STATES: Final = ("open", "accepted", "unchecked")
ENDED: Final = (Audit.State.DONE, Audit.State.PARTIAL)


def as_prometheus() -> Iterator[str]:
    """All that is known now: whoever may scrape it sees every deployment's numbers."""
    yield "# HELP secretsui_findings Findings by severity: open, accepted for a while, or not checked lately.\n"
    yield "# TYPE secretsui_findings gauge\n"
    for labels, number in _findings().items():
        yield f"secretsui_findings{_labels(labels)} {number}\n"
    yield from _last("secretsui_audit_finished_timestamp_seconds", "When an audit last ended, complete or not.", ENDED)
    yield from _last(
        "secretsui_audit_complete_timestamp_seconds", "When an audit could last look at everything.", ENDED[:1]
    )


def _findings() -> Mapping[tuple[tuple[str, str], ...], int]:
    """Zeros as well, so that an alert can tell nothing found from nothing known."""
    names = ["", *Deployment.objects.order_by("name").values_list("name", flat=True)]
    found = {_of(name, severity, state): 0 for name in names for severity in SEVERITIES for state in STATES}
    today = timezone.localdate()
    rows = StoredFinding.objects.filter(status=StoredFinding.Status.OPEN).order_by()
    counted: Counter[tuple[tuple[str, str], ...]] = Counter()
    for name, severity, until, unchecked in rows.values_list(
        "deployment__name", "severity", "accepted_until", "unchecked"
    ):
        is_accepted = until is not None and until >= today
        counted[_of(name or "", severity, "accepted" if is_accepted else "open")] += 1
        counted[_of(name or "", severity, "unchecked")] += bool(unchecked)
    return found | counted


def _of(deployment: str, severity: str, state: str) -> tuple[tuple[str, str], ...]:
    return ("deployment", deployment), ("severity", severity), ("state", state)


def _labels(labels: tuple[tuple[str, str], ...]) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _last(name: str, told: str, states: tuple[Audit.State, ...]) -> Iterator[str]:
    moment = Audit.objects.filter(state__in=states).aggregate(last=Max("finished_at"))["last"]
    yield f"# HELP {name} {told}\n# TYPE {name} gauge\n"
    if moment is not None:
        yield f"{name} {moment.timestamp():.0f}\n"
