"""From rows to tasks and to the end: whose turn it is, who is alive, and what becomes of a run whose worker is gone."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from secretsui.audits.models import Audit, Part
from secretsui.celery import app
from secretsui.inventory.clean import fit
from secretsui.inventory.sync.closing import Failure

logger = logging.getLogger(__name__)

READ: Final = "secretsui.audits.tasks.read_part"
JUDGE: Final = "secretsui.audits.tasks.judge"
READING: Final = (Audit.State.QUEUED, Audit.State.RUNNING)
UNFINISHED: Final = (Part.State.QUEUED, Part.State.RUNNING)

SILENT: Final = timedelta(minutes=2)
# So long a message may wait in the queue before it is taken for lost. Delivered after all, it finds nothing to do.
SEND_AGAIN: Final = timedelta(minutes=5)
ABANDONED: Final = timedelta(hours=1)
ATTEMPTS: Final = 3

STOPPED: Final = Failure("The audit was stopped.", error="stopped")
WORKER_GONE: Final = Failure(
    "The worker stopped in the middle, three times in a row.",
    "Look into the worker's log and its memory, then start the audit again.",
    error="worker-gone",
)
LEFT: Final = Failure("The worker stopped before the end.", "Start the audit again.", error="worker-gone")
NOT_TAKEN: Final = Failure(
    "No worker took this audit up.",
    "See that a worker runs and uses the same broker as the web server.",
    error="not-taken",
)
NOT_SENT: Final = Failure(
    "The task queue did not accept the audit.",
    "See that the broker of CELERY_BROKER_URL can be reached.",
    error="not-sent",
)
NOT_JUDGED: Final = Failure("The rules stopped on an error of their own.", error="failed")


class Lost(Exception):
    """The part is no longer this worker's: the audit was stopped, or the sweep took the worker for dead."""


def advance(audit_id: int) -> None:
    """Send the parts that may be read now; after the last one, the judging."""
    with transaction.atomic():
        audit = Audit.objects.select_for_update().filter(pk=audit_id, state__in=READING).first()
        if audit is None:
            return
        parts = list(audit.parts.filter(state__in=UNFINISHED).order_by("id"))
        if not parts:
            Audit.objects.filter(pk=audit_id).update(state=Audit.State.JUDGING, beat_at=timezone.now())
            transaction.on_commit(partial(_send, JUDGE, audit_id, audit_id))
            return
        waiting = [part for part in parts if part.state == Part.State.QUEUED and part.sent_at is None]
        free = settings.AUDIT_PARALLEL - (len(parts) - len(waiting))
        for part in waiting[: max(free, 0)]:
            Part.objects.filter(pk=part.pk).update(sent_at=timezone.now())
            transaction.on_commit(partial(_send, READ, part.pk, audit_id))


def _send(task: str, row_id: int, audit_id: int) -> None:
    """Where the queue does not take it, a run that has begun is sent again by the sweep."""
    try:
        app.send_task(task, args=[row_id])
    except (OperationalError, OSError):
        logger.exception("not sent task=%s audit=%s", task, audit_id)
        if Audit.objects.filter(pk=audit_id, state=Audit.State.QUEUED).exists():
            close(audit_id, Audit.State.FAILED, NOT_SENT)


def claim(part: Part) -> bool:
    """Whether it was still to be read: a task may be delivered twice, or after the audit was stopped."""
    now = timezone.now()
    with transaction.atomic():
        Audit.objects.select_for_update().filter(pk=part.audit_id).first()  # before its part, as `close` does
        mine = Part.objects.filter(pk=part.pk, state=Part.State.QUEUED, audit__state__in=READING)
        claimed = mine.update(
            state=Part.State.RUNNING, attempts=F("attempts") + 1, started_at=now, beat_at=now, total=0, done=0
        )
        if claimed:
            Audit.objects.filter(pk=part.audit_id, state=Audit.State.QUEUED).update(
                state=Audit.State.RUNNING, started_at=now
            )
            Audit.objects.filter(pk=part.audit_id).update(beat_at=now)
    part.refresh_from_db()
    return bool(claimed)


