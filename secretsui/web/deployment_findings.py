"""What audits have found out about a deployment and its ids, for its own pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from django.http import HttpRequest
from django.urls import reverse

from secretsui.access.policy import Anyone
from secretsui.audits import selection
from secretsui.audits.models import StoredFinding
from secretsui.audits.selection import Filters
from secretsui.inventory.models import Deployment
from secretsui.web import finding_rows
from secretsui.web.finding_rows import FindingRow
from secretsui.web.guards import signed_in

MOST: Final = 8


class Found(NamedTuple):
    """The worst that are open; `everything` is the address of all of them, "" where no audit has ended."""

    rows: Sequence[FindingRow]
    total: int
    everything: str


def of(request: HttpRequest, deployment: Deployment) -> Found:
    user = signed_in(request)
    known = selection.findings(user).filter(deployment=deployment, status=StoredFinding.Status.OPEN)
    worst = list(known.select_related("prefix__account", "deployment").order_by("rank", "rule", "name", "pk")[:MOST])
    if not worst:
        return Found((), 0, "")
    total = known.count() if len(worst) == MOST else len(worst)
    return Found(finding_rows.rows(request, worst), total, _everything(user, deployment))


def _everything(user: Anyone, deployment: Deployment) -> str:
    ended = selection.audits(user).filter(parts__deployment=deployment, finished_at__isnull=False)
    last = ended.order_by("-pk").first()
    return f"{reverse('audit', args=[last.pk])}?{Filters(deployment=deployment.name).query()}" if last else ""
