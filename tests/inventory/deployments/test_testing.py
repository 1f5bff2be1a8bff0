from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from secretsui.access.deployment_door import open_deployment
from secretsui.access.door import Person
from secretsui.inventory.deployments.testing import TestLine
from secretsui.inventory.models import Deployment, EnvSource, LayerPlace, Prefix
from tests import mwaa_server
from tests.airflow.answering import Reply, Server
from tests.airflow_double import BACKEND, PASSWORD, Airflow, connection, running
from tests.conftest import REGION, Place

pytestmark = pytest.mark.database

CREDENTIAL = "SECRETSUI_CREDENTIAL_HALDEN"


@pytest.fixture
def airflow() -> Airflow:
    return Airflow([connection("crm")], [], {"secrets": {"backend": BACKEND}})


@pytest.fixture
def server(airflow: Airflow) -> Iterator[Server]:
    with running(airflow) as found:
        yield found


@pytest.fixture
def deployment(place: Place, server: Server, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    monkeypatch.setenv(CREDENTIAL, f"admin:{PASSWORD}")
    found = Deployment.objects.create(
        name="halden-prod",
        api=Deployment.Api.V2,
        api_url=server.url,
        credential=f"env:{CREDENTIAL}",
        airflow_version="3.3.2",
        providers={"apache-airflow-providers-amazon": "9.39.0"},
        backend_class=BACKEND,
    )
    LayerPlace.objects.create(deployment=found, layer="backend", account=place.account, region=REGION)
    Prefix.objects.update(complete=True, as_of=timezone.now())
    EnvSource.objects.create(deployment=found, form="env-file", as_of=timezone.now())
    return found


@pytest.fixture
def tested(deployment: Deployment, root: User) -> Any:
    def test(**changed: Any) -> Mapping[str, list[TestLine]]:
        Deployment.objects.filter(pk=deployment.pk).update(**changed)
        deployment.refresh_from_db()
        lines: dict[str, list[TestLine]] = {}
        for line in open_deployment(Person(root), deployment).test():
            lines.setdefault(line.part, []).append(line)
        return lines

    return test


def states(lines: Mapping[str, list[TestLine]]) -> dict[str, set[str]]:
    return {part: {line.state for line in found} for part, found in lines.items()}


def test_where_nothing_is_missing_each_part_is_fine(tested: Any) -> None:
    parts = ("address", "sign-in", "connections", "variables", "configuration", "version", "backend", "worker-backend")
    assert states(tested()) == {part: {"ok"} for part in (*parts, "backend/own", "worker-backend/own", "sources")}


def test_without_an_answer_nothing_else_is_asked(tested: Any) -> None:
    lines = tested(api_url="http://127.0.0.1:9")
    assert states(lines)["address"] == {"problem"}
    assert not lines.keys() & {"sign-in", "connections", "configuration"}
    assert lines["address"][0].remedy


def test_who_cannot_sign_in_reads_nothing(tested: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CREDENTIAL, "admin:wrong")
    lines = tested()
    assert (states(lines)["address"], states(lines)["sign-in"]) == ({"ok"}, {"problem"})
    assert "connections" not in lines


def test_a_hidden_configuration_and_a_missing_right_are_told_apart(tested: Any, airflow: Airflow) -> None:
    hidden = "Your administrator chose not to expose the configuration"
    airflow.instead = {"/config": Reply(403, {"detail": hidden}), "/variables": Reply(403, {"detail": "Forbidden"})}
    found = states(tested())
    assert (found["configuration"], found["variables"], found["connections"]) == ({"unknown"}, {"problem"}, {"ok"})


@pytest.mark.parametrize(
    ("class_path", "kwargs", "state"),
    [
        ("my.company.Backend", {}, "unknown"),
        ("airflow.providers.hashicorp.secrets.vault.VaultBackend", {"auth_type": "none"}, "problem"),
        ("airflow.providers.hashicorp.secrets.vault.VaultBackend", {"token": "••••••••"}, "ok"),
    ],
)
def test_the_backend_is_constructed(tested: Any, class_path: str, kwargs: Mapping[str, Any], state: str) -> None:
    found = states(tested(backend_class=class_path, backend_kwargs=kwargs))
    assert found["backend"] == {state}


def test_a_prefix_has_to_cover_what_is_looked_up_and_be_refreshed(tested: Any, place: Place) -> None:
    Prefix.objects.filter(pk=place.connections.pk).update(complete=False)
    assert states(tested())["backend/own"] == {"problem", "ok"}
    lines = tested(backend_kwargs={"connections_prefix": "elsewhere", "variables_prefix": None})
    assert [line.state for line in lines["backend/own"]] == ["problem"]
    assert "elsewhere/" in lines["backend/own"][0].sentence


def test_a_backend_without_an_account_cannot_be_compared(tested: Any, deployment: Deployment) -> None:
    LayerPlace.objects.all().delete()
    assert states(tested())["backend/own"] == {"problem"}


@pytest.mark.parametrize(
    "changed", [{"gaps": [{"reason": "env-file"}]}, {"as_of": None}, {"as_of": timezone.now() - timedelta(days=30)}]
)
def test_a_source_that_is_old_or_leaves_things_open_is_said(tested: Any, changed: Mapping[str, Any]) -> None:
    EnvSource.objects.update(**changed)
    assert states(tested())["sources"] == {"unknown"}


def test_without_a_source_the_environment_is_unknown_and_without_a_version_the_way_to_resolve(tested: Any) -> None:
    EnvSource.objects.all().delete()
    found = states(tested(airflow_version=""))
    assert (found["sources"], found["version"]) == ({"unknown"}, {"problem"})


def test_the_environment_of_mwaa_is_asked_for(tested: Any, place: Place, aws: Any) -> None:
    environment = {"Name": "halden", "AirflowVersion": "3.0.6", "Status": "AVAILABLE"}
    with mwaa_server.serving(environment, mwaa_server.Rows("3.0.6")) as mwaa:
        place.point_to(mwaa.url)
        given = {"api": "mwaa", "account": place.account, "region": REGION}
        assert states(tested(**given, mwaa_environment="halden"))["mwaa"] == {"ok"}
        assert states(tested(**given, mwaa_environment="other"))["mwaa"] == {"problem"}