def _mine(part: Part) -> Any:
    return Part.objects.filter(pk=part.pk, state=Part.State.RUNNING, attempts=part.attempts, audit__state__in=READING)


def tell(part: Part, *, total: int, done: int) -> None:
    """How far it is, and a sign of life; raises `Lost` where the part is somebody else's by now."""
    if not _mine(part).update(total=total, done=done, beat_at=timezone.now()):
        raise Lost


def finish(part: Part, state: Part.State, failure: Failure | None = None, calls: int = 0) -> None:
    """Its end, once, whichever attempt comes to it; then the next part."""
    with transaction.atomic():
        Audit.objects.filter(pk=part.audit_id).update(calls=F("calls") + calls, beat_at=timezone.now())
        if not _mine(part).update(state=state, finished_at=timezone.now(), **_said(failure, Part)):
            raise Lost
    advance(part.audit_id)


def close(audit_id: int, state: Audit.State, failure: Failure | None = None) -> bool:
    """Whether it was still open. What was not read is closed with it, and its deployments are free."""
    now = timezone.now()
    with transaction.atomic():
        said = _said(failure, Audit)
        said.pop("error", None)
        open_ones = Audit.objects.filter(pk=audit_id, state__in=Audit.ACTIVE)
        if not open_ones.update(state=state, finished_at=now, **said):
            return False
        left = Part.objects.filter(audit=audit_id, state__in=UNFINISHED)
        left.update(state=Part.State.FAILED, finished_at=now, **_said(failure, Part))
        release(audit_id)
    return True


def release(audit_id: int) -> None:
    """Its deployments may be audited again."""
    Part.objects.filter(audit=audit_id, is_open=True).update(is_open=False)


def sweep(now: datetime) -> None:
    """Read again what a dead worker left, send again what the queue lost, and close what nobody will ever end."""
    _take_back(now)
    for audit_id in Audit.objects.filter(state__in=READING).values_list("pk", flat=True):
        advance(audit_id)
    _judge_again(now)
    close_abandoned(now)
    Part.objects.filter(is_open=True).exclude(audit__state__in=Audit.ACTIVE).update(is_open=False)


def _take_back(now: datetime) -> None:
    silent = Part.objects.filter(state=Part.State.RUNNING, beat_at__lt=now - SILENT, audit__state__in=READING)
    silent.filter(attempts__gte=ATTEMPTS).update(state=Part.State.FAILED, finished_at=now, **_said(WORKER_GONE, Part))
    silent.update(state=Part.State.QUEUED, sent_at=None)
    lost = Part.objects.filter(state=Part.State.QUEUED, sent_at__lt=now - SEND_AGAIN)
    lost.update(sent_at=None)


def _judge_again(now: datetime) -> None:
    silent = Audit.objects.filter(state=Audit.State.JUDGING, beat_at__lt=now - SILENT)
    for audit_id in silent.values_list("pk", flat=True):
        if silent.filter(pk=audit_id).update(beat_at=now):
            _send(JUDGE, audit_id, audit_id)


def close_abandoned(now: datetime) -> None:
    """What nobody has taken up or given a sign of for an hour: its deployments must not be held for good."""
    lately = now - ABANDONED
    alive = Part.objects.filter(Q(beat_at__gte=lately) | Q(finished_at__gte=lately))
    silent = Audit.objects.filter(Q(beat_at__lt=lately) | Q(state=Audit.State.JUDGING), state__in=Audit.ACTIVE)
    for audit in silent.exclude(parts__in=alive):
        close(audit.pk, Audit.State.FAILED, NOT_TAKEN if audit.state == Audit.State.QUEUED else LEFT)


def _said(failure: Failure | None, row: type[Audit | Part]) -> dict[str, str]:
    said = failure or Failure("")
    words = " ".join(filter(None, (said.problem, said.remedy)))
    return {"problem": fit(row, "problem", words), "error": said.error}
