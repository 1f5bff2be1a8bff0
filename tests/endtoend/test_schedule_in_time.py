"""A schedule by real workers with the scheduler inside: on time. Most of this is waiting for a minute to end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from secretsui.audits import scheduling
from secretsui.audits.models import Schedule
from secretsui.celery import app
from tests.aws import Aws
from tests.conftest import Place
from tests.endtoend.conftest import Start
from tests.endtoend.worker import PATIENCE, wait

pytestmark = [pytest.mark.database, pytest.mark.broker, pytest.mark.django_db(transaction=True)]


def states(schedule: Schedule) -> list[str]:
    return list(schedule.audits.order_by("pk").values_list("state", flat=True))


def test_a_time_that_comes_starts_one_audit_though_two_schedulers_wait_for_it(
    live_place: Place, aws: Aws, start_worker: Start
) -> None:
    workers = [start_worker("-B"), start_worker("-B", "-n", "second@%h")]
    now = timezone.now().replace(second=0, microsecond=0)
    due = now + timedelta(minutes=1)
    schedule = Schedule(name="Hourly")
    scheduling.save(schedule, scheduling.read("UTC", minute=str(due.minute)))

    # At most a minute until then; both look once more in the minute that follows.
    wait(lambda: states(schedule) == ["done"], f"the audit; {workers[0].said()}", seconds=60 + 2 * PATIENCE)
    audit = schedule.audits.get()
    schedule.refresh_from_db()
    assert audit.queued_at >= due == schedule.due_at
    for _ in range(2):
        app.send_task("secretsui.audits.tasks.start_due")
    wait(lambda: sum(each.said().count("tasks.start_due[") for each in workers) >= 4, "both looks")
    assert states(schedule) == ["done"]
