"""A schedule by real workers with the scheduler inside: caught up once, by two of them, though one is killed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from secretsui.audits import scheduling
from secretsui.audits.models import Delivery, Recipient, Schedule
from secretsui.celery import app
from secretsui.inventory.models import Refresh
from tests.aws import Aws
from tests.conftest import Place
from tests.endtoend.conftest import Start
from tests.endtoend.worker import wait

pytestmark = [pytest.mark.database, pytest.mark.broker, pytest.mark.django_db(transaction=True)]


def states(schedule: Schedule) -> list[str]:
    return list(schedule.audits.order_by("pk").values_list("state", flat=True))


def as_if_stopped(schedule: Schedule, *, hours: int) -> None:
    """The scheduler has not looked at it for so long."""
    before = timezone.now() - timedelta(hours=hours)
    PeriodicTask.objects.filter(pk=schedule.task_id).update(last_run_at=before)


def test_what_was_missed_is_caught_up_once_and_ends_though_its_worker_is_killed(
    live_place: Place, aws: Aws, start_worker: Start
) -> None:
    aws.create("airflow/connections/crm", "postgres://u:p@db.example/main")
    aws.faults.add("ListSecrets", "slow", after=0, seconds=4)
    half_an_hour_ago = timezone.now() - timedelta(minutes=30)
    schedule = Schedule(name="Hourly")
    scheduling.save(schedule, scheduling.read("Europe/Berlin", minute=str(half_an_hour_ago.minute)))
    Schedule.objects.update(due_at=timezone.now() - timedelta(hours=5))
    as_if_stopped(schedule, hours=5)
    Recipient.objects.create(schedule=schedule, address="ops@example.org", severity="info")

    first = start_worker("-B")
    wait(lambda: states(schedule) == ["running"], f"the audit; {first.said()}")
    first.kill()
    schedule.refresh_from_db()
    assert schedule.due_at == half_an_hour_ago.replace(second=0, microsecond=0)

    # What the dead worker left is read again by the sweep, once it has been silent for long enough.
    aws.faults.clear()
    audit = schedule.audits.get()
    assert audit.state == "running"
    silent_since = timezone.now() - timedelta(hours=1)
    audit.parts.filter(state="running").update(beat_at=silent_since)
    Refresh.objects.filter(state="running").update(beat_at=silent_since)  # where it had begun
    audit.parts.filter(state="queued").update(sent_at=None)
    as_if_stopped(schedule, hours=5)  # this scheduler knows nothing of what the other one sent
    second = start_worker("-B")
    app.send_task("secretsui.audits.tasks.sweep")
    wait(lambda: states(schedule) == ["done"], f"the end; {second.said()}")
    wait(lambda: f"{scheduling.TASK}[" in second.said(), "the second scheduler")
    wait(lambda: second.said().count("succeeded") >= 2, "its task")
    assert states(schedule) == ["done"]
    assert set(audit.parts.values_list("state", flat=True)) == {"done"}

    # Whoever is to hear of it does, once: the next look, as of every minute, finds it told.
    for _ in range(2):
        app.send_task("secretsui.audits.tasks.send_due")
    wait(
        lambda: Delivery.objects.filter(state="sent", period=f"audit:{audit.pk}").exists(), f"the mail; {second.said()}"
    )
    wait(lambda: second.said().count("tasks.send_due[") >= 4, "both looks")  # received and succeeded
    assert second.said().count("Subject: [secretsui]") == Delivery.objects.count() == 1
    assert "db.example" not in second.said()
