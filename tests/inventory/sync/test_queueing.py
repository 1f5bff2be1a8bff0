from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from secretsui.access.tasks import refresh_due, refresh_prefix
from secretsui.celery import app
from secretsui.inventory import sync
from secretsui.inventory.models import Prefix, Refresh
from secretsui.inventory.sync import queueing
from tests.aws import Aws
from tests.conftest import Place

pytestmark = pytest.mark.database

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was given to the broker."""
    messages: list[Any] = []
    monkeypatch.setattr(app, "send_task", lambda name, args: messages.append((name, args)))
    return messages


def past(prefix: Prefix, minutes: float, state: str = "done", **facts: Any) -> Refresh:
    refresh = Refresh.objects.create(prefix=prefix, state=state, **facts)
    Refresh.objects.filter(pk=refresh.pk).update(queued_at=NOW - timedelta(minutes=minutes))
    return refresh


def test_the_task_is_sent_when_the_row_is_committed(
    place: Place, sent: list[Any], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        refresh = sync.queue(place.connections, "manual")
        assert sent == []
    assert sent == [(refresh_prefix.name, [refresh.pk])]
    assert (refresh.state, refresh.trigger) == ("queued", "manual")


def test_a_second_wish_joins_the_first(
    place: Place, sent: list[Any], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first = sync.queue(place.connections)
        assert sync.queue(place.connections) == first
        Refresh.objects.update(state=Refresh.State.RUNNING)
        assert sync.queue(place.connections, "schedule") == first
        assert sync.queue(place.variables) != first
    assert [args for _, args in sent] == [[first.pk], [first.pk + 1]]


def test_after_the_end_a_new_one_begins(place: Place, sent: list[Any]) -> None:
    first = sync.queue(place.connections)
    Refresh.objects.update(state=Refresh.State.DONE)
    assert sync.queue(place.connections) != first


@pytest.mark.parametrize("error", [OperationalError("no route"), OSError("no space left")])
def test_a_broker_that_takes_nothing_is_told(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    error: Exception,
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(app, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        refresh = sync.queue(place.connections)
    refresh.refresh_from_db()
    place.connections.refresh_from_db()
    assert (refresh.state, refresh.problem) == ("failed", queueing.NOT_SENT.problem)
    assert place.connections.problem == refresh.problem


def test_the_message_holds_an_id_and_nothing_else(place: Place) -> None:
    if not settings.CELERY_BROKER_URL.startswith("filesystem:"):
        pytest.skip("about the folder of messages")
    folder = Path(settings.BROKER_DIR) / "queue"
    before = set(folder.iterdir())
    queueing.send(4711)
    (message,) = set(folder.iterdir()) - before
    text = message.read_text()
    message.unlink()
    headers = json.loads(text)["headers"]
    assert (headers["task"], headers["argsrepr"], headers["kwargsrepr"]) == (refresh_prefix.name, "[4711]", "{}")


def test_a_silent_refresh_is_closed(place: Place) -> None:
    silent = past(place.connections, 30, "running", started_at=NOW, beat_at=NOW - timedelta(seconds=121))
    alive = past(place.variables, 30, "running", started_at=NOW, beat_at=NOW - timedelta(seconds=119))
    assert sync.sweep(NOW) == 1
    for each in (silent, alive, place.connections):
        each.refresh_from_db()
    assert (silent.state, alive.state) == ("failed", "running")
    assert silent.problem == "The worker stopped in the middle; the records are as before or newer."
    assert silent.finished_at is not None
    assert (place.connections.problem, place.connections.complete) == (silent.problem, False)


def test_a_refresh_that_nobody_took_up_is_closed(place: Place) -> None:
    Prefix.objects.update(complete=True)
    waiting, fresh = past(place.connections, 11, "queued"), past(place.variables, 9, "queued")
    assert sync.sweep(NOW) == 1
    for each in (waiting, fresh, place.connections):
        each.refresh_from_db()
    assert (waiting.state, waiting.problem) == ("failed", queueing.NOT_TAKEN.problem)
    assert fresh.state == "queued"
    assert place.connections.complete  # what is known is as good as before


def due(at: datetime = NOW) -> list[str]:
    return sorted(prefix.path.rpartition("/")[2] for prefix in sync.due(at))


def test_what_was_never_refreshed_is_due(place: Place) -> None:
    assert due() == ["config", "connections", "variables"]


def test_the_schedule_counts_from_the_last_refresh(place: Place) -> None:
    past(place.connections, 61)
    past(place.connections, 59)
    past(place.variables, 60)
    past(place.config, 59)
    assert due() == ["variables"]


def test_zero_minutes_switch_the_schedule_off(place: Place) -> None:
    Prefix.objects.update(refresh_minutes=0)
    assert due() == []


def test_what_is_under_way_is_not_due(place: Place) -> None:
    past(place.connections, 90, "running", beat_at=NOW)
    past(place.variables, 90, "queued")
    assert due() == ["config"]


@pytest.mark.parametrize(
    ("error", "state", "waits"),
    [
        ("throttled", "failed", True),
        ("unavailable", "partial", True),
        ("", "failed", True),
        ("denied", "failed", False),
        ("expired", "partial", False),
        ("denied", "done", False),
        ("", "done", False),
    ],
)
def test_only_what_may_pass_is_tried_again_soon(place: Place, error: str, state: str, waits: bool) -> None:
    for prefix in (place.variables, place.config):
        past(prefix, 0)
    past(place.connections, 1.1, state, error=error)
    assert due() == (["connections"] if waits else [])


def test_each_failure_in_a_row_doubles_the_wait(place: Place) -> None:
    for prefix in (place.variables, place.config):
        past(prefix, 0)
    past(place.connections, 50)
    for minutes in (30, 20, 3):
        past(place.connections, minutes, "failed", error="throttled")
    assert due(NOW) == []
    assert due(NOW + timedelta(seconds=61)) == ["connections"]


@pytest.mark.django_db(transaction=True)
def test_wishes_at_the_same_moment_make_one_row(place: Place, sent: list[Any]) -> None:
    found: list[int] = []
    together(5, lambda: found.append(sync.queue(place.connections).pk))
    assert len(found) == 5
    assert len(set(found)) == Refresh.objects.count() == len(sent) == 1


@pytest.mark.django_db(transaction=True)
def test_a_message_delivered_to_several_workers_at_once_runs_once(live_place: Place, aws: Aws) -> None:
    aws.seed(120)
    run = Refresh.objects.create(prefix=live_place.connections)
    together(4, lambda: refresh_prefix(run.pk))
    run.refresh_from_db()
    assert (run.state, run.read) == ("done", 120)
    assert aws.calls.counts() == {"ListSecrets": 2, "BatchGetSecretValue": 6}


def together(count: int, what: Callable[[], object]) -> None:
    """Runs it in so many threads at once; raises what one of them raised."""
    start = threading.Barrier(count)

    def one(_: int) -> None:
        try:
            start.wait(10)
            what()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(one, range(count)))


def test_the_minute_task_sweeps_and_queues(place: Place, sent: list[Any]) -> None:
    Refresh.objects.create(prefix=place.connections, state="running", beat_at=timezone.now() - timedelta(hours=1))
    Prefix.objects.filter(pk=place.config.pk).update(refresh_minutes=0)
    refresh_due()
    states = list(Refresh.objects.order_by("id").values_list("prefix__path", "state", "trigger"))
    assert states == [
        ("airflow/connections", "failed", "manual"),
        ("airflow/variables", "queued", "schedule"),
    ]


def test_a_task_for_a_prefix_that_is_gone_does_nothing(db: None) -> None:
    refresh_prefix(999_999)
    assert not Refresh.objects.exists()
