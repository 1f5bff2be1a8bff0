"""The scheduler of django-celery-beat on our schedules: awake at the time of the zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

import pytest
from django.conf import settings
from django_celery_beat import tzcrontab
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from secretsui.audits import scheduling
from secretsui.audits.models import Schedule
from secretsui.celery import app

pytestmark = pytest.mark.django_db


def is_due(monkeypatch: pytest.MonkeyPatch, at: datetime) -> bool:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return at.astimezone(tz)

    monkeypatch.setattr(tzcrontab, "datetime", Clock)
    schedule = Schedule.objects.get()
    task = PeriodicTask.objects.get(pk=schedule.task_id)
    return bool(DatabaseScheduler.Entry(task, app=app).is_due().is_due)


@pytest.mark.parametrize(
    ("zone", "seven"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, 6, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 3, 29, 5, tzinfo=UTC)),  # the night before, the clock went forward
        ("Europe/Berlin", datetime(2026, 10, 25, 6, tzinfo=UTC)),  # and back
        ("Asia/Kolkata", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_it_wakes_a_schedule_at_its_time_and_not_before(
    monkeypatch: pytest.MonkeyPatch, zone: str, seven: datetime
) -> None:
    scheduling.save(Schedule(name="Daily"), scheduling.read(zone, minute="0", hour="7"))
    PeriodicTask.objects.update(last_run_at=seven - timedelta(hours=20))
    assert not is_due(monkeypatch, seven - timedelta(seconds=1))
    assert is_due(monkeypatch, seven)


@pytest.mark.django_db(transaction=True)
def test_it_writes_what_the_settings_list_beside_the_schedules() -> None:
    scheduling.save(Schedule(name="Daily"), scheduling.read("UTC"))
    DatabaseScheduler(app=app)
    named = set(PeriodicTask.objects.values_list("task", flat=True))
    assert named == {scheduling.TASK, *(each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values())}
    assert app.conf.beat_scheduler == "django_celery_beat.schedulers:DatabaseScheduler"
