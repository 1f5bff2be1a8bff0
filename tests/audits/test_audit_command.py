from __future__ import annotations

import io
import json
from typing import Any
from xml.etree import ElementTree

import pytest
from celery import Celery
from django.core.management import CommandError, call_command
from django.utils import timezone

from secretsui.access.door import Job
from secretsui.audits import starting
from secretsui.audits.management.commands import audit
from secretsui.audits.models import Audit, StoredFinding
from secretsui.inventory.models import Refresh
from tests.aws import Aws
from tests.conftest import Place
from tests.inventory.deployments.halden import deployment

pytestmark = [pytest.mark.django_db, pytest.mark.database]
BROKEN = "postgres://reader:p@db.example:port/crm"


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever speaks with a broker finds none."""

    def refuses(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Celery, "send_task", refuses)


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("audit", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_what_is_broken_is_printed_and_ends_with_1(live_place: Place, aws: Aws) -> None:
    aws.create("airflow/connections/crm", BROKEN)
    code, out, err = run("--prefix", "airflow/connections")
    assert code == 1
    assert "R-29  data-dev/eu-west-1/airflow/connections/crm" in out
    assert BROKEN not in out + err
    assert "data-dev eu-west-1 airflow/connections: done." in err
    assert Audit.objects.get().trigger == "command"


def test_nothing_found_and_everything_checked_ends_with_0(live_place: Place, aws: Aws) -> None:
    code, out, _ = run("--fail-on", "critical")
    assert (code, Audit.objects.get().state) == (0, Audit.State.DONE), out


@pytest.mark.parametrize(
    ("severities", "fail_on", "state", "code"),
    [
        (["medium"], "high", "done", 0),
        (["medium"], "medium", "done", 1),
        (["low", "critical"], "high", "done", 1),
        ([], "info", "partial", 2),
        (["low"], "high", "failed", 2),
        (["high"], "high", "partial", 1),
    ],
)
def test_only_what_is_as_bad_as_asked_counts_and_before_what_was_not_checked(
    severities: list[str], fail_on: str, state: str, code: int
) -> None:
    assert audit.exit_code(Audit(state=state), severities, fail_on) == code


def test_what_somebody_accepted_does_not_count(live_place: Place, aws: Aws) -> None:
    aws.create("airflow/connections/crm", BROKEN)
    run("--prefix", "airflow/connections")
    StoredFinding.objects.update(accepted_until=timezone.localdate(), accepted_reason="Known.", accepted_by="root")
    code, out, _ = run("--prefix", "airflow/connections")
    assert (code, "R-29" in out) == (0, False)


def test_what_could_not_be_checked_ends_with_2(live_place: Place, aws: Aws) -> None:
    aws.faults.add("ListSecrets", "denied")
    code, out, _ = run("--prefix", "airflow/connections", "--fail-on", "critical")
    assert code == 2
    assert "airflow/connections" in out


def test_without_a_refresh_nothing_is_asked(live_place: Place, aws: Aws) -> None:
    aws.create("airflow/connections/crm", BROKEN)
    run("--prefix", "airflow/connections")
    aws.calls.clear()
    code, out, _ = run("--no-refresh", "--prefix", "data-dev/eu-west-1/airflow/connections")
    assert (code, "R-29" in out) == (1, True)
    assert len(aws.calls) == 0
    assert Refresh.objects.count() == 1


def test_a_deployment_is_audited_with_what_it_looks_up(live_place: Place, aws: Aws) -> None:
    deployment(live_place.connections, api="none")
    run("--deployment", "halden-prod", "--no-refresh")
    assert Audit.objects.get().parts.count() == 4


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--deployment", "nobody"), "There is no deployment nobody."),
        (("--prefix", "nowhere"), "There is no prefix nowhere."),
    ],
)
def test_what_does_not_exist_is_named(place: Place, arguments: tuple[str, str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as refusal:
        run(*arguments)
    assert refusal.value.returncode == 2
    assert not Audit.objects.exists()


def test_nothing_to_audit_is_no_clean_audit(db: None) -> None:
    with pytest.raises(CommandError, match="no prefix and no deployment") as refusal:
        run()
    assert refusal.value.returncode == 2


def test_a_deployment_that_is_being_audited_is_left_to_that_audit(place: Place) -> None:
    starting.create(Job("test"), deployments=[deployment(place.connections)], trigger=Audit.Trigger.MANUAL)
    with pytest.raises(CommandError, match="has not ended") as refusal:
        run("--deployment", "halden-prod")
    assert refusal.value.returncode == 2


def test_who_interrupts_it_leaves_no_audit_behind(live_place: Place, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("secretsui.audits.ending.judge", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run("--no-refresh")
    assert Audit.objects.get().state == Audit.State.CANCELLED


@pytest.mark.parametrize("form", ["json", "sarif", "junit"])
def test_pipelines_get_it_in_a_form_of_theirs(live_place: Place, aws: Aws, form: str) -> None:
    aws.create("airflow/connections/crm", BROKEN)
    code, out, _ = run("--prefix", "airflow/connections", "--format", form)
    assert code == 1
    assert "R-29" in out
    assert BROKEN not in out
    if form == "junit":
        assert ElementTree.fromstring(out).tag == "testsuites"
    else:
        assert json.loads(out)
