"""Parts against a real HTTP server that speaks as AWS does, in place of a worker."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from secretsui.access.door import Job, Person
from secretsui.audits import cancelling, details, estate, parts, running, starting
from secretsui.audits.models import Audit, Part
from secretsui.celery import app
from secretsui.inventory import sync
from secretsui.inventory.deployments import checks
from secretsui.inventory.models import Check, Deployment, Prefix, Refresh, SecretRecord
from tests.aws import Aws
from tests.conftest import Place

pytestmark = [pytest.mark.django_db, pytest.mark.database]
JOB = Job("test")
PER_SECRET = ("DescribeSecret", "ListSecretVersionIds", "GetResourcePolicy")


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    monkeypatch.setattr(app, "send_task", lambda name, args: found.append((name, args)))
    monkeypatch.setattr(parts, "LOOK_EVERY", 0)
    return found


def begun(*prefixes: Prefix, **given: Any) -> Part:
    audit = starting.create(JOB, prefixes=prefixes, trigger=Audit.Trigger.COMMAND, **given)
    return audit.parts.get()


def read(part: Part) -> Part:
    parts.read(part)
    part.refresh_from_db()
    return part


def calls(aws: Aws) -> dict[str, int]:
    """What was asked of Secrets Manager since this was last asked."""
    found = aws.calls.counts()
    aws.calls.clear()
    return found


def test_a_prefix_is_listed_and_read_and_each_secret_is_asked_for_its_details(live_place: Place, aws: Aws) -> None:
    aws.seed(3)
    part = read(begun(live_place.connections))
    assert (part.state, part.problem) == (Part.State.DONE, "")
    assert part.total == part.done > 0
    assert calls(aws) == {"ListSecrets": 1, "BatchGetSecretValue": 1, **dict.fromkeys(PER_SECRET, 3)}
    record = SecretRecord.objects.get(key="c00000")
    assert record.details["policy"] == {}
    assert record.details["current"] == record.version_id
    assert record.made_at is not None
    assert record.details["made"] == record.made_at.isoformat()
    audit = part.audit
    audit.refresh_from_db()
    assert (audit.state, audit.calls) == (Audit.State.JUDGING, 11)
    assert audit.parts.filter(is_open=True).exists()


def test_a_second_audit_asks_only_for_what_changed(live_place: Place, aws: Aws) -> None:
    names = aws.seed(3)
    read(begun(live_place.connections))
    calls(aws)
    read(begun(live_place.connections))
    assert calls(aws) == {"ListSecrets": 1}
    aws.client().put_secret_value(SecretId=names[1], SecretString="postgres://u:other@db.example/x")
    aws.client().tag_resource(SecretId=names[2], Tags=[{"Key": "owner", "Value": "crm"}])
    calls(aws)
    read(begun(live_place.connections))
    found = calls(aws)
    assert found["GetSecretValue"] == 1
    assert all(found[each] in (1, 2) for each in PER_SECRET)  # whether a tag moves the date is the service's affair


def test_details_are_asked_for_again_now_and_then(live_place: Place, aws: Aws) -> None:
    [name] = aws.seed(1)
    read(begun(live_place.connections))
    aws.client().put_resource_policy(SecretId=name, ResourcePolicy=json.dumps({"Statement": []}))
    record = SecretRecord.objects.get()
    old = (timezone.now() - details.OLD - timedelta(hours=1)).isoformat()
    SecretRecord.objects.update(details={**record.details, "at": old})
    read(begun(live_place.connections))
    record.refresh_from_db()
    assert record.details["policy"] == {"Statement": []}


def test_a_right_that_is_missing_is_not_asked_for_again_and_again(
    live_place: Place, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(details, "SOME", 5)
    aws.seed(12)
    aws.faults.add("GetResourcePolicy", "denied")
    part = read(begun(live_place.connections))
    assert part.state == Part.State.DONE
    found = calls(aws)
    assert (found["GetResourcePolicy"], found["ListSecretVersionIds"]) == (5, 12)
    assert {record.details["errors"]["policy"] for record in SecretRecord.objects.all()} == {"denied"}
    assert [gap.reason for gap in estate.build(part.audit).gaps if gap.what == "details"] == ["denied"]
    aws.faults.clear()
    read(begun(live_place.connections))
    assert not any("errors" in record.details for record in SecretRecord.objects.all())


def test_what_keeps_every_detail_from_being_read_makes_the_part_incomplete(
    live_place: Place, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    aws.seed(1)
    aws.faults.add("ListSecretVersionIds", "throttle")
    part = read(begun(live_place.connections))
    assert (part.state, part.error) == (Part.State.PARTIAL, "throttled")
    assert "limiting" in part.problem


def test_a_prefix_that_cannot_be_listed_fails_with_its_reason(live_place: Place, aws: Aws) -> None:
    aws.seed(2)
    aws.faults.add("ListSecrets", "denied")
    part = read(begun(live_place.connections))
    assert (part.state, part.error) == (Part.State.FAILED, "denied")
    gaps = {gap.subject: gap.reason for gap in estate.build(part.audit).gaps if gap.what == "listing"}
    assert gaps["prefix:data-dev/eu-west-1/airflow/connections"] == "denied"


def test_a_part_is_read_once_though_its_task_is_delivered_twice(live_place: Place, aws: Aws) -> None:
    aws.seed(1)
    part = begun(live_place.connections)
    read(part)
    calls(aws)
    read(part)
    assert calls(aws) == {}
    part.refresh_from_db()
    assert part.attempts == 1


def test_a_refresh_that_waits_in_the_queue_is_taken_over(live_place: Place, aws: Aws) -> None:
    aws.seed(1)
    refresh = sync.queue(live_place.connections)
    assert read(begun(live_place.connections)).state == Part.State.DONE
    refresh.refresh_from_db()
    assert (refresh.state, refresh.trigger) == (Refresh.State.DONE, "manual")


def test_a_refresh_that_runs_is_waited_for_and_counts(
    live_place: Place, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.seed(1)
    running_one = Refresh.objects.create(prefix=live_place.connections, state="running", beat_at=timezone.now())

    def ends(now: Any) -> int:
        return Refresh.objects.filter(pk=running_one.pk).update(state=Refresh.State.DONE, finished_at=now)

    monkeypatch.setattr(sync, "sweep", ends)
    part = read(begun(live_place.connections))
    assert part.state == Part.State.DONE
    assert calls(aws) == {}
    assert Refresh.objects.count() == 1


def test_a_refresh_whose_worker_is_gone_is_made_up_for(live_place: Place, aws: Aws) -> None:
    aws.seed(1)
    long_ago = timezone.now() - timedelta(minutes=10)
    dead = Refresh.objects.create(prefix=live_place.connections, state="running", beat_at=long_ago)
    part = read(begun(live_place.connections))
    dead.refresh_from_db()
    assert (dead.state, part.state) == (Refresh.State.FAILED, Part.State.DONE)
    assert SecretRecord.objects.get().form == "uri"


def test_a_date_of_use_that_only_our_reading_explains_is_none(live_place: Place, aws: Aws) -> None:
    """The service notes the day on which a value was read, whoever read it."""
    [name] = aws.seed(1)
    before = timezone.now() - timedelta(days=200)
    SecretRecord.objects.create(
        prefix=live_place.connections, name=name, key="c00000", used_at=before, accessed_at=before
    )
    read(begun(live_place.connections))
    read(begun(live_place.connections))
    record = SecretRecord.objects.get()
    assert record.accessed_at is not None
    assert record.accessed_at.date() == timezone.now().date()
    assert record.used_at == before
    # Read by us some days ago, and by somebody since.
    SecretRecord.objects.update(value_read_at=timezone.now() - timedelta(days=3), listing="")
    read(begun(live_place.connections))
    record.refresh_from_db()
    assert record.used_at == record.accessed_at


def test_tags_do_not_make_a_value_younger(live_place: Place, aws: Aws) -> None:
    [name] = aws.seed(1)
    read(begun(live_place.connections))
    made = SecretRecord.objects.get().made_at
    aws.client().tag_resource(SecretId=name, Tags=[{"Key": "owner", "Value": "crm"}])
    part = read(begun(live_place.connections))
    [secret] = [each for each in estate.build(part.audit).secrets if each.name == name]
    assert secret.made_at == made is not None


def test_an_audit_that_is_stopped_ends_at_the_next_page(
    live_place: Place, aws: Aws, root: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.seed(12)
    part = begun(live_place.connections)
    monkeypatch.setattr(details, "SOME", 5)
    write = details._write

    def stop(*given: Any) -> None:
        write(*given)
        cancelling.cancel(Person(root), Audit.objects.get(pk=part.audit_id))

    monkeypatch.setattr(details, "_write", stop)
    read(part)
    assert calls(aws)["DescribeSecret"] == 5
    assert (part.state, part.error) == (Part.State.FAILED, "stopped")
    assert part.audit.state == Audit.State.CANCELLED
    assert not part.is_open


def test_a_stop_ends_the_refresh_that_the_audit_had_begun(
    live_place: Place, aws: Aws, root: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.seed(2)
    part = begun(live_place.connections)
    takes = sync.refreshing.allowance.take

    def stop(prefix: Prefix, verb: Any, number: int = 1) -> None:
        if verb == "read":
            cancelling.cancel(Person(root), Audit.objects.get(pk=part.audit_id))
        takes(prefix, verb, number)

    monkeypatch.setattr(sync.refreshing.allowance, "take", stop)
    read(part)
    refresh = Refresh.objects.get()
    assert (refresh.state, refresh.error) == (Refresh.State.FAILED, "stopped")
    assert not SecretRecord.objects.exclude(form="").exists()
    assert (part.state, part.error) == (Part.State.FAILED, "stopped")


def test_a_stop_leaves_the_refresh_that_another_audit_waits_for(
    live_place: Place, aws: Aws, root: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.seed(2)
    part, other = begun(live_place.connections), begun(live_place.connections)
    assert running.claim(other)
    takes = sync.refreshing.allowance.take

    def stop(prefix: Prefix, verb: Any, number: int = 1) -> None:
        if verb == "read":
            cancelling.cancel(Person(root), Audit.objects.get(pk=part.audit_id))
        takes(prefix, verb, number)

    monkeypatch.setattr(sync.refreshing.allowance, "take", stop)
    read(part)
    assert Refresh.objects.get().state == Refresh.State.DONE
    assert SecretRecord.objects.exclude(form="").count() == 2
    assert (part.state, part.error) == (Part.State.FAILED, "stopped")


def test_a_deployment_is_read_by_its_check(place: Place) -> None:
    deployment = Deployment.objects.create(name="halden-prod", api=Deployment.Api.NONE)
    audit = starting.create(JOB, deployments=[deployment], trigger=Audit.Trigger.COMMAND)
    part = read(audit.parts.get())
    assert part.state == Part.State.DONE
    assert Check.objects.get().trigger == "audit"


def test_a_deployment_that_cannot_be_asked_fails_with_its_reason(place: Place) -> None:
    deployment = Deployment.objects.create(name="halden-prod", api=Deployment.Api.MWAA)
    audit = starting.create(JOB, deployments=[deployment], trigger=Audit.Trigger.COMMAND)
    part = read(audit.parts.get())
    assert (part.state, part.error) == (Part.State.FAILED, "no-credential")


def test_a_check_that_runs_is_waited_for(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    deployment = Deployment.objects.create(name="halden-prod", api=Deployment.Api.NONE)
    Check.objects.create(deployment=deployment, state="running", beat_at=timezone.now())

    def ends(now: Any) -> int:
        return Check.objects.update(state=Check.State.PARTIAL, problem="Some rows.", error="broken-off", rows=7)

    monkeypatch.setattr(checks, "sweep", ends)
    audit = starting.create(JOB, deployments=[deployment], trigger=Audit.Trigger.COMMAND)
    part = read(audit.parts.get())
    assert (part.state, part.error, part.done) == (Part.State.PARTIAL, "broken-off", 7)
    assert Check.objects.count() == 1


def test_an_error_of_our_own_ends_the_part_and_the_audit_goes_on(
    live_place: Place, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr(details, "wanted", breaks)
    part = read(begun(live_place.connections))
    assert (part.state, part.error) == (Part.State.FAILED, "failed")
    assert part.audit.state == Audit.State.JUDGING


def test_a_worker_that_was_taken_for_dead_writes_nothing_more(live_place: Place, aws: Aws) -> None:
    part = begun(live_place.connections)
    assert running.claim(part)
    later = Part.objects.get(pk=part.pk)
    Part.objects.update(state=Part.State.QUEUED)
    assert running.claim(later)
    with pytest.raises(running.Lost):
        running.tell(part, total=1, done=1)
    with pytest.raises(running.Lost):
        running.finish(part, Part.State.DONE)
    running.finish(later, Part.State.DONE, calls=3)
    assert Audit.objects.get().calls == 3
