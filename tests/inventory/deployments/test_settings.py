from __future__ import annotations

import pytest

from secretsui.airflow import env_mwaa
from secretsui.core.backends.secrets_manager import SecretsManager
from secretsui.core.backends.source import Backend, CannotTell
from secretsui.inventory.deployments import settings
from secretsui.inventory.models import Deployment
from tests.inventory.deployments import halden

pytestmark = pytest.mark.django_db


def made(**given: object) -> Deployment:
    return Deployment.objects.create(name="halden-prod", **{"api": "none", **given})


@pytest.mark.parametrize(("api", "newest"), [("v1", "2.11"), ("v2", "3.3"), ("mwaa", "3.3"), ("none", "3.3")])
def test_without_a_version_the_newest_that_the_api_has_is_resolved(api: str, newest: str) -> None:
    deployment = made(api=api)

    assert settings.settings_of(deployment).airflow == newest
    assert not settings.is_version_known(deployment)


def test_what_a_check_found_counts_for_more_than_what_was_given() -> None:
    deployment = made(
        airflow_version="2.10",
        providers={"apache-airflow-providers-amazon": "9.0"},
        detected={"airflow": "3.1.8", "providers": {"apache-airflow-providers-amazon": "9.30"}, "multi_team": True},
    )
    found = settings.settings_of(deployment)

    assert (found.airflow, found.providers, found.multi_team) == (
        "3.1.8",
        {"apache-airflow-providers-amazon": "9.30"},
        True,
    )
    assert settings.is_version_known(deployment)


def test_airflow_2_has_one_chain_and_airflow_3_two() -> None:
    assert settings.processes(made(airflow_version="2.11.2")) == ("server",)
    assert settings.processes(Deployment(name="other", airflow_version="3.0.6", api="v2")) == ("server", "task")


def test_a_given_backend_counts_for_more_than_one_that_the_environment_sets() -> None:
    deployment = made(backend_class=halden.SECRETS_MANAGER, backend_kwargs={"connections_prefix": "given"})
    halden.source(deployment, settings={"AIRFLOW__SECRETS__BACKEND": "example.Other"})

    backend = settings.settings_of(deployment).backend

    assert backend is not None
    assert (backend.class_path, backend.kwargs) == (halden.SECRETS_MANAGER, {"connections_prefix": "given"})


def test_a_backend_of_workers_comes_from_the_environment_that_workers_read() -> None:
    deployment = made(airflow_version="3.3.2")
    halden.source(deployment, process="server", settings={"AIRFLOW__SECRETS__BACKEND": halden.SECRETS_MANAGER})
    halden.source(
        deployment,
        process="worker",
        settings={
            "AIRFLOW__WORKERS__SECRETS_BACKEND": halden.SHARED,
            "AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS": '{"shared_account": "444455556666"}',
            "AWS_REGION": "us-east-2",
        },
    )

    found = settings.settings_of(deployment)

    assert found.backend is not None
    assert found.backend.class_path == halden.SECRETS_MANAGER
    assert found.worker_backend is not None
    assert found.worker_backend.kwargs == {"shared_account": "444455556666"}
    assert found.worker_environ["AWS_REGION"] == "us-east-2"
    assert "AWS_REGION" not in found.environ


def test_a_backend_in_the_environment_of_workers_alone_is_theirs_and_not_the_servers() -> None:
    deployment = made(airflow_version="3.3.2")
    halden.source(deployment, process="worker", settings={"AIRFLOW__SECRETS__BACKEND": halden.SECRETS_MANAGER})
    found = settings.settings_of(deployment)

    assert found.backend is None
    assert found.worker_backend is not None
    assert found.worker_backend.class_path == halden.SECRETS_MANAGER


BACKEND = "AIRFLOW__SECRETS__BACKEND"
KWARGS = "AIRFLOW__SECRETS__BACKEND_KWARGS"


@pytest.mark.parametrize("last", ["mwaa", "script"])
def test_options_of_mwaa_count_for_more_than_its_script_and_that_for_more_than_its_defaults(last: str) -> None:
    deployment = made(airflow_version="2.11.2")
    said = {
        "mwaa": {BACKEND: halden.SECRETS_MANAGER, KWARGS: env_mwaa.DEFAULT_KWARGS, "AWS_REGION": "eu-west-1"},
        "script": {BACKEND: "example.Other", KWARGS: '{"sep": "-"}'},
    }
    for form in sorted(said, key=lambda each: each == last):
        halden.source(deployment, form=form, process="any" if form == "mwaa" else "server", settings=said[form])
    found = settings.settings_of(deployment)

    assert found.backend == Backend(halden.SECRETS_MANAGER, {"sep": "-"})
    assert found.environ["AWS_REGION"] == "eu-west-1"


def test_a_report_counts_most_for_backends() -> None:
    deployment = made(airflow_version="3.3.2")
    halden.source(deployment, form="reporter", process="server", settings={BACKEND: halden.SHARED})
    told = {BACKEND: halden.SECRETS_MANAGER, KWARGS: '{"sep": "-"}', "AWS_REGION": "eu-west-1"}
    unknown = ["AIRFLOW__SECRETS__BACKEND_KWARGS_CMD"]
    halden.source(deployment, settings={**told, "AIRFLOW__CORE__MULTI_TEAM": "True"}, unknown=unknown)
    setup = settings.setup_of(deployment)

    assert setup.settings.backend == Backend(halden.SHARED, {})
    assert (setup.settings.environ["AWS_REGION"], setup.settings.multi_team) == ("eu-west-1", False)
    assert "backend" not in setup.untold


def test_a_report_that_never_came_says_nothing() -> None:
    deployment = made(airflow_version="2.11.2")
    halden.source(deployment, form="reporter", as_of=None)
    halden.source(deployment, settings={BACKEND: halden.SECRETS_MANAGER})

    assert settings.settings_of(deployment).backend == Backend(halden.SECRETS_MANAGER, {})


def test_of_a_backend_that_only_airflow_tells_nothing_is_known_but_its_class() -> None:
    deployment = made(airflow_version="3.3.2", detected={"backend": halden.SECRETS_MANAGER})

    layers = settings.setup_of(deployment).chain("task").layers

    unsure = {each.id for each in layers if each.source == CannotTell("no-kwargs")}
    assert unsure == {"worker-backend", "backend"}
    assert {each.class_name for each in layers if each.id in unsure} == {"SecretsManagerBackend"}


def test_an_opened_setup_has_no_bars_and_keeps_everything_else() -> None:
    kwargs = {"connections_lookup_pattern": "^sql", "variables_prefix": None, "sep": "-"}
    deployment = made(airflow_version="2.11.2", backend_class=halden.SECRETS_MANAGER, backend_kwargs=kwargs)

    source = settings.setup_of(deployment).opened().chain("server").layers[0].source

    assert isinstance(source, SecretsManager)
    assert (source.prefixes["variable"], source.sep) == ("airflow/variables", "-")
    assert isinstance(source.plan("connection", "http", ""), tuple)
