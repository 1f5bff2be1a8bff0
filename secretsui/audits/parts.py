"""One part of an audit read: a prefix by its refresh and the details of its secrets, a deployment by its check."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from django.db import Error
from django.utils import timezone

from secretsui.access.deployment_door import open_deployment
from secretsui.access.door import Job, open_prefix
from secretsui.audits import details, roles, running
from secretsui.audits.models import Part
from secretsui.audits.running import Lost
from secretsui.inventory import sync
from secretsui.inventory.deployments import checks
from secretsui.inventory.models import Check, Deployment, Prefix, Refresh
from secretsui.inventory.sync.closing import Failure
from secretsui.inventory.sync.progress import Progress, heartbeat

logger = logging.getLogger(__name__)

AUDIT: Final = Job("audit")
TRIGGER: Final = "audit"
LOOK_EVERY: Final = 1.0
TELL_EVERY: Final = 1.0
CRASHED: Final = Failure(
    "It stopped on an error of its own.",
    "Start the audit again; if it stays, the worker's log names the place.",
    error="failed",
)


def read(part: Part) -> None:
    """The part to its end, which its row tells. One that is not queued any more is left alone."""
    if not running.claim(part):
        return
    try:
        with heartbeat(part):
            _read(part)
    except Lost:
        logger.warning("part is no longer ours part=%s", part.pk)
    except Exception:
        logger.exception("part failed part=%s", part.pk)
        _fail_if_possible(part)


def _read(part: Part) -> None:
    if part.prefix:
        _PrefixPart(part, part.prefix).read()
    elif part.deployment:
        _read_deployment(part, part.deployment)


def _fail_if_possible(part: Part) -> None:
    """Where not even this can be written, the sweep has it read again."""
    try:
        running.finish(part, Part.State.FAILED, CRASHED)
    except (Lost, Error):
        logger.exception("part left to the sweep part=%s", part.pk)


class _PrefixPart:
    def __init__(self, part: Part, prefix: Prefix) -> None:
        self.part, self.prefix = part, prefix
        self.door = open_prefix(AUDIT, prefix)
        self.total = self.done = 0
        self._told_at = 0.0

    def read(self) -> None:
        refresh = self._refresh()
        state, failure = _ending(refresh)
        if state != Part.State.FAILED and (missed := self._details()):
            state, failure = Part.State.PARTIAL, failure or missed
        running.finish(self.part, state, failure, self.door.calls)

    def _refresh(self) -> Refresh:
        """Our own; or one that is running, which is waited for, and made up for if its worker is gone."""
        refresh, _ = sync.active(self.prefix, TRIGGER)
        if refresh.state != Refresh.State.QUEUED and _outlives(self.part, refresh):
            return refresh
        running.tell(self.part, total=0, done=0)
        refresh, _ = sync.active(self.prefix, TRIGGER)
        sync.run(refresh, self.door, self._watch)
        _outlives(self.part, refresh)
        return refresh

    def _watch(self, progress: Progress) -> None:
        """Inside the transactions of the refresh, so without a look at whose the part is."""
        self.total = max(int(self.prefix.summary.get("records", 0)), progress.listed) + progress.to_read
        self.done = progress.listed + progress.read
        if time.monotonic() - self._told_at > TELL_EVERY:
            self._told_at = time.monotonic()
            Part.objects.filter(pk=self.part.pk, attempts=self.part.attempts).update(total=self.total, done=self.done)

    def _details(self) -> Failure | None:
        wanted = details.wanted(self.prefix)
        self.total, self.done = self.done + len(wanted), self.done
        running.tell(self.part, total=self.total, done=self.done)
        reading = details.Reading(self.prefix, self.door)
        for number in reading.read(wanted):
            self.done += number
            running.tell(self.part, total=self.total, done=self.done)
        return reading.failure


def _read_deployment(part: Part, deployment: Deployment) -> None:
    door = open_deployment(AUDIT, deployment)
    check, _ = checks.active(deployment, TRIGGER)
    if check.state == Check.State.QUEUED or not _outlives(part, check):
        check, _ = checks.active(deployment, TRIGGER)
        door.collect(check)
        _outlives(part, check)
    roles.read(deployment, door)
    running.tell(part, total=check.rows, done=check.rows)
    running.finish(part, *_ending(check), door.calls)


def _outlives(part: Part, job: Refresh | Check) -> bool:
    """Wait until it has ended. Whether it came to an end of its own, and was not closed for a worker that is gone."""
    sweep: Callable[..., int] = sync.sweep if isinstance(job, Refresh) else checks.sweep
    job.refresh_from_db()
    while job.state in job.ACTIVE:
        read, total = (job.listed + job.read, job.listed + job.to_read) if isinstance(job, Refresh) else (job.rows,) * 2
        running.tell(part, total=total, done=read)
        time.sleep(LOOK_EVERY)
        sweep(timezone.now())
        job.refresh_from_db()
    return bool(job.state != job.State.FAILED or job.error)


def _ending(job: Refresh | Check) -> tuple[Part.State, Failure | None]:
    failure = Failure(job.problem, job.remedy, job.code, job.error or "failed") if job.problem else None
    return Part.State(job.state), failure
