"""From the wish for a refresh to its row and task, and what becomes of rows whose worker is gone."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from kombu.exceptions import OperationalError

from secretsui.celery import app
from secretsui.inventory.models import Prefix, Refresh
from secretsui.inventory.sync.closing import Failure, close_as_failed

logger = logging.getLogger(__name__)

TASK: Final = "secretsui.access.tasks.refresh_prefix"
SILENT: Final = timedelta(minutes=2)
NEVER_STARTED: Final = timedelta(minutes=10)
# What is worth another try before the next ordinary time; our own failures (a killed worker, say) have no error kind.
PASSING: Final = ("throttled", "unavailable", "")

STOPPED: Final = Failure(
    "The worker stopped in the middle; the records are as before or newer.", "Refresh again; it is safe at any time."
)
NOT_TAKEN: Final = Failure(
    "No worker took this refresh up.", "Check that a worker runs and uses the same broker as the web server."
)
NOT_SENT: Final = Failure(
    "The task queue did not accept the refresh.", "Check that the broker of CELERY_BROKER_URL can be reached."
)


def queue(prefix: Prefix, trigger: str = "manual") -> Refresh:
    """The active refresh of the prefix, or a new one whose task is sent when the transaction commits."""
    refresh, is_new = active(prefix, trigger)
    if is_new:
        transaction.on_commit(partial(send, refresh.pk))
    return refresh


def active(prefix: Prefix, trigger: str) -> tuple[Refresh, bool]:
    """The active refresh of the prefix, or a new one, for whoever runs it; and whether it is new."""
    try:
        with transaction.atomic():
            return Refresh.objects.get_or_create(
                prefix=prefix, state__in=Refresh.ACTIVE, defaults={"state": Refresh.State.QUEUED, "trigger": trigger}
            )
    except IntegrityError:  # somebody else's came first, and has ended meanwhile
        return prefix.refreshes.latest("id"), False


def send(refresh_id: int) -> None:
    try:
        app.send_task(TASK, args=[refresh_id])
    except (OperationalError, OSError):
        logger.exception("refresh not sent refresh=%s", refresh_id)
        close_as_failed(Refresh.objects.get(pk=refresh_id), NOT_SENT)


def sweep(now: datetime) -> int:
    """How many refreshes were closed because their worker gave no sign of life, or none ever took them up."""
    silent = Refresh.objects.filter(state=Refresh.State.RUNNING, beat_at__lt=now - SILENT)
    waiting = Refresh.objects.filter(state=Refresh.State.QUEUED, queued_at__lt=now - NEVER_STARTED)
    stopped = [close_as_failed(refresh, STOPPED) for refresh in silent.select_related("prefix")]
    not_taken = [close_as_failed(refresh, NOT_TAKEN) for refresh in waiting.select_related("prefix")]
    return sum(stopped) + sum(not_taken)


def due(now: datetime) -> Sequence[Prefix]:
    """The prefixes whose time has come: by their schedule, or soon after a failure that may have passed."""
    idle = Prefix.objects.filter(refresh_minutes__gt=0).annotate(
        last=Max("refreshes__queued_at"), active=Max("refreshes__pk", filter=Q(refreshes__state__in=Refresh.ACTIVE))
    )
    return [prefix for prefix in idle.filter(active=None) if _is_due(prefix, now)]


def _is_due(prefix: Prefix, now: datetime) -> bool:
    last: datetime | None = getattr(prefix, "last", None)
    ordinary = timedelta(minutes=prefix.refresh_minutes)
    return last is None or now - last >= ordinary or (now - last >= timedelta(minutes=1) and _retries(prefix, now))


def _retries(prefix: Prefix, now: datetime) -> bool:
    """Whether the wait after failures in a row is over: 1, 2, 4, … minutes."""
    latest = list(prefix.refreshes.all()[:12])
    failures = 0
    while failures < len(latest) and _may_pass(latest[failures]):
        failures += 1
    return failures > 0 and now - latest[0].queued_at >= timedelta(minutes=2 ** (failures - 1))


def _may_pass(refresh: Refresh) -> bool:
    return refresh.state in (Refresh.State.FAILED, Refresh.State.PARTIAL) and refresh.error in PASSING
