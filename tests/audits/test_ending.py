"""From parts that are read to findings, with a deployment one of whose layers breaks."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from secretsui.access.door import Job
from secretsui.audits import alone, ending, estate, starting
from secretsui.audits.models import Audit, FindingEvent, Part, StoredFinding
from secretsui.celery import app
from secretsui.inventory.models import Deployment, LayerState
from tests.aws import Aws
from tests.conftest import Place
from tests.inventory.deployments.halden import OLD, deployment, read, row, secret

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "send_task", lambda *_args, **_more: None)


def audited(*, reads: bool = False, **given: Any) -> Audit:
    return alone.run(starting.create(Job("test"), trigger=Audit.Trigger.COMMAND, **given), reads=reads)


@pytest.fixture
def halden(place: Place) -> Deployment:
    """A row of the metadata database that the backend's secret shadows, with another password."""
    found = deployment(place.connections)
    secret(place.connections, "crm", version_id="v1", details={"policy": {}, "keys": {}, "writes": [], "replicas": []})
    read(found)
    row(found, "crm", OLD)
    return found


def conflict() -> StoredFinding:
    return StoredFinding.objects.get(rule="R-02", name="crm")


def test_what_was_read_is_resolved_before_it_is_judged(halden: Deployment) -> None:
    assert halden.resolved_at is None
    audit = audited()
    halden.refresh_from_db()
    assert halden.resolved_at is not None
    assert audit.extent["ids"] == 1
    assert conflict().status == "open"
    assert not audit.parts.filter(is_open=True).exists()


def test_a_layer_that_breaks_fixes_nothing_and_makes_the_audit_incomplete(halden: Deployment) -> None:
    audited()
    LayerState.objects.update(problem="No answer.", error="unreachable", tried_at=timezone.now())
    audit = audited()
    assert audit.state == Audit.State.PARTIAL
    assert ("deployment:halden-prod", "layer", "unreachable") in {
        (gap["subject"], gap["what"], gap["reason"]) for gap in audit.gaps
    }
    assert (conflict().status, bool(conflict().unchecked)) == ("open", True)
    assert not FindingEvent.objects.filter(audit=audit, finding=conflict(), what="fixed").exists()


def test_what_is_mended_is_fixed_by_the_next_audit(halden: Deployment) -> None:
    audited()
    halden.entries.all().delete()
    LayerState.objects.update(tried_at=timezone.now())
    audit = audited()
    assert conflict().status == "fixed"
    assert FindingEvent.objects.filter(audit=audit, finding=conflict(), what="fixed").count() == 1


def test_what_another_part_could_not_read_leaves_findings_as_they_are(
    live_place: Place, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.create("airflow/connections/crm", "postgres://reader:p@db.example:port/crm")
    audited(reads=True, prefixes=[live_place.connections])
    aws.faults.add("ListSecrets", "denied")
    audit = audited(reads=True, prefixes=[live_place.connections])
    assert audit.state == Audit.State.FAILED
    broken = StoredFinding.objects.get(rule="R-29")
    assert (broken.status, bool(broken.unchecked)) == ("open", True)


def test_an_error_of_the_rules_ends_the_audit_and_says_so(halden: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_: Audit) -> Any:
        raise RuntimeError

    monkeypatch.setattr(estate, "build", breaks)
    audit = audited()
    assert (audit.state, audit.problem) == (Audit.State.FAILED, "The rules stopped on an error of their own.")
    assert not audit.parts.filter(is_open=True).exists()


def test_an_audit_is_judged_once(halden: Deployment) -> None:
    audit = audited()
    events = FindingEvent.objects.count()
    stale = Audit(pk=audit.pk, state=Audit.State.JUDGING)
    assert not ending.judge(stale)
    assert not ending.judge(audit)
    assert FindingEvent.objects.count() == events


def test_parts_that_a_worker_took_up_are_waited_for(halden: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    audit = starting.create(Job("test"), deployments=[halden], trigger=Audit.Trigger.COMMAND)
    audit.parts.exclude(deployment=None).update(state=Part.State.RUNNING, beat_at=timezone.now())
    Audit.objects.update(state=Audit.State.RUNNING)
    audit.refresh_from_db()
    slept: list[float] = []

    def ends(seconds: float) -> None:
        slept.append(seconds)
        Part.objects.filter(state=Part.State.RUNNING).update(state=Part.State.DONE)

    monkeypatch.setattr("secretsui.audits.alone.time.sleep", ends)
    alone.run(audit, reads=False)
    assert len(slept) == 1
    assert audit.state not in Audit.ACTIVE
