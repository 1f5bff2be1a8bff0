"""A refresh by a real worker, in a process of its own, that is killed in the middle of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest
from django.test import Client
from django.utils import timezone

from secretsui.celery import app
from secretsui.inventory import sync
from secretsui.inventory.models import Prefix, Refresh
from tests.aws import Aws
from tests.conftest import Place
from tests.endtoend.conftest import Start
from tests.endtoend.screens import rows, screens
from tests.endtoend.worker import wait

pytestmark = [pytest.mark.database, pytest.mark.broker, pytest.mark.django_db(transaction=True)]

START: Final = "airflow/connections/"
PAGES: Final = 3


def press(client: Client, prefix: Prefix) -> Refresh:
    assert client.post("/inventory/refresh/", {"prefix": prefix.pk}).status_code == 302
    return Refresh.objects.latest("pk")


def state(refresh: Refresh) -> str:
    refresh.refresh_from_db()
    return str(refresh.state)


def test_a_killed_worker_is_noticed_and_the_next_refresh_heals(
    live_place: Place, aws: Aws, as_alice: Client, start_worker: Start
) -> None:
    prefix = live_place.connections
    names = [f"{START}c{number:05}" for number in range(PAGES * 100)]
    for name in names:
        aws.create(name, None)
    aws.create(f"{START}valued", "postgres://u:p@db.example/main")
    aws.faults.add("ListSecrets", "slow", after=2, seconds=6)

    worker = start_worker()
    run = press(as_alice, prefix)
    wait(lambda: Refresh.objects.filter(pk=run.pk, state="running", listed__gte=100).exists(), "the second page")
    worker.kill()
    half = rows(prefix)
    assert state(run) == "running"
    assert 100 <= len(half) < len(names) + 1
    assert "Refreshing 1 prefix." in screens(as_alice)["secrets"]

    # No sign of life for a while: whoever runs next closes it, with words, and the records stay.
    Refresh.objects.filter(pk=run.pk).update(beat_at=timezone.now() - timedelta(minutes=3))
    aws.faults.clear()
    second = start_worker()
    app.send_task("secretsui.access.tasks.refresh_due")  # as the schedule does every minute
    wait(lambda: state(run) == "failed", "the sweep")
    for name, page in screens(as_alice).items():
        assert "The worker stopped in the middle; the records are as before or newer." in page, name
        assert "Refresh again; it is safe at any time." in page, name
    assert rows(prefix) == half

    again = press(as_alice, prefix)
    wait(lambda: state(again) == "done", f"the next refresh; {second.said()}")
    assert rows(prefix).keys() == {*names, f"{START}valued"}
    assert rows(prefix)[f"{START}valued"]["conn_type"] == "postgres"
    assert all("stopped in the middle" not in page for page in screens(as_alice).values())
    assert aws.calls.count("PutSecretValue") == 0


def test_a_refresh_that_no_worker_takes_up_is_told(live_place: Place, aws: Aws, as_alice: Client) -> None:
    run = press(as_alice, live_place.connections)
    Refresh.objects.filter(pk=run.pk).update(queued_at=timezone.now() - timedelta(minutes=11))
    assert sync.sweep(timezone.now()) == 1
    assert state(run) == "failed"
    for name, page in screens(as_alice).items():
        assert "No worker took this refresh up." in page, name
        assert "Check that a worker runs" in page, name
