"""Parts against a real HTTP server that speaks as AWS does, in place of a worker."""

from __future__ import annotations

from typing import Any

import pytest

from secretsui.access.door import Job
from secretsui.audits import parts, starting
from secretsui.audits.models import Audit, Part
from secretsui.celery import app
from secretsui.inventory.models import SecretRecord
from tests.aws import Aws
from tests.conftest import Place

pytestmark = [pytest.mark.django_db, pytest.mark.database]
JOB = Job("test")


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    monkeypatch.setattr(app, "send_task", lambda name, args: found.append((name, args)))
    return found


def audited(*prefixes: Any) -> tuple[Audit, list[Part]]:
    audit = starting.create(JOB, prefixes=prefixes, trigger=Audit.Trigger.COMMAND)
    found = list(audit.parts.all())
    for part in found:
        parts.read(part)
        part.refresh_from_db()
    audit.refresh_from_db()
    return audit, found


def test_a_prefix_is_listed_and_read_and_each_secret_is_asked_for_its_details(live_place: Place, aws: Aws) -> None:
    aws.seed(3)
    audit, [part] = audited(live_place.connections)
    assert (part.state, part.problem) == (Part.State.DONE, "")
    assert part.total == part.done > 0
    record = SecretRecord.objects.get(key="c00000")
    assert record.details["policy"] == {}
    assert record.details["current"] == record.version_id
    assert audit.state == Audit.State.JUDGING
