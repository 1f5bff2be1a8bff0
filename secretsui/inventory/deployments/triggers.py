"""What makes a matrix out of date, and what then brings it up to date."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from secretsui.celery import app
from secretsui.inventory.models import Deployment, Prefix

logger = logging.getLogger(__name__)

TASK: Final = "secretsui.access.tasks.resolve_deployment"


def prefix_changed(prefix: Prefix) -> None:
    """A refresh has ended: whoever looks things up there is resolved again, by a worker."""
    for deployment in looking_at(prefix):
        queue(deployment)


def layers_changed(deployment: Deployment) -> None:
    """A check or a report has ended, or a source was given."""
    queue(deployment)


def deployment_changed(deployment: Deployment) -> None:
    """Its settings or the places of its backends are others now."""
    queue(deployment)


def looking_at(prefix: Prefix) -> QuerySet[Deployment]:
    """The deployments with a backend that looks things up in the account and region of this prefix."""
    there = Deployment.objects.filter(places__account=prefix.account_id, places__region=prefix.region)
    return there.distinct()


def queue(deployment: Deployment) -> None:
    """Sent when the transaction commits. Of several that wait, the first that runs does the work of all."""
    transaction.on_commit(partial(send, deployment.pk, timezone.now()))


def send(deployment_id: int, wanted_at: datetime) -> None:
    """Where the queue does not take it, the matrix says that it is out of date, and the schedule tries again."""
    try:
        app.send_task(TASK, args=[deployment_id, wanted_at.isoformat()])
    except (OperationalError, OSError):
        logger.exception("resolution not sent deployment=%s", deployment_id)
