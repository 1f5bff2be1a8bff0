"""Checks of both real Airflows, from the door to the cell of the matrix: what could not be read is never absent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from secretsui.access.deployment_door import open_deployment
from secretsui.access.door import Job
from secretsui.inventory.deployments.explained import Explained
from secretsui.inventory.deployments.resolving import resolve_one
from secretsui.inventory.models import Check, Deployment, LayerEntry, LayerState
from tests.airflow_live.between import between
from tests.airflow_live.servers import Server

pytestmark = pytest.mark.airflow_live

MANY = 320
CREDENTIAL = "SECRETSUI_CREDENTIAL_LIVE"
HIDDEN_CONNECTION = "many_000"


@pytest.fixture(params=["v1", "v2"])
def api(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(api: str, request: pytest.FixtureRequest) -> Iterator[Server]:
    found: Server = request.getfixturevalue("airflow2" if api == "v1" else "airflow3")
    rows = [{"conn_id": f"many_{n:03}", "conn_type": "http", "host": "h", "password": "p"} for n in range(MANY)]
    found.write("DELETE FROM connection WHERE conn_id LIKE 'many_%'")
    found.write("DELETE FROM variable WHERE key LIKE 'many_%'")
    found.insert("connection", [{"is_extra_encrypted": 0, **row} for row in rows])
    found.insert("variable", [{"key": f"many_{n:03}", "val": f"value {n}"} for n in range(MANY)])
    yield found
    found.write("DELETE FROM connection WHERE conn_id LIKE 'many_%'")
    found.write("DELETE FROM variable WHERE key LIKE 'many_%'")


@pytest.fixture
def deployment(db: None, api: str, server: Server, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    sign_in(monkeypatch, "admin:admin")
    return Deployment.objects.create(name="live", api=api, api_url=server.url, credential=f"env:{CREDENTIAL}")


def sign_in(monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    monkeypatch.setenv(CREDENTIAL, content)


def check(deployment: Deployment, url: str = "") -> Check:
    if url:
        Deployment.objects.filter(pk=deployment.pk).update(api_url=url)
    run = Check.objects.create(deployment=deployment)
    return open_deployment(Job("checks"), Deployment.objects.get(pk=deployment.pk)).collect(run)


def explain(deployment: Deployment, key: str) -> Explained:
    return resolve_one(Deployment.objects.get(pk=deployment.pk), "server", "connection", key)


def test_every_row_is_read_and_one_that_is_not_there_is_absent(deployment: Deployment, api: str) -> None:
    assert check(deployment).state == "done"
    for kind in ("connection", "variable"):
        names = LayerEntry.objects.filter(kind=kind, name__startswith="many_").values_list("name", flat=True)
        assert sorted(names) == [f"many_{n:03}" for n in range(MANY)]
        assert not LayerState.objects.get(kind=kind).problem
    deployment.refresh_from_db()
    assert deployment.airflow.startswith("2.11" if api == "v1" else "3.3")
    assert explain(deployment, HIDDEN_CONNECTION).winner == "metastore"
    assert explain(deployment, "no_such_thing").cells["metastore"]["state"] == "absent"


@pytest.mark.parametrize("who", ["viewer:viewer", "admin:wrong"])
def test_who_may_not_read_finds_out_nothing_and_says_why(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    sign_in(monkeypatch, who)
    run = check(deployment)

    assert run.state in ("partial", "failed")
    state = LayerState.objects.get(kind="connection")
    assert state.problem
    assert state.remedy
    assert (state.as_of, LayerEntry.objects.filter(kind="connection").count()) == (None, 0)
    for key in (HIDDEN_CONNECTION, "no_such_thing"):
        found = explain(deployment, key)
        assert found.cells["metastore"]["state"] == "failed"
        assert not found.is_certain or not found.winner
        assert found.conflict == "not-checked"


def test_a_server_that_dies_while_paging_leaves_what_was_known_as_old_as_it_is(
    deployment: Deployment, server: Server
) -> None:
    check(deployment)
    before = LayerState.objects.get(kind="connection").as_of
    calls = Check.objects.latest("pk").calls
    with between(server.url, calls // 2) as dying:
        run = check(deployment, dying)

    assert run.state in ("partial", "failed")
    assert LayerEntry.objects.filter(kind="connection", name__startswith="many_").count() == MANY
    failed = [each for each in LayerState.objects.filter(layer="metastore") if each.problem]
    assert failed
    assert all(each.error in ("broken-off", "unreachable") for each in failed)
    assert LayerState.objects.get(kind="connection").as_of >= before
