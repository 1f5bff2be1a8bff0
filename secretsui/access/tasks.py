"""Tasks carry ids and call plain functions. Each is safe to run twice."""

from __future__ import annotations

from django.utils import timezone

from secretsui.access.door import Job, open_prefix
from secretsui.celery import app
from secretsui.inventory import sync
from secretsui.inventory.models import Refresh

INDEX = Job("index")


# Retries on Throttled and Unavailable are made below, by the store, and above, by the schedule's back-off.
@app.task(name="secretsui.access.tasks.refresh_prefix", soft_time_limit=4 * 3600, time_limit=4 * 3600 + 60)
def refresh_prefix(refresh_id: int) -> None:
    refresh = Refresh.objects.select_related("prefix__account").filter(pk=refresh_id).first()
    if refresh is not None:  # its prefix may have been removed since
        sync.run(refresh, open_prefix(INDEX, refresh.prefix))


@app.task(name="secretsui.access.tasks.refresh_due", expires=60)
def refresh_due() -> None:
    now = timezone.now()
    sync.sweep(now)
    for prefix in sync.due(now):
        sync.queue(prefix, "schedule")
