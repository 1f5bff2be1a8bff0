from __future__ import annotations

import time

import pytest
from django.utils import timezone

from secretsui.inventory.models import Refresh
from secretsui.inventory.sync import progress
from secretsui.inventory.sync.progress import Closed, Progress, heartbeat
from tests.conftest import Place

pytestmark = pytest.mark.database


class Asked:
    calls = 7


def test_progress_is_seen_by_others(place: Place) -> None:
    run = Refresh.objects.create(prefix=place.connections, state="running")
    mine = Progress(run, Asked(), listed=300, to_read=40, read=20, unreadable=1)
    assert mine.is_due
    mine.save()
    assert not mine.is_due
    run.refresh_from_db()
    assert (run.listed, run.to_read, run.read, run.unreadable, run.calls) == (300, 40, 20, 1, 7)
    assert run.beat_at is not None


@pytest.mark.parametrize("state", ["done", "failed", "partial", "queued"])
def test_whoever_lost_the_refresh_learns_it(place: Place, state: str) -> None:
    run = Refresh.objects.create(prefix=place.connections, state=state)
    with pytest.raises(Closed):
        Progress(run, Asked()).save()


@pytest.mark.django_db(transaction=True)
def test_signs_of_life_come_while_the_store_is_silent(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "BEAT_SECONDS", 0.02)
    run = Refresh.objects.create(prefix=place.connections, state="running", beat_at=timezone.now())
    first = run.beat_at
    with heartbeat(run):
        until = time.monotonic() + 10
        while run.beat_at == first and time.monotonic() < until:
            time.sleep(0.01)
            run.refresh_from_db()
    assert run.beat_at != first


@pytest.mark.django_db(transaction=True)
def test_signs_of_life_end_after_the_longest_run(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(progress, "LONGEST_SECONDS", 0.02)
    run = Refresh.objects.create(prefix=place.connections, state="running")
    with heartbeat(run):
        time.sleep(0.5)
        run.refresh_from_db()
        last = run.beat_at
        time.sleep(0.1)
        run.refresh_from_db()
    assert last is not None
    assert run.beat_at == last
