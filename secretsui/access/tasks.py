"""Tasks carry ids and call plain functions. Each is safe to run twice."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from secretsui.access.deployment_door import open_deployment
from secretsui.access.door import Job, open_prefix
from secretsui.celery import app
from secretsui.inventory import sync
from secretsui.inventory.deployments import checks, resolving, triggers
from secretsui.inventory.models import Check, Deployment, Refresh

INDEX = Job("index")
CHECKS = Job("checks")


# Retries on Throttled and Unavailable are made below, by the store, and above, by the schedule's back-off.
@app.task(name="secretsui.access.tasks.refresh_prefix", soft_time_limit=4 * 3600, time_limit=4 * 3600 + 60)
def refresh_prefix(refresh_id: int) -> None:
    refresh = Refresh.objects.select_related("prefix__account").filter(pk=refresh_id).first()
    if refresh is not None:  # its prefix may have been removed since
        sync.run(refresh, open_prefix(INDEX, refresh.prefix))
        triggers.prefix_changed(refresh.prefix)


@app.task(name="secretsui.access.tasks.refresh_due", expires=60)
def refresh_due() -> None:
    now = timezone.now()
    sync.sweep(now)
    for prefix in sync.due(now):
        sync.queue(prefix, "schedule")


@app.task(name=checks.TASK, soft_time_limit=3600, time_limit=3660)
def check_deployment(check_id: int) -> None:
    check = Check.objects.select_related("deployment__account").filter(pk=check_id).first()
    if check is not None:  # its deployment may have been removed since
        open_deployment(CHECKS, check.deployment).collect(check)


@app.task(name="secretsui.access.tasks.check_due", expires=60)
def check_due() -> None:
    now = timezone.now()
    checks.sweep(now)
    for deployment in checks.due(now):
        checks.queue(deployment, "schedule")
    triggers.queue_outdated()


@app.task(name=triggers.TASK, soft_time_limit=3600, time_limit=3660)
def resolve_deployment(deployment_id: int, wanted_at: str) -> None:
    deployment = Deployment.objects.filter(pk=deployment_id).first()
    if deployment is not None and not _is_resolved(deployment, datetime.fromisoformat(wanted_at)):
        resolving.resolve_all(deployment)


def _is_resolved(deployment: Deployment, wanted_at: datetime) -> bool:
    """Somebody else's resolution began later than this one was wanted."""
    return deployment.resolved_at is not None and deployment.resolved_at > wanted_at
