"""When a crontab's times come, in its zone, across the changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from django_celery_beat.models import CrontabSchedule

from secretsui.audits import occurrences

BERLIN = "Europe/Berlin"


def crontab(text: str, zone: str = BERLIN) -> CrontabSchedule:
    minute, hour, day_of_month, month_of_year, day_of_week = text.split()
    return CrontabSchedule(
        minute=minute,
        hour=hour,
        day_of_month=day_of_month,
        month_of_year=month_of_year,
        day_of_week=day_of_week,
        timezone=ZoneInfo(zone),
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def following(text: str, moment: str, zone: str = BERLIN, number: int = 3) -> list[str]:
    found = islice(occurrences.after(crontab(text, zone), at(moment)), number)
    return [f"{each.astimezone(UTC):%m-%d %H:%M}" for each in found]


def test_a_time_is_that_of_the_clock_on_the_wall_in_summer_and_in_winter() -> None:
    assert following("0 7 * * *", "2026-10-23T12:00") == ["10-24 05:00", "10-25 06:00", "10-26 06:00"]


def test_weekdays_leave_out_the_weekend_of_their_own_zone() -> None:
    # Friday 22:00 UTC is Saturday in Auckland.
    assert following("0 11 * * 1-5", "2026-11-19T23:00", "Pacific/Auckland") == [
        "11-22 22:00",
        "11-23 22:00",
        "11-24 22:00",
    ]


def test_an_hour_that_the_clock_leaves_out_comes_right_after_it() -> None:
    assert following("30 2 * * *", "2026-03-28T12:00") == ["03-29 01:30", "03-30 00:30", "03-31 00:30"]


def test_an_hour_that_comes_twice_counts_once() -> None:
    assert following("30 2 * * *", "2026-10-24T12:00") == ["10-25 00:30", "10-26 01:30", "10-27 01:30"]


@pytest.mark.parametrize("evening", ["2026-03-28T22:30", "2026-10-24T21:30"])
def test_every_hour_is_every_hour_that_passes(evening: str) -> None:
    found = [each.astimezone(UTC) for each in islice(occurrences.after(crontab("0 * * * *"), at(evening)), 24)]
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(hours=1)}


def test_sunday_is_zero() -> None:
    assert following("0 7 * * 0", "2026-11-21T12:00", number=1) == ["11-22 06:00"]


def test_a_day_that_few_years_have_is_found() -> None:
    assert following("0 0 29 2 *", "2096-03-01T00:00", "UTC", 1) == ["02-29 00:00"]


def test_of_several_missed_times_the_last_one_is_due() -> None:
    found = occurrences.latest(crontab("0 7 * * *"), at("2026-11-01T00:00"), at("2026-11-21T12:00"))
    assert found == datetime(2026, 11, 21, 7, tzinfo=ZoneInfo(BERLIN))


def test_nothing_is_due_between_two_times() -> None:
    since = at("2026-11-21T06:00")
    assert occurrences.latest(crontab("0 7 * * *"), since, at("2026-11-22T05:59")) is None
    assert occurrences.latest(crontab("0 7 * * *"), since, at("2026-11-22T06:00")) == at("2026-11-22T06:00")
