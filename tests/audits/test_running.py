from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu.exceptions import OperationalError

from secretsui.access import policy
from secretsui.access.door import Job, Person
from secretsui.access.models import AccessEvent
from secretsui.audits import cancelling, running, starting
from secretsui.audits.models import Audit, Part
from secretsui.celery import app
from tests.conftest import Place
from tests.inventory.deployments.halden import deployment

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    monkeypatch.setattr(app, "send_task", lambda name, args: found.append((name, args)))
    return found


@pytest.fixture(autouse=True)
def commits(django_capture_on_commit_callbacks: Any) -> Iterator[None]:
    """What waits for a commit happens at the end of each step."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda act: act())
        yield


@pytest.fixture
def audit(place: Place, sent: list[tuple[str, Any]], settings: Any) -> Audit:
    """Three parts, of which two may run at once."""
    settings.AUDIT_PARALLEL = 2
    found = starting.start(Job("test"), trigger=Audit.Trigger.MANUAL)
    sent.clear()
    return found


def part(audit: Audit, number: int) -> Part:
    return list(audit.parts.all())[number]


def silent(audit: Audit, **more: Any) -> None:
    audit.parts.filter(state="running").update(beat_at=timezone.now() - timedelta(minutes=3), **more)


def state(audit: Audit) -> str:
    audit.refresh_from_db()
    return audit.state


def test_the_end_of_a_part_sends_the_next_and_that_of_the_last_the_judging(
    audit: Audit, sent: list[tuple[str, Any]]
) -> None:
    first, second, third = audit.parts.all()
    assert running.claim(first)
    assert state(audit) == Audit.State.RUNNING
    running.finish(first, Part.State.DONE, calls=2)
    assert sent == [(running.READ, [third.pk])]
    for each in (second, third):
        assert running.claim(each)
        running.finish(each, Part.State.PARTIAL, running.STOPPED, calls=3)
    assert sent[1:] == [(running.JUDGE, [audit.pk])]
    assert (state(audit), audit.calls) == (Audit.State.JUDGING, 8)
    running.advance(audit.pk)
    assert len(sent) == 2


def test_a_message_that_is_delivered_twice_claims_nothing(audit: Audit) -> None:
    one = part(audit, 0)
    assert running.claim(one)
    assert not running.claim(Part.objects.get(pk=one.pk))
    running.finish(one, Part.State.DONE)
    assert not running.claim(one)


def test_a_part_whose_worker_died_is_read_again_and_counts_once(audit: Audit, sent: list[tuple[str, Any]]) -> None:
    one = part(audit, 0)
    running.claim(one)
    running.tell(one, total=9, done=5)
    silent(audit)
    running.sweep(timezone.now())
    again = part(audit, 0)
    assert (again.state, sent) == (Part.State.QUEUED, [(running.READ, [one.pk])])
    assert running.claim(again)
    assert (again.attempts, again.done) == (2, 0)
    running.finish(again, Part.State.DONE, calls=4)
    with pytest.raises(running.Lost):
        running.finish(one, Part.State.DONE, calls=4)
    audit.refresh_from_db()
    assert audit.calls == 4


def test_a_part_that_kills_three_workers_fails_and_the_audit_goes_on(audit: Audit, sent: list[tuple[str, Any]]) -> None:
    one = part(audit, 0)
    running.claim(one)
    silent(audit, attempts=running.ATTEMPTS)
    running.sweep(timezone.now())
    one.refresh_from_db()
    assert (one.state, one.error) == (Part.State.FAILED, "worker-gone")
    assert sent == [(running.READ, [part(audit, 2).pk])]
    assert state(audit) == Audit.State.RUNNING


def test_the_audit_is_locked_before_its_parts_as_whoever_closes_it_does(audit: Audit) -> None:
    """The other way round, two workers would wait for each other."""
    one = part(audit, 0)
    for step in (lambda: running.claim(one), lambda: running.finish(one, Part.State.DONE)):
        with CaptureQueriesContext(connection) as asked:
            step()
        tables = [name for each in asked for name in re.findall(r'(?:UPDATE|FROM) "(audits_\w+)"', each["sql"])[:1]]
        assert tables[0] == Audit._meta.db_table, tables


def test_a_part_that_gives_signs_of_life_is_left_alone(audit: Audit, sent: list[tuple[str, Any]]) -> None:
    running.claim(one := part(audit, 0))
    running.sweep(timezone.now())
    one.refresh_from_db()
    assert (one.state, one.attempts, sent) == (Part.State.RUNNING, 1, [])


def test_a_message_that_the_queue_lost_is_sent_again(audit: Audit, sent: list[tuple[str, Any]]) -> None:
    running.sweep(timezone.now() + timedelta(minutes=4))
    assert sent == []
    running.sweep(timezone.now() + timedelta(minutes=6))
    assert sent == [(running.READ, [part(audit, number).pk]) for number in (0, 1)]


def test_a_judging_whose_worker_died_is_sent_again(audit: Audit, sent: list[tuple[str, Any]]) -> None:
    Audit.objects.update(state=Audit.State.JUDGING)
    audit.parts.update(state=Part.State.DONE, finished_at=timezone.now())
    running.sweep(timezone.now())
    assert sent == []
    later = timezone.now() + timedelta(minutes=3)
    running.sweep(later)
    running.sweep(later)
    assert sent == [(running.JUDGE, [audit.pk])]


def test_a_judging_that_never_comes_to_an_end_is_closed(audit: Audit) -> None:
    long_ago = timezone.now() - timedelta(hours=2)
    audit.parts.update(state=Part.State.DONE, finished_at=long_ago)
    Audit.objects.update(state=Audit.State.JUDGING, beat_at=timezone.now())
    running.sweep(timezone.now())
    assert state(audit) == Audit.State.FAILED


def test_what_nobody_takes_up_is_closed_after_an_hour(audit: Audit) -> None:
    running.sweep(timezone.now() + timedelta(minutes=59))
    assert state(audit) == Audit.State.QUEUED
    running.sweep(timezone.now() + timedelta(minutes=61))
    assert (state(audit), audit.problem[:26]) == (Audit.State.FAILED, "No worker took this audit ")
    assert set(audit.parts.values_list("state", "is_open")) == {(Part.State.FAILED, False)}


def test_a_long_part_keeps_its_audit_from_being_closed(audit: Audit) -> None:
    running.claim(part(audit, 0))
    Audit.objects.update(beat_at=timezone.now() - timedelta(hours=3))
    running.sweep(timezone.now())
    assert state(audit) == Audit.State.RUNNING


def test_the_deployments_of_an_audit_that_has_ended_are_free(place: Place, sent: list[tuple[str, Any]]) -> None:
    found = deployment(place.connections)
    audit = starting.start(Job("test"), deployments=[found], trigger=Audit.Trigger.MANUAL)
    running.sweep(timezone.now())
    assert audit.parts.filter(is_open=True).exists()
    Audit.objects.update(state=Audit.State.DONE)
    running.sweep(timezone.now())
    assert not audit.parts.filter(is_open=True).exists()


def refuses(*_: Any, **__: Any) -> None:
    raise OperationalError


def test_an_audit_that_the_queue_does_not_accept_fails_at_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "send_task", refuses)
    audit = starting.start(Job("test"), trigger=Audit.Trigger.MANUAL)
    assert state(audit) == Audit.State.FAILED
    assert "CELERY_BROKER_URL" in audit.problem


def test_a_queue_that_fails_in_the_middle_is_tried_again(
    audit: Audit, sent: list[tuple[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    running.claim(one := part(audit, 0))
    with monkeypatch.context() as patch:
        patch.setattr(app, "send_task", refuses)
        running.finish(one, Part.State.DONE)
    assert state(audit) == Audit.State.RUNNING
    running.sweep(timezone.now() + timedelta(minutes=6))
    assert (running.READ, [part(audit, 2).pk]) in sent


def test_whoever_asked_or_administers_may_stop_it_and_an_outsider_may_not(
    audit: Audit, bob: User, charlie: User, root: User
) -> None:
    with pytest.raises(policy.NotVisible):
        cancelling.cancel(Person(charlie), audit)
    assert state(audit) == Audit.State.QUEUED
    assert AccessEvent.objects.filter(actor="charlie", action="audit", outcome="refused").exists()
    assert cancelling.may_cancel(Person(bob), audit)  # sees all of it
    assert cancelling.may_cancel(Person(root), audit)
    audit.asked_by = charlie
    assert cancelling.may_cancel(Person(charlie), audit)


def test_who_does_not_see_all_of_it_may_not_stop_it(place: Place, sent: list[tuple[str, Any]], bob: User) -> None:
    deployment(place.connections)
    audit = starting.start(Job("test"), trigger=Audit.Trigger.MANUAL)
    assert not cancelling.may_cancel(Person(bob), audit)


def test_a_stopped_audit_sends_nothing_more_and_its_deployments_are_free(
    audit: Audit, sent: list[tuple[str, Any]], root: User
) -> None:
    running.claim(one := part(audit, 0))
    assert cancelling.cancel(Person(root), audit)
    assert not cancelling.cancel(Person(root), audit)
    assert (state(audit), audit.problem) == (Audit.State.CANCELLED, "The audit was stopped.")
    assert set(audit.parts.values_list("state", "error", "is_open")) == {(Part.State.FAILED, "stopped", False)}
    with pytest.raises(running.Lost):
        running.tell(one, total=1, done=1)
    assert not running.claim(part(audit, 1))
    running.sweep(timezone.now() + timedelta(hours=3))
    assert sent == []
    assert isinstance(audit.finished_at, datetime)
