"""An audit by real workers, one of which is killed in the middle of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from secretsui.access.door import Job
from secretsui.audits import starting
from secretsui.audits.models import Audit, FindingEvent, Part, StoredFinding
from secretsui.celery import app
from secretsui.inventory.models import SecretRecord
from tests.aws import Aws
from tests.conftest import Place
from tests.endtoend.conftest import Start
from tests.endtoend.worker import wait
from tests.inventory.deployments.halden import deployment

pytestmark = [pytest.mark.database, pytest.mark.broker, pytest.mark.django_db(transaction=True)]

JOB = Job("test")
SECRETS = 30
BROKEN = "postgres://reader:p@db.example:port/crm"


def state(audit: Audit) -> str:
    audit.refresh_from_db()
    return str(audit.state)


def ended(audit: Audit) -> bool:
    return state(audit) not in Audit.ACTIVE


def test_an_audit_goes_on_after_its_worker_was_killed_and_counts_nothing_twice(
    live_place: Place, aws: Aws, start_worker: Start
) -> None:
    aws.seed(SECRETS)
    aws.create("airflow/connections/crm", BROKEN)
    aws.faults.add("GetResourcePolicy", "slow", after=10, seconds=30)
    worker = start_worker()
    audit = starting.start(JOB, prefixes=[live_place.connections], trigger=Audit.Trigger.MANUAL)
    wait(lambda: aws.calls.count("GetResourcePolicy") > 10, f"the details; {worker.said()}")
    worker.kill()
    part = audit.parts.get()
    assert (state(audit), part.state, part.attempts) == (Audit.State.RUNNING, Part.State.RUNNING, 1)

    # No sign of life for a while: the sweep of every minute has it read again.
    Part.objects.update(beat_at=timezone.now() - timedelta(minutes=3))
    aws.faults.clear()
    aws.calls.clear()
    second = start_worker()
    app.send_task("secretsui.audits.tasks.sweep")
    wait(lambda: ended(audit), f"the end; {second.said()}")

    part.refresh_from_db()
    assert (part.state, part.attempts, part.is_open) == (Part.State.DONE, 2, False)
    assert aws.calls.counts() == {
        "ListSecrets": 1,
        "DescribeSecret": SECRETS + 1,
        "ListSecretVersionIds": SECRETS + 1,
        "GetResourcePolicy": SECRETS + 1,
    }
    assert SecretRecord.objects.count() == audit.extent["secrets"] == SECRETS + 1
    findings = StoredFinding.objects.count()
    assert StoredFinding.objects.filter(rule="R-29", name="airflow/connections/crm").count() == 1
    assert FindingEvent.objects.filter(what="new").count() == findings
    assert sum(audit.counts["new"].values()) == findings

    # The same again: nothing is new, and a message that comes late does nothing.
    again = starting.start(JOB, prefixes=[live_place.connections], trigger=Audit.Trigger.MANUAL)
    app.send_task("secretsui.audits.tasks.read_part", args=[part.pk])
    app.send_task("secretsui.audits.tasks.judge", args=[audit.pk])
    wait(lambda: ended(again), f"the second; {second.said()}")
    assert StoredFinding.objects.count() == findings
    assert not again.counts["new"]


def test_of_two_starts_at_once_one_audits_the_deployment(live_place: Place) -> None:
    found = deployment(live_place.connections)
    together = Barrier(2)

    def start(_: int) -> Audit | starting.Busy:
        together.wait()
        try:
            return starting.create(JOB, deployments=[found], trigger=Audit.Trigger.MANUAL)
        except starting.Busy as busy:
            return busy
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(start, range(2)))
    assert sorted(type(each).__name__ for each in outcomes) == ["Audit", "Busy"]
    assert Audit.objects.count() == 1
    assert Part.objects.filter(deployment=found).count() == 1
