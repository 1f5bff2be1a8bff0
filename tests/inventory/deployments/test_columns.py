from __future__ import annotations

import json

from secretsui.inventory.deployments.columns import columns
from tests.conftest import Place
from tests.inventory.deployments import halden


def test_airflow_2_has_the_layers_of_one_chain(place: Place) -> None:
    found = columns(halden.deployment(place.connections), "server")

    assert [(each.number, each.id) for each in found] == [(1, "backend"), (2, "environment"), (3, "metastore")]
    assert [(each.account, each.region) for each in found] == [("data-dev", "eu-west-1"), ("", ""), ("", "")]


def test_a_task_of_airflow_3_asks_its_own_layers_before_those_of_the_server(place: Place) -> None:
    deployment = halden.deployment(place.connections, airflow_version="3.3.2")

    found = columns(deployment, "task")

    ids = ["worker-backend", "worker-environment", "backend", "environment", "metastore"]
    assert [each.id for each in found] == ids
    assert found[0].account == "data-dev", "workers look where the server's backend does"


def test_a_backend_of_workers_looks_only_where_it_is_told(place: Place) -> None:
    deployment = halden.deployment(
        place.connections, airflow_version="3.3.2", worker_backend_class=halden.SECRETS_MANAGER
    )

    assert columns(deployment, "task")[0].account == ""


def test_a_backend_that_the_environment_of_workers_leads_elsewhere_has_no_place_of_the_server(place: Place) -> None:
    deployment = halden.deployment(place.connections, airflow_version="3.3.2")
    source = halden.source(deployment, process="worker")
    for kwargs, account in (({"sep": "-"}, "data-dev"), ({"region_name": "us-east-2"}, "")):
        source.settings = {
            "AIRFLOW__WORKERS__SECRETS_BACKEND": halden.SECRETS_MANAGER,
            "AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS": json.dumps(kwargs),
        }
        source.save()
        found = {each.id: each.account for each in columns(deployment, "task")}
        assert (found["worker-backend"], found["backend"]) == (account, "data-dev")


def test_a_shared_account_is_a_column_of_its_own_behind_the_own_one(place: Place) -> None:
    deployment = halden.deployment(
        place.connections, backend_class=halden.SHARED, backend_kwargs={"shared_account": "444455556666"}
    )

    assert [each.id for each in columns(deployment, "server")][:2] == ["backend", "backend/shared"]


def test_a_shared_account_is_a_column_even_where_the_provider_refuses_the_call(place: Place) -> None:
    deployment = halden.deployment(
        place.connections,
        airflow_version="3.2.2",
        providers={"apache-airflow-providers-amazon": "9.10"},
        backend_class=halden.SHARED,
        backend_kwargs={"shared_account": "444455556666"},
    )

    assert [each.id for each in columns(deployment, "server")][:2] == ["backend", "backend/shared"]


def test_astro_has_its_environment_manager_before_the_environment(place: Place) -> None:
    deployment = halden.deployment(place.connections, platform="astro")

    ids = [each.id for each in columns(deployment, "server")]
    assert ids == ["backend", "environment-manager", "environment", "metastore"]
