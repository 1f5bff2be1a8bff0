"""What makes a matrix out of date, and what then brings it up to date."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from kombu.exceptions import OperationalError

from secretsui.celery import app
from secretsui.inventory.deployments import resolving
from secretsui.inventory.deployments.tables import looking_at
from secretsui.inventory.models import Account, Deployment, LayerPlace, Prefix, Refresh

logger = logging.getLogger(__name__)

TASK: Final = "secretsui.access.tasks.resolve_deployment"


def prefix_changed(prefix: Prefix) -> None:
    """A refresh has ended: whoever looks things up there is resolved again, by a worker."""
    for deployment in looking_at(prefix):
        layers_changed(deployment)


def secret_changed(prefix: Prefix, name: str) -> None:
    """One secret was written or looked at: only the ids that it is for, at once."""
    for deployment in looking_at(prefix):
        if deployment.resolved_at is not None and not resolving.resolve_secret(deployment, prefix.pk, name):
            queue(deployment)


def layers_changed(deployment: Deployment) -> None:
    """A check or a report has ended, or a source was given.

    One that is gone has no age by which the schedule would see it.
    """
    deployment.changed_at = timezone.now()
    Deployment.objects.filter(pk=deployment.pk).update(changed_at=deployment.changed_at)
    queue(deployment)


def deployment_changed(deployment: Deployment) -> None:
    """Its settings or the places of its backends are others now."""
    queue(deployment)


def is_outdated(deployment: Deployment) -> bool:
    """Does something count that its matrix does not know of?"""
    resolved_at = deployment.resolved_at
    if resolved_at is None or deployment.changed_at > resolved_at:
        return True
    facts = Deployment.objects.filter(pk=deployment.pk).values_list(
        Max("layer_states__tried_at"), Max("sources__as_of"), Subquery(_refreshed_at())
    )
    return any(each > resolved_at for each in facts.get() if each)


def _refreshed_at() -> QuerySet[Refresh, Any]:
    """When a refresh last ended where the deployment's backends look."""
    is_there = Q(region=OuterRef("prefix__region")) | Q(account__vendor=Account.Vendor.VAULT)
    places = LayerPlace.objects.filter(is_there, account=OuterRef("prefix__account"))
    there = Refresh.objects.filter(
        Exists(places.filter(deployment=OuterRef(OuterRef("pk")))), finished_at__isnull=False
    )
    return there.order_by("-finished_at").values("finished_at")[:1]


def queue_outdated() -> None:
    """What was not sent, or whose worker is gone: for the schedule."""
    for deployment in Deployment.objects.all():
        if is_outdated(deployment):
            queue(deployment)


def queue(deployment: Deployment) -> None:
    """Sent when the transaction commits. Of several that wait, the first that runs does the work of all."""
    transaction.on_commit(partial(send, deployment.pk, timezone.now()))


def send(deployment_id: int, wanted_at: datetime) -> None:
    """Where the queue does not take it, the matrix says that it is out of date, and the schedule tries again."""
    try:
        app.send_task(TASK, args=[deployment_id, wanted_at.isoformat()])
    except (OperationalError, OSError):
        logger.exception("resolution not sent deployment=%s", deployment_id)
