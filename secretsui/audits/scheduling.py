"""When audits start by themselves.

The scheduler of django-celery-beat wakes a schedule at its time, and a task of every minute looks for what it missed.
Both come to `start`, where `Schedule.due_at` decides: of any number of calls for one time, one starts an audit.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from cron_descriptor import Options, get_description
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from secretsui.access.door import Job
from secretsui.audits import occurrences, starting
from secretsui.audits.models import Audit, Schedule
from secretsui.inventory.clean import fit

logger = logging.getLogger(__name__)

TASK: Final = "secretsui.audits.tasks.start_scheduled"
FIELDS: Final = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
SEVENTH: Final = re.compile(r"(?<![/\d-])7(?![\d-])")  # cron's other name of Sunday, which Celery lacks
ACTOR: Final = Job("schedule")


def read(zone: str, **fields: str) -> CrontabSchedule:
    """A crontab that is not stored yet, from what was typed into `FIELDS` and for the zone.

    Raises ValidationError, by field (`zone` for the zone), or for the whole where the time never comes.
    """
    typed = {name: " ".join(fields.get(name, "").split()) or "*" for name in FIELDS}
    typed["day_of_week"] = SEVENTH.sub("0", typed["day_of_week"])
    crontab = CrontabSchedule(timezone=_zone(zone), **typed)
    crontab.clean_fields()
    try:
        _ = crontab.schedule
    except ValueError:
        if "-7" in typed["day_of_week"]:
            raise ValidationError(
                {"day_of_week": gettext("A range ends on 6. Write Sunday as 0, as in 5-6,0.")}
            ) from None
        raise ValidationError(gettext("This time never comes: no such month has such a day.")) from None
    return crontab


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name.strip())
    except (KeyError, ValueError, OSError):  # an unknown one, or a name that is no path
        raise ValidationError(
            {"zone": gettext("There is no time zone of this name. Write one such as Europe/Berlin or UTC.")}
        ) from None


def words_of(crontab: CrontabSchedule) -> str:
    """Such as "At 07:00, Monday through Friday, Europe/Berlin"."""
    options = Options()
    options.use_24hour_time_format = True
    text = " ".join((crontab.minute, crontab.hour, crontab.day_of_month, crontab.month_of_year, crontab.day_of_week))
    return f"{get_description(text, options)}, {crontab.timezone}"


def next_five(crontab: CrontabSchedule, now: datetime) -> Sequence[datetime]:
    """In the crontab's zone."""
    return list(islice(occurrences.after(crontab, now), 5))


def crontab_of(schedule: Schedule) -> CrontabSchedule | None:
    return schedule.task.crontab if schedule.task else None


def zone_of(schedule: Schedule) -> tzinfo:
    crontab = crontab_of(schedule)
    return crontab.timezone if crontab else UTC


def save(schedule: Schedule, crontab: CrontabSchedule) -> None:
    """The schedule with this time; what it covers (the many-to-many fields) is set afterwards.

    Times before now are none of it: neither of a new time, nor of a schedule that was switched off.
    """
    with transaction.atomic():
        schedule.due_at = timezone.now()
        schedule.problem = ""
        schedule.save()
        kept = crontab_of(schedule)
        crontab.pk = kept.pk if kept else None
        crontab.save()
        values = {"task": TASK, "crontab": crontab, "args": json.dumps([schedule.pk]), "enabled": schedule.is_active}
        schedule.task, _made = PeriodicTask.objects.update_or_create(name=f"audits {schedule.pk}", defaults=values)
        schedule.save(update_fields=["task"])


def remove(schedule: Schedule) -> None:
    with transaction.atomic():
        crontab = crontab_of(schedule)
        schedule.delete()
        if crontab:
            crontab.delete()  # and with it the task


def start_due(now: datetime) -> None:
    """Whatever has not started at its time: the scheduler was stopped, or its message was lost."""
    for schedule in Schedule.objects.filter(is_active=True, task__isnull=False):
        start(schedule.pk, now)


def start(schedule_id: int, now: datetime) -> Audit | None:
    """The audit of the latest time that has come, unless it was started before. Several missed times are one."""
    with transaction.atomic():
        schedule = (
            Schedule.objects.select_for_update(of=("self",))
            .select_related("task__crontab")
            .filter(pk=schedule_id, is_active=True)
            .first()
        )
        time = _due(schedule, now) if schedule else None
        if schedule is None or time is None:
            return None
        audit, problem = _begin(schedule)
        schedule.due_at, schedule.problem = time, fit(Schedule, "problem", problem)
        schedule.save(update_fields=["due_at", "problem"])
        return audit


def _due(schedule: Schedule, now: datetime) -> datetime | None:
    crontab = crontab_of(schedule)
    return occurrences.latest(crontab, schedule.due_at or schedule.created_at, now) if crontab else None


def _begin(schedule: Schedule) -> tuple[Audit | None, str]:
    """In the transaction of the claim, so that neither is without the other."""
    deployments, prefixes = (
        (None, None) if schedule.covers_all else (schedule.deployments.all(), schedule.prefixes.all())
    )
    try:
        with transaction.atomic():
            return starting.start(
                ACTOR, deployments=deployments, prefixes=prefixes, trigger=Audit.Trigger.SCHEDULE, schedule=schedule
            ), ""
    except (starting.Busy, starting.NothingToAudit) as problem:
        logger.warning("schedule=%s started nothing reason=%s", schedule.pk, type(problem).__name__)
        return None, str(problem)
