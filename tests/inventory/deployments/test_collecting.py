"""Checks of a deployment against a server that answers as Airflow 3 does, and as badly as it may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from secretsui.access.deployment_door import open_deployment
from secretsui.access.door import Job
from secretsui.access.models import AccessEvent
from secretsui.core import prints
from secretsui.core.connection import Connection
from secretsui.inventory.deployments import checks, collecting, entries
from secretsui.inventory.models import Check, Deployment, Kind, LayerEntry, LayerState
from secretsui.inventory.sync.values import key
from tests.airflow.answering import Cut, Reply, Server
from tests.airflow_double import BACKEND, PASSWORD, Airflow, connection, running, variable

pytestmark = pytest.mark.database

CREDENTIAL = "SECRETSUI_CREDENTIAL_HALDEN"


@pytest.fixture
def airflow() -> Airflow:
    return Airflow(
        [connection("warehouse"), connection("crm", conn_type="http", password=None)],
        [variable("limits", '{"rows": 10}'), variable("fernet", None)],
        {"core": {"test_connection": "Enabled", "multi_team": "False"}, "secrets": {"backend": BACKEND}},
    )


@pytest.fixture
def server(airflow: Airflow) -> Iterator[Server]:
    with running(airflow) as found:
        yield found


@pytest.fixture
def deployment(db: None, server: Server, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    monkeypatch.setenv(CREDENTIAL, f"admin:{PASSWORD}")
    return Deployment.objects.create(
        name="halden-prod", api=Deployment.Api.V2, api_url=server.url, credential=f"env:{CREDENTIAL}"
    )


def check(deployment: Deployment) -> Check:
    found = Check.objects.create(deployment=deployment)
    return open_deployment(Job("checks"), Deployment.objects.get(pk=deployment.pk)).collect(found)


def entry(name: str) -> LayerEntry:
    return LayerEntry.objects.get(name=name)


def state(kind: str) -> LayerState:
    return LayerState.objects.get(kind=kind)


def test_a_check_finds_versions_rows_and_what_airflow_says_of_itself(deployment: Deployment, server: Server) -> None:
    run = check(deployment)
    assert (run.state, run.rows, run.problem, run.error) == ("done", 4, "", "")
    assert run.calls == len(server.calls)
    deployment.refresh_from_db()
    found = deployment.detected
    assert (found["airflow"], found["providers"]) == ("3.3.2", {"apache-airflow-providers-amazon": "9.39.0"})
    assert (found["backend"], found["test_connection"], found["multi_team"]) == (BACKEND, "Enabled", False)
    assert deployment.airflow == "3.3.2"
    rows = LayerEntry.objects.values_list("layer", "kind", "name", "conn_type")
    assert sorted(rows) == [
        ("metastore", "connection", "crm", "http"),
        ("metastore", "connection", "warehouse", "postgres"),
        ("metastore", "variable", "fernet", ""),
        ("metastore", "variable", "limits", ""),
    ]
    for kind in (Kind.CONNECTION, Kind.VARIABLE):
        assert (state(kind).count, state(kind).problem) == (2, "")
        assert state(kind).as_of is not None


def test_what_is_masked_has_no_fingerprint_and_what_is_shown_has_a_keyed_one(deployment: Deployment) -> None:
    check(deployment)
    warehouse = entry("warehouse")
    assert warehouse.fingerprints["password"] == prints.HIDDEN
    assert len(warehouse.fingerprints["host"]) == prints.LENGTH
    assert warehouse.fingerprints["host"] == entry("crm").fingerprints["host"]
    assert warehouse.fingerprint_key == key().id
    assert "password" not in entry("crm").fingerprints
    assert (entry("fernet").fingerprints, entry("fernet").use) == ({"text": prints.HIDDEN}, {"*": "unknown"})
    assert warehouse.endpoint == "db.example"


def test_no_value_is_written_anywhere(deployment: Deployment, airflow: Airflow) -> None:
    airflow.variables = [variable("token", "canary-value-91")]
    airflow.connections = [connection("crm", extra='{"key": "canary-value-92"}', description="canary-value-93")]
    check(deployment)
    for table in (LayerEntry, LayerState, Deployment, Check, AccessEvent):
        assert "canary" not in repr(list(table.objects.values_list()))


def test_rows_that_are_gone_and_rows_that_changed(deployment: Deployment, airflow: Airflow) -> None:
    check(deployment)
    before = {each.name: each.pk for each in LayerEntry.objects.all()}
    airflow.connections = [connection("warehouse", host="other.example"), connection("new")]
    check(deployment)
    after = {each.name: each.pk for each in LayerEntry.objects.all()}
    assert set(after) == {"warehouse", "new", "limits", "fernet"}
    assert after["limits"] == before["limits"]
    assert entry("warehouse").endpoint == "other.example"
    assert state("connection").count == 2


def test_a_reading_that_breaks_off_keeps_what_was_read_before(deployment: Deployment, airflow: Airflow) -> None:
    check(deployment)
    first = state("connection").as_of
    airflow.connections = [connection(f"row {number}") for number in range(250)]
    airflow.instead, airflow.after = {"/connections": Cut}, 1
    run = check(deployment)
    assert (run.state, run.error) == ("partial", "broken-off")
    assert set(LayerEntry.objects.filter(kind="connection").values_list("name", flat=True)) == {"warehouse", "crm"}
    told = state("connection")
    assert (told.as_of, told.error, told.count) == (first, "broken-off", 2)
    assert told.problem
    assert told.remedy
    assert told.tried_at is not None
    assert told.tried_at > first
    assert state("variable").problem == ""


def test_who_may_not_list_connections_may_yet_list_variables(deployment: Deployment, airflow: Airflow) -> None:
    airflow.instead = {"/connections": Reply(403, {"detail": "Forbidden"})}
    run = check(deployment)
    assert (run.state, run.error) == ("partial", "forbidden")
    assert (state("connection").as_of, state("connection").error) == (None, "forbidden")
    assert state("variable").count == 2
    assert not LayerEntry.objects.filter(kind="connection").exists()


@pytest.mark.parametrize(
    ("setting", "value", "kind"),
    [
        ("env", "admin:wrong", "bad-credentials"),
        ("credential", "env:SECRETSUI_CREDENTIAL_ABSENT", "no-credential"),
        ("api_url", "http://127.0.0.1:9", "unreachable"),
    ],
)
def test_what_concerns_every_call_ends_the_check(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, kind: str
) -> None:
    if setting == "env":
        monkeypatch.setenv(CREDENTIAL, value)
    else:
        Deployment.objects.filter(pk=deployment.pk).update(**{setting: value})
    run = check(deployment)
    assert (run.state, run.error) == ("failed", kind)
    assert {each.error for each in LayerState.objects.all()} == {kind}
    assert not LayerEntry.objects.exists()
    last = AccessEvent.objects.order_by("pk").last()
    assert last is not None
    assert (last.actor, last.action, last.outcome, last.detail, last.deployment) == (
        *("checks", "check", "failed", kind),
        "halden-prod",
    )


def test_a_hidden_configuration_is_no_failure(deployment: Deployment, airflow: Airflow) -> None:
    airflow.instead = {"/config": Reply(403, {"detail": "Your administrator chose not to expose the configuration"})}
    run = check(deployment)
    assert run.state == "done"
    deployment.refresh_from_db()
    assert deployment.detected["config"] == "config-hidden"
    assert "backend" not in deployment.detected
    assert deployment.detected["providers"]


def test_a_backend_that_was_told_stays_known_when_the_configuration_is_hidden(
    deployment: Deployment, airflow: Airflow
) -> None:
    check(deployment)
    airflow.instead = {"/config": Reply(403, {"detail": "Your administrator chose not to expose the configuration"})}
    check(deployment)
    deployment.refresh_from_db()
    assert deployment.detected["backend"] == BACKEND
    assert (deployment.detected["config"], deployment.detected["test_connection"]) == ("config-hidden", "")


def test_what_airflow_does_not_tell_this_time_stays_known(deployment: Deployment, airflow: Airflow) -> None:
    check(deployment)
    airflow.version, airflow.instead = "3.3.3", {"/providers": Reply(403, {"detail": "Forbidden"})}
    assert check(deployment).state == "partial"
    deployment.refresh_from_db()
    assert (deployment.airflow, bool(deployment.detected["providers"])) == ("3.3.3", True)


def test_a_check_asks_for_lists_alone(deployment: Deployment, airflow: Airflow, server: Server) -> None:
    airflow.connections = [connection(f"row {number}") for number in range(950)]
    run = check(deployment)
    assert run.rows == 952
    paths = [call.path for call in server.calls]
    assert paths.count("/api/v2/connections") == 10
    assert not [path for path in paths if path.startswith("/api/v2/connections/")]


def test_one_row_that_we_fail_on_does_not_hide_the_others(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = entries.endpoint_of

    def fail(text: str, conn: Connection) -> str:
        if conn.conn_type == "http":
            raise RuntimeError
        return whole(text, conn)

    monkeypatch.setattr(entries, "endpoint_of", fail)
    assert check(deployment).state == "done"
    assert (entry("crm").use, entry("crm").fingerprints) == ({"*": "unknown"}, {prints.UNTOLD: prints.HIDDEN})
    assert entry("warehouse").use == {"*": "usable"}


def test_a_check_that_was_closed_meanwhile_writes_nothing(deployment: Deployment) -> None:
    found = Check.objects.create(deployment=deployment)

    class Closing(collecting.Reader):
        calls = 0

        def api(self) -> Any:
            checks.close(found, Check.State.FAILED, checks.STOPPED)
            return open_deployment(Job("checks"), deployment)._asked.api()

    collecting.run(found, Closing())
    found.refresh_from_db()
    assert (found.state, found.problem) == ("failed", checks.STOPPED.problem)
    assert not LayerEntry.objects.exists()
    deployment.refresh_from_db()
    assert deployment.detected == {}


def test_a_deployment_that_is_removed_meanwhile_ends_its_check(deployment: Deployment) -> None:
    found = Check.objects.create(deployment=deployment)

    class Removing(collecting.Reader):
        calls = 0

        def api(self) -> Any:
            Deployment.objects.all().delete()
            return open_deployment(Job("checks"), deployment)._asked.api()

    collecting.run(found, Removing())
    assert not Check.objects.exists()
    assert not LayerEntry.objects.exists()


def test_a_check_that_fails_on_an_error_of_its_own_says_so(deployment: Deployment) -> None:
    found = Check.objects.create(deployment=deployment)

    class Broken(collecting.Reader):
        calls = 0

        def api(self) -> Any:
            raise LookupError

    with pytest.raises(LookupError):
        collecting.run(found, Broken())
    found.refresh_from_db()
    assert (found.state, found.problem) == ("failed", collecting.CRASHED.problem)


def test_a_check_that_is_delivered_twice_runs_once(deployment: Deployment, server: Server) -> None:
    found = check(deployment)
    calls = len(server.calls)
    open_deployment(Job("checks"), deployment).collect(found)
    assert len(server.calls) == calls


def test_exported_files_are_not_asked(deployment: Deployment, server: Server) -> None:
    Deployment.objects.filter(pk=deployment.pk).update(api=Deployment.Api.EXPORTED)
    assert check(deployment).state == "done"
    assert server.calls == []
    assert not LayerState.objects.exists()


def test_ten_thousand_rows_are_written_once_and_then_only_what_changed(
    deployment: Deployment, airflow: Airflow, django_assert_max_num_queries: Any
) -> None:
    airflow.connections = [connection(f"row {number}") for number in range(3000)]
    check(deployment)
    airflow.connections[7] = connection("row 7", host="other.example")
    with django_assert_max_num_queries(90):  # one for each page, which is a sign of life
        check(deployment)
    assert LayerEntry.objects.filter(endpoint="other.example").count() == 1
    assert state("connection").as_of <= timezone.now()
