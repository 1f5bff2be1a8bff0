"""When each recipient is due: after an audit, or at seven in the morning of the schedule's zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from secretsui.audits import digests, recipients, scheduling
from secretsui.audits.models import Audit, Delivery, Recipient

Rhythm = Recipient.Rhythm
HOUR: Final = time(7)
# What no worker was there to send is sent late, but old news is not.
LATE: Final = timedelta(days=3)


def plan(now: datetime) -> None:
    """Rows for what is due by now. Those that are there already stay as they are, so that it may run at any time."""
    wanted = Recipient.objects.filter(unsubscribed_at__isnull=True, schedule__is_active=True)
    for recipient in wanted.select_related("schedule__task__crontab", "group"):
        audit = digests.newest(recipient)
        if audit:
            due = [(period, at) for period, at in _due(recipient, audit, now) if recipient.created_at < at > now - LATE]
            _write(recipient, audit, due, now)


def _write(recipient: Recipient, audit: Audit, due: list[tuple[str, datetime]], now: datetime) -> None:
    rows = [
        Delivery(recipient=recipient, audit=audit, address=address, period=period, next_at=now)
        for period, at in due
        for address in recipients.addresses(recipient, at)
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def _due(recipient: Recipient, audit: Audit, now: datetime) -> Iterator[tuple[str, datetime]]:
    local = now.astimezone(scheduling.zone_of(recipient.schedule))
    if recipient.rhythm == Rhythm.EACH and audit.finished_at:
        yield f"audit:{audit.pk}", audit.finished_at
    elif recipient.rhythm != Rhythm.EACH:
        at = _latest(Rhythm(recipient.rhythm), local)
        yield _name(Rhythm(recipient.rhythm), at), at
    if recipient.nags:
        at = _latest(Rhythm.DAILY, local)
        yield f"{digests.NAG}{at.date()}", at


def _latest(rhythm: Rhythm, local: datetime) -> datetime:
    """The last such morning that has come."""
    morning = _morning(local.date(), local.tzinfo)
    day = local.date() if morning <= local else local.date() - timedelta(days=1)
    if rhythm == Rhythm.WEEKLY:
        day -= timedelta(days=day.weekday())
    if rhythm == Rhythm.MONTHLY:
        day = day.replace(day=1)
    return _morning(day, local.tzinfo)


def _morning(day: date, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, HOUR, zone)


def _name(rhythm: Rhythm, at: datetime) -> str:
    return at.strftime({Rhythm.DAILY: "%Y-%m-%d", Rhythm.WEEKLY: "%G-W%V", Rhythm.MONTHLY: "%Y-%m"}[rhythm])
