"""The times of a crontab in its zone, reckoned by ourselves: Celery tells when to wake, this tells what is due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django_celery_beat.models import CrontabSchedule

DAY: Final = timedelta(days=1)
# 29 February on a given weekday comes every 28 years; across a century's turn, after 40.
HORIZON: Final = 41 * 366


def after(crontab: CrontabSchedule, moment: datetime) -> Iterator[datetime]:
    """The times later than `moment`, in the crontab's zone, to where one that has a next time would have had it."""
    plan = crontab.schedule
    today = moment.astimezone(plan.tz).date()
    for number in range(-1, HORIZON):
        for found in _on(plan, today + number * DAY):
            if found > moment:
                yield found.astimezone(plan.tz)


def latest(crontab: CrontabSchedule, since: datetime, until: datetime) -> datetime | None:
    """The last time later than `since` and not later than `until`: the only one to keep of several missed ones."""
    plan = crontab.schedule
    day, first = until.astimezone(plan.tz).date() + DAY, since.astimezone(plan.tz).date() - DAY
    while day >= first:
        if times := [found for found in _on(plan, day) if since < found <= until]:
            return times[-1].astimezone(plan.tz)
        day -= DAY
    return None


def _on(plan: Any, day: date) -> Sequence[datetime]:
    """In order. An hour that the clock leaves out runs right after it; one that comes twice runs once, unless the
    crontab is for every hour, which then is every hour that passes.
    """
    if not (
        day.month in plan.month_of_year and day.day in plan.day_of_month and day.isoweekday() % 7 in plan.day_of_week
    ):
        return ()
    hourly = len(plan.hour) == 24
    found = set()
    for hour in plan.hour:
        for minute in plan.minute:
            local = datetime.combine(day, time(hour, minute), plan.tz)
            found.add(local.astimezone(UTC))
            if hourly:
                found.add(local.replace(fold=1).astimezone(UTC))
    return sorted(found)
