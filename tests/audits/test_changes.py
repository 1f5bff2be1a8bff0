from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from secretsui.access.door import Job
from secretsui.audits import changes, starting
from secretsui.audits.models import Audit, Part
from secretsui.celery import app
from secretsui.inventory.models import Prefix
from tests.conftest import Place
from tests.inventory.deployments.halden import deployment, secret

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def wanted(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.AUDIT_AFTER_CHANGES = True
    monkeypatch.setattr(app, "send_task", lambda *_args, **_more: None)


def audited(prefix: Prefix, minutes_ago: int, state: str = Part.State.DONE) -> Audit:
    audit = starting.create(Job("test"), prefixes=[prefix], trigger=Audit.Trigger.MANUAL)
    audit.parts.update(state=state, finished_at=timezone.now() - timedelta(minutes=minutes_ago), is_open=False)
    Audit.objects.filter(pk=audit.pk).update(state=Audit.State.DONE)
    return audit


def read(prefix: Prefix, minutes_ago: int) -> None:
    secret(prefix, f"crm{minutes_ago}", value_read_at=timezone.now() - timedelta(minutes=minutes_ago))


def test_a_value_that_is_newer_than_the_last_audit_starts_one(place: Place) -> None:
    found = deployment(place.connections)
    audited(place.connections, 10)
    audited(place.variables, 10)
    read(place.connections, 5)
    read(place.variables, 20)
    audit = changes.start()
    assert audit is not None
    assert audit.trigger == "change"
    parts = {part.prefix or part.deployment for part in audit.parts.all()}
    assert parts >= {place.connections, found}
    assert changes.start() is None


def test_what_was_never_audited_starts_none(place: Place) -> None:
    read(place.connections, 5)
    assert changes.start() is None


def test_an_audit_that_failed_is_not_started_again_for_the_same_change(place: Place) -> None:
    audited(place.connections, 30)
    read(place.connections, 20)
    audited(place.connections, 10, Part.State.FAILED)
    assert changes.start() is None
    read(place.connections, 5)
    assert changes.start() is not None


def test_a_prefix_that_is_being_audited_waits_for_that_audit(place: Place) -> None:
    audited(place.connections, 10)
    read(place.connections, 5)
    starting.create(Job("test"), prefixes=[place.connections], trigger=Audit.Trigger.MANUAL)
    assert changes.start() is None


def test_a_deployment_that_is_being_audited_holds_it_up(place: Place) -> None:
    found = deployment(place.connections)
    audited(place.connections, 10)
    read(place.connections, 5)
    busy = starting.create(Job("test"), deployments=[found], trigger=Audit.Trigger.MANUAL)
    busy.parts.exclude(prefix=None).delete()
    assert changes.start() is None


def test_without_the_setting_nothing_starts(place: Place, settings: Any) -> None:
    settings.AUDIT_AFTER_CHANGES = False
    audited(place.connections, 10)
    read(place.connections, 5)
    assert changes.start() is None
