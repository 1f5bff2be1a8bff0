"""A real worker process on the configured broker: a folder, or Redis."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from secretsui.inventory import sync
from secretsui.inventory.models import Refresh, SecretRecord
from secretsui.inventory.sync.queueing import STOPPED
from tests.aws import Aws
from tests.conftest import Place
from tests.endtoend.worker import Worker, empty_broker, wait

pytestmark = [pytest.mark.database, pytest.mark.broker, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    empty_broker()
    return tmp_path / "worker.log"


def ended(refresh: Refresh) -> Callable[[], bool]:
    def look() -> bool:
        refresh.refresh_from_db()
        return refresh.state not in Refresh.ACTIVE

    return look


def test_a_worker_takes_refreshes_up(live_place: Place, aws: Aws, log: Path) -> None:
    aws.seed(30)
    aws.seed(5, "airflow/variables/")
    with Worker(log):
        runs = [sync.queue(live_place.connections), sync.queue(live_place.variables)]
        for run in runs:
            wait(ended(run), "its end")
        if settings.CELERY_BROKER_URL.startswith("filesystem:"):
            wait(lambda: not list((settings.BROKER_DIR / "queue").iterdir()), "the end of all messages")
    assert [(run.state, run.read) for run in runs] == [("done", 30), ("done", 5)]
    assert aws.calls.counts() == {"ListSecrets": 2, "BatchGetSecretValue": 3}


def test_wishes_for_the_same_prefix_make_one_run(live_place: Place, aws: Aws, log: Path) -> None:
    aws.seed(30)
    aws.faults.add("ListSecrets", "slow", seconds=1.0, times=1)
    with Worker(log):
        first = sync.queue(live_place.connections)
        wait(lambda: Refresh.objects.filter(state="running").exists(), "its start")
        assert sync.queue(live_place.connections) == first
        wait(ended(first), "its end")
    assert Refresh.objects.count() == 1
    assert aws.calls.counts() == {"ListSecrets": 1, "BatchGetSecretValue": 2}


def test_a_killed_worker_leaves_whole_records_and_the_next_refresh_heals(
    live_place: Place, aws: Aws, log: Path
) -> None:
    prefix, names = live_place.connections, aws.seed(350)
    aws.faults.add("ListSecrets", "slow", seconds=8.0, after=2)
    with Worker(log) as worker:
        run = sync.queue(prefix)
        wait(lambda: Refresh.objects.get().listed == 200, "two pages")
        worker.kill()
    run.refresh_from_db()
    assert run.state == "running"
    assert prefix.records.count() == 200
    assert set(prefix.records.values_list("status", "value_version")) == {("ok", "")}
    assert not prefix.records.filter(listing="").exists()

    assert sync.sweep(timezone.now() + timedelta(minutes=3)) == 1
    run.refresh_from_db()
    prefix.refresh_from_db()
    assert (run.state, run.problem) == ("failed", STOPPED.problem)
    assert (prefix.complete, prefix.summary["records"]) == (False, 200)

    aws.faults.clear()
    assert prefix in sync.due(timezone.now() + timedelta(minutes=1))
    with Worker(log):
        again = sync.queue(prefix, "schedule")
        wait(ended(again), "its end")
    assert (again.state, again.listed, again.read) == ("done", 350, 350)
    assert sorted(SecretRecord.objects.values_list("name", flat=True)) == names
    assert set(SecretRecord.objects.values_list("conn_type", "status")) == {("postgres", "ok")}
    prefix.refresh_from_db()
    assert (prefix.complete, prefix.problem) == (True, "")


def test_a_worker_killed_among_values_loses_none(live_place: Place, aws: Aws, log: Path) -> None:
    prefix, names = live_place.connections, aws.seed(700)
    aws.faults.add("BatchGetSecretValue", "slow", seconds=8.0, after=20)
    with Worker(log) as worker:
        run = sync.queue(prefix)
        wait(lambda: Refresh.objects.get().read >= 200, "some values")
        worker.kill()
    run.refresh_from_db()
    read = prefix.records.exclude(value_version="")
    assert read.count() == run.read
    assert set(read.values_list("conn_type", "form")) == {("postgres", "uri")}
    assert set(prefix.records.filter(value_version="").values_list("conn_type", "form")) == {("", "")}

    sync.sweep(timezone.now() + timedelta(minutes=3))
    aws.faults.clear()
    with Worker(log):
        again = sync.queue(prefix)
        wait(ended(again), "its end")
    assert (again.state, again.to_read) == ("done", len(names) - run.read)
    # By its own count: the server may still be at calls of the worker that was killed.
    assert again.calls == len(names) // 100 + -(-again.to_read // 20)
    assert prefix.records.filter(conn_type="postgres").count() == len(names)
