"""Schedules: what is typed, what is due, and that one time is one audit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from secretsui.audits import scheduling
from secretsui.audits.models import Audit, Schedule
from secretsui.celery import app
from tests.conftest import Place

SEVEN = datetime(2026, 11, 23, 6, tzinfo=UTC)  # 07:00 in Berlin


def weekdays() -> CrontabSchedule:
    return scheduling.read("Europe/Berlin", minute="0", hour="7", day_of_week="1-5")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr(app, "send_task", lambda name, args: found.append((name, args)))
    return found


@pytest.fixture
def schedule(place: Place, sent: list[Any]) -> Schedule:
    made = Schedule(name="Weekdays")
    scheduling.save(made, weekdays())
    Schedule.objects.filter(pk=made.pk).update(due_at=SEVEN - timedelta(days=3))
    made.refresh_from_db()
    return made


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"hour": "25"}, "hour"),
        ({"minute": "x"}, "minute"),
        ({"day_of_week": "8"}, "day_of_week"),
        ({"day_of_week": "5-7"}, "day_of_week"),
        ({"hour": "-1"}, "hour"),
        ({"month_of_year": "0"}, "month_of_year"),
        ({"day_of_month": "31", "month_of_year": "2"}, "__all__"),
        ({"zone": "Berlin"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"zone": ""}, "zone"),
    ],
)
def test_what_is_no_time_is_refused_by_field(fields: dict[str, str], wrong: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        scheduling.read(**{"zone": "UTC", **fields})
    named = getattr(refusal.value, "error_dict", {"__all__": []})
    assert set(named) == {wrong}


def test_sunday_may_be_the_seventh_day() -> None:
    assert scheduling.read("UTC", day_of_week="1,7").schedule.day_of_week == {0, 1}


def test_a_time_is_said_in_words_with_its_zone_and_its_next_five() -> None:
    assert scheduling.words_of(weekdays()) == "At 07:00, Monday through Friday, Europe/Berlin"
    found = scheduling.next_five(weekdays(), datetime(2026, 11, 20, 12, tzinfo=UTC))
    assert [f"{each:%a %d %H:%M %Z}" for each in found] == [
        "Mon 23 07:00 CET",
        "Tue 24 07:00 CET",
        "Wed 25 07:00 CET",
        "Thu 26 07:00 CET",
        "Fri 27 07:00 CET",
    ]


def test_a_schedule_is_one_task_of_the_scheduler_and_goes_with_it(schedule: Schedule) -> None:
    scheduling.save(schedule, scheduling.read("UTC", minute="30", hour="1"))
    task = PeriodicTask.objects.get(task=scheduling.TASK)
    assert (task.args, task.enabled, str(task.crontab.timezone)) == (f"[{schedule.pk}]", True, "UTC")
    schedule.is_active = False
    scheduling.save(schedule, scheduling.read("UTC", minute="30", hour="2"))
    task.refresh_from_db()
    assert not task.enabled
    scheduling.remove(schedule)
    assert not PeriodicTask.objects.filter(task=scheduling.TASK).exists()
    assert not CrontabSchedule.objects.exists()


@pytest.mark.database
def test_a_time_that_has_come_starts_one_audit_of_everything(schedule: Schedule, place: Place) -> None:
    assert scheduling.start(schedule.pk, SEVEN - timedelta(seconds=1)) is None
    audit = scheduling.start(schedule.pk, SEVEN)
    assert audit is not None
    assert (audit.trigger, audit.schedule, audit.covers_all) == ("schedule", schedule, True)
    assert audit.parts.count() == len(place.prefixes)
    assert scheduling.start(schedule.pk, SEVEN + timedelta(minutes=5)) is None
    assert Audit.objects.count() == 1


@pytest.mark.database
def test_a_week_without_a_scheduler_is_caught_up_once(schedule: Schedule) -> None:
    late = SEVEN + timedelta(days=7, hours=3)
    for _ in range(3):
        scheduling.start_due(late)
    assert Audit.objects.count() == 1
    schedule.refresh_from_db()
    assert schedule.due_at == SEVEN + timedelta(days=7)


def test_a_schedule_that_is_switched_off_or_gone_starts_nothing(schedule: Schedule) -> None:
    Schedule.objects.update(is_active=False)
    scheduling.start_due(SEVEN)
    assert scheduling.start(schedule.pk, SEVEN) is None
    assert scheduling.start(0, SEVEN) is None
    assert not Audit.objects.exists()


def test_what_was_due_before_a_schedule_was_made_or_changed_is_none_of_it(schedule: Schedule) -> None:
    scheduling.save(schedule, scheduling.read("UTC"))
    assert scheduling.start(schedule.pk, schedule.due_at or SEVEN) is None


def test_only_what_was_chosen_is_audited(schedule: Schedule, place: Place) -> None:
    Schedule.objects.update(covers_all=False)
    schedule.prefixes.set([place.variables])
    audit = scheduling.start(schedule.pk, SEVEN)
    assert audit is not None
    assert [part.prefix for part in audit.parts.all()] == [place.variables]


def test_a_time_with_nothing_to_audit_is_done_with_and_says_so(schedule: Schedule) -> None:
    Schedule.objects.update(covers_all=False)
    assert scheduling.start(schedule.pk, SEVEN) is None
    schedule.refresh_from_db()
    assert (schedule.due_at, schedule.problem) == (SEVEN, "There is no prefix and no deployment that could be audited.")


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_one_moment_start_one_audit(schedule: Schedule) -> None:
    together = Barrier(2)

    def start() -> None:
        together.wait(10)
        scheduling.start(schedule.pk, SEVEN)
        connection.close()

    threads = [Thread(target=start) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert Audit.objects.count() == 1
