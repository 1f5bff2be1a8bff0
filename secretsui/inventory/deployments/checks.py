"""From the wish for a check of a deployment to its row, its task and its end, also where its worker is gone."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from secretsui.celery import app
from secretsui.inventory.clean import fit
from secretsui.inventory.models import Check, Deployment
from secretsui.inventory.sync.closing import Failure

logger = logging.getLogger(__name__)

TASK: Final = "secretsui.access.tasks.check_deployment"
SILENT: Final = timedelta(minutes=2)
NEVER_STARTED: Final = timedelta(minutes=10)
KEPT: Final = 50
# What is worth another try before the next ordinary time; a killed worker has no error kind.
PASSING: Final = ("unreachable", "slow", "broken-off", "throttled", "unavailable", "")

STOPPED: Final = Failure(
    "The worker stopped in the middle; what is known is as before or newer.", "Check again; it is safe at any time."
)
NOT_TAKEN: Final = Failure(
    "No worker took this check up.", "See that a worker runs and uses the same broker as the web server."
)
NOT_SENT: Final = Failure(
    "The task queue did not accept the check.", "See that the broker of CELERY_BROKER_URL can be reached."
)
OVERTAKEN: Final = Failure(
    "The deployment was pointed to another Airflow in the middle, so this check was given up.",
    "The check after it asks the new one.",
)


class Closed(Exception):
    """The check was closed by somebody else, say the sweep: its worker must not write any more."""


def queue(deployment: Deployment, trigger: str = "manual") -> Check:
    """The active check of the deployment, or a new one whose task is sent when the transaction commits."""
    check, is_new = active(deployment, trigger)
    if is_new:
        transaction.on_commit(partial(send, check.pk))
    return check


def active(deployment: Deployment, trigger: str) -> tuple[Check, bool]:
    """The active check of the deployment, or a new one, for whoever runs it; and whether it is new."""
    try:
        with transaction.atomic():
            return Check.objects.get_or_create(
                deployment=deployment,
                state__in=Check.ACTIVE,
                defaults={"state": Check.State.QUEUED, "trigger": trigger},
            )
    except IntegrityError:  # somebody else's came first, and has ended meanwhile
        return deployment.checks.latest("id"), False


def send(check_id: int) -> None:
    try:
        app.send_task(TASK, args=[check_id])
    except (OperationalError, OSError):
        logger.exception("check not sent check=%s", check_id)
        close(Check.objects.get(pk=check_id), Check.State.FAILED, NOT_SENT)


def claim(check: Check) -> bool:
    """Whether it was still queued: a task may be delivered twice."""
    now = timezone.now()
    queued = Check.objects.filter(pk=check.pk, state=Check.State.QUEUED)
    claimed = queued.update(state=Check.State.RUNNING, started_at=now, beat_at=now)
    check.refresh_from_db()
    return bool(claimed)


def still_ours(check: Check, *, rows: int, calls: int) -> None:
    """Call it first in every transaction in which a check writes what it found; raises `Closed`."""
    mine = Check.objects.filter(pk=check.pk, state=Check.State.RUNNING)
    if not mine.update(rows=rows, calls=calls, beat_at=timezone.now()):
        raise Closed


def close(check: Check, state: str, failure: Failure | None = None) -> bool:
    """Whether it was still open: a check is closed once, by its worker or by the sweep."""
    open_ones = Check.objects.filter(pk=check.pk, state__in=Check.ACTIVE)
    closed = open_ones.update(state=state, finished_at=timezone.now(), **said(failure, Check))
    if closed:
        check.refresh_from_db()
        _forget_old(check.deployment_id)
    return bool(closed)


def give_up(deployment: Deployment) -> None:
    """Of an Airflow that is not asked any more nothing is written from now on.

    Call it before the deployment is saved: a check locks its own row first, then that of its deployment.
    """
    for check in deployment.checks.filter(state__in=Check.ACTIVE):
        close(check, Check.State.FAILED, OVERTAKEN)


def said(failure: Failure | None, row: type[Any]) -> Mapping[str, str]:
    """The words of a failure as the columns of a row; empty without one."""
    found = failure or Failure("")
    texts = {"problem": found.problem, "remedy": found.remedy, "code": found.code, "error": found.error}
    return {field: fit(row, field, text) for field, text in texts.items()}


def sweep(now: datetime) -> int:
    """How many checks were closed because their worker gave no sign of life, or none ever took them up."""
    silent = Check.objects.filter(state=Check.State.RUNNING, beat_at__lt=now - SILENT)
    waiting = Check.objects.filter(state=Check.State.QUEUED, queued_at__lt=now - NEVER_STARTED)
    stopped = [close(check, Check.State.FAILED, STOPPED) for check in silent]
    return sum(stopped) + sum(close(check, Check.State.FAILED, NOT_TAKEN) for check in waiting)


def due(now: datetime) -> Sequence[Deployment]:
    """The deployments whose time has come: by their schedule, or soon after a failure that may have passed."""
    idle = Deployment.objects.filter(check_minutes__gt=0).annotate(
        last=Max("checks__queued_at"), active=Max("checks__pk", filter=Q(checks__state__in=Check.ACTIVE))
    )
    return [deployment for deployment in idle.filter(active=None) if _is_due(deployment, now)]


def _is_due(deployment: Deployment, now: datetime) -> bool:
    last: datetime | None = getattr(deployment, "last", None)
    if last is None or now - last >= timedelta(minutes=deployment.check_minutes):
        return True
    return now - last >= timedelta(minutes=1) and _retries(deployment, now)


def _retries(deployment: Deployment, now: datetime) -> bool:
    """Whether the wait after failures in a row is over: 1, 2, 4, … minutes."""
    latest = list(deployment.checks.all()[:12])
    failures = 0
    while failures < len(latest) and _may_pass(latest[failures]):
        failures += 1
    return failures > 0 and now - latest[0].queued_at >= timedelta(minutes=2 ** (failures - 1))


def _may_pass(check: Check) -> bool:
    return check.state in (Check.State.FAILED, Check.State.PARTIAL) and check.error in PASSING


def _forget_old(deployment_id: int) -> None:
    old = list(Check.objects.filter(deployment=deployment_id).values_list("pk", flat=True)[KEPT : KEPT + 100])
    Check.objects.filter(pk__in=old).delete()
