"""Audits of what has changed since it was audited last, for whoever wants them."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.conf import settings
from django.db.models import F, Max, OuterRef, Q, Subquery

from secretsui.access.door import Job
from secretsui.audits import starting
from secretsui.audits.models import Audit
from secretsui.inventory.deployments.tables import looking_at
from secretsui.inventory.models import Deployment, Prefix, SecretRecord

logger = logging.getLogger(__name__)

CHANGES = Job("changes")


def start() -> Audit | None:
    """One audit of all prefixes with a value that is newer than their last audit, and of who looks things up there."""
    found = changed() if settings.AUDIT_AFTER_CHANGES else []
    if not found:
        return None
    looking = Deployment.objects.filter(pk__in=[each.pk for prefix in found for each in looking_at(prefix)])
    try:
        return starting.start(CHANGES, deployments=looking, prefixes=found, trigger=Audit.Trigger.CHANGE)
    except starting.Busy:
        logger.info("changes wait for the audit that runs")
        return None


def changed() -> Sequence[Prefix]:
    """Those that were audited before, and are not being audited. What failed or was stopped is not tried again."""
    is_open = Q(audit_parts__audit__state__in=Audit.ACTIVE)
    read = SecretRecord.objects.filter(prefix=OuterRef("pk"), value_read_at__isnull=False).order_by("-value_read_at")
    dated = Prefix.objects.annotate(
        audited_at=Max("audit_parts__finished_at"),
        active=Max("audit_parts__pk", filter=is_open),
        read_at=Subquery(read.values("value_read_at")[:1]),
    )
    return list(dated.filter(active=None, read_at__gt=F("audited_at")).select_related("account"))
