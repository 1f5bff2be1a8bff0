from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from secretsui.inventory.deployments import checks
from secretsui.inventory.models import Check, Deployment

pytestmark = pytest.mark.database

State = Check.State


@pytest.fixture
def deployment(db: None) -> Deployment:
    return Deployment.objects.create(name="halden-prod", api=Deployment.Api.NONE)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    tasks: list[Any] = []
    monkeypatch.setattr(checks.app, "send_task", lambda name, args: tasks.append((name, args)))
    return tasks


def ended(deployment: Deployment, minutes_ago: float, state: str = State.DONE, error: str = "") -> Check:
    check = Check.objects.create(deployment=deployment, state=state, error=error)
    Check.objects.filter(pk=check.pk).update(queued_at=timezone.now() - timedelta(minutes=minutes_ago))
    return check


def test_of_one_deployment_one_check_is_active(
    deployment: Deployment, sent: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first, second = checks.queue(deployment), checks.queue(deployment, "schedule")
    assert (first, first.trigger) == (second, "manual")
    assert sent == [(checks.TASK, [first.pk])]
    checks.close(first, State.DONE)
    assert checks.queue(deployment) != first


def test_a_queue_that_takes_nothing_fails_the_check(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr(checks.app, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        check = checks.queue(deployment)
    check.refresh_from_db()
    assert (check.state, check.problem) == (State.FAILED, checks.NOT_SENT.problem)


def test_a_check_is_claimed_and_closed_once(deployment: Deployment) -> None:
    check = Check.objects.create(deployment=deployment)
    assert checks.claim(check)
    assert not checks.claim(check)
    assert checks.close(check, State.DONE)
    assert not checks.close(check, State.FAILED, checks.STOPPED)
    assert (check.state, check.problem) == (State.DONE, "")


def test_what_gives_no_sign_of_life_is_swept(deployment: Deployment) -> None:
    now = timezone.now()
    other = Deployment.objects.create(name="other", api=Deployment.Api.NONE)
    silent = Check.objects.create(deployment=deployment, state=State.RUNNING, beat_at=now - timedelta(minutes=3))
    waiting = Check.objects.create(deployment=other)
    assert checks.sweep(now) == 1
    silent.refresh_from_db()
    assert (silent.state, silent.problem) == (State.FAILED, checks.STOPPED.problem)
    assert checks.sweep(now + timedelta(minutes=11)) == 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.problem) == (State.FAILED, checks.NOT_TAKEN.problem)


@pytest.mark.parametrize(
    ("minutes_ago", "state", "error", "is_due"),
    [
        (59, State.DONE, "", False),
        (61, State.DONE, "", True),
        (2, State.FAILED, "unreachable", True),
        (0.5, State.FAILED, "unreachable", False),
        (2, State.FAILED, "bad-credentials", False),
        (61, State.FAILED, "bad-credentials", True),
        (61, State.RUNNING, "", False),
    ],
)
def test_a_deployment_is_due_by_its_schedule_or_soon_after_what_may_pass(
    deployment: Deployment, minutes_ago: float, state: str, error: str, is_due: bool
) -> None:
    ended(deployment, minutes_ago, state, error)
    assert bool(checks.due(timezone.now())) is is_due


def test_failures_in_a_row_are_tried_again_less_and_less_often(deployment: Deployment) -> None:
    for minutes in (9, 6, 3):
        ended(deployment, minutes, State.FAILED, "slow")
    assert not checks.due(timezone.now())
    assert checks.due(timezone.now() + timedelta(minutes=1))


def test_one_that_was_never_checked_is_due_unless_it_has_no_schedule(deployment: Deployment) -> None:
    assert checks.due(timezone.now()) == [deployment]
    Deployment.objects.update(check_minutes=0)
    assert not checks.due(timezone.now())


def test_only_the_latest_checks_are_kept(deployment: Deployment) -> None:
    Check.objects.bulk_create([Check(deployment=deployment, state=State.DONE) for _ in range(60)])
    checks.close(Check.objects.create(deployment=deployment), State.DONE)
    assert deployment.checks.count() == checks.KEPT
