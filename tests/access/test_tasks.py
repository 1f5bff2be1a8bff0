from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from secretsui.access import tasks
from secretsui.celery import app
from secretsui.inventory.deployments import checks, triggers
from secretsui.inventory.models import Check, Deployment

pytestmark = pytest.mark.database


@pytest.fixture
def deployment(db: None) -> Deployment:
    return Deployment.objects.create(name="halden-prod", api=Deployment.Api.NONE)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    monkeypatch.setattr(app, "send_task", lambda name, args: found.append((name, args)))
    return found


def test_every_task_that_is_sent_or_scheduled_exists() -> None:
    app.loader.import_default_modules()
    named = {checks.TASK, triggers.TASK, *(each["task"] for each in app.conf.beat_schedule.values())}
    assert named <= set(app.tasks)
    assert app.conf.task_acks_late


def test_a_check_runs_by_its_id_and_once(
    deployment: Deployment, sent: list[tuple[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    check = Check.objects.create(deployment=deployment)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.check_deployment(check.pk)
    check.refresh_from_db()
    assert check.state == Check.State.DONE
    assert [name for name, _ in sent] == [triggers.TASK]
    ended = check.finished_at
    tasks.check_deployment(check.pk)
    check.refresh_from_db()
    assert check.finished_at == ended
    tasks.check_deployment(check.pk + 1)


def test_the_schedule_queues_what_is_due_and_what_changed_since_it_was_resolved(
    deployment: Deployment, sent: list[tuple[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        tasks.check_due()
    assert {name for name, _ in sent} == {checks.TASK, triggers.TASK}
    assert Check.objects.get().trigger == "schedule"
    sent.clear()
    Deployment.objects.update(resolved_at=timezone.now() + timedelta(hours=1))
    with django_capture_on_commit_callbacks(execute=True):
        tasks.check_due()
    assert sent == []


def test_of_several_wishes_to_resolve_the_first_does_the_work(deployment: Deployment) -> None:
    wanted = timezone.now()
    tasks.resolve_deployment(deployment.pk, wanted.isoformat())
    deployment.refresh_from_db()
    resolved = deployment.resolved_at
    assert resolved is not None
    assert resolved > wanted
    tasks.resolve_deployment(deployment.pk, wanted.isoformat())
    deployment.refresh_from_db()
    assert deployment.resolved_at == resolved
    tasks.resolve_deployment(deployment.pk + 1, wanted.isoformat())
