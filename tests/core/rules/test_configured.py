"""What an environment or a deployment tells of its backends, field by field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from secretsui.core.backends.source import CannotTell, Never
from secretsui.core.rules.configured import Configured, of_deployment, of_environment, position
from tests.core.rules.estates import CLASSES, estate
from tests.core.rules.judged import AMAZON, SERVER, WORKER, set_up

OLD_FOR_TEAMS = {AMAZON: "9.18"}
BACKEND, GOOGLE = CLASSES["secrets-manager"], CLASSES["gcp"]


def of_one(environ: dict[str, str], airflow: str = "3.3", **versions: str) -> dict[str, Configured]:
    return {each.layer: each for each in of_environment(environ, airflow, versions)}


def of_a_deployment(**deployment: Any) -> dict[str, Configured]:
    found = estate({"deployments": [deployment]})
    return {each.layer: each for each in of_deployment(found, found.deployments[0])}


def test_an_environment_without_a_backend_sets_none_up() -> None:
    assert of_one({}) == of_one({SERVER: ""}) == of_one({f"{SERVER}_KWARGS": "{}"}) == {}


def test_a_backend_of_servers_is_that_of_workers_too() -> None:
    environ = set_up("secrets-manager", {"sep": "."})
    found = of_one(environ)
    assert list(found) == ["backend"]
    told = found["backend"]
    assert (told.backend.class_path, told.backend.kwargs) == (BACKEND, {"sep": "."})
    assert (told.text, told.airflow, told.environ) == ('{"sep": "."}', "3.3", environ)
    assert (told.is_told, told.is_teamless) == (True, False)
    assert told.source.class_name == "SecretsManagerBackend"  # type: ignore[union-attr]


def test_workers_may_have_a_backend_of_their_own_from_airflow_3_on() -> None:
    environ = set_up("secrets-manager", {"sep": "."}) | set_up("gcp", {"sep": "_"}, WORKER)
    found = of_one(environ)
    assert {layer: (each.backend.class_path, each.backend.kwargs, each.text) for layer, each in found.items()} == {
        "backend": (BACKEND, {"sep": "."}, '{"sep": "."}'),
        "worker-backend": (GOOGLE, {"sep": "_"}, '{"sep": "_"}'),
    }
    assert found["worker-backend"].environ == environ
    assert found["worker-backend"].source.class_name == "CloudSecretManagerBackend"  # type: ignore[union-attr]
    assert list(of_one(environ, "2.11")) == ["backend"]
    assert list(of_one(set_up("gcp", {}, WORKER))) == ["worker-backend"]


def test_a_backend_has_the_version_of_its_provider() -> None:
    [found] = of_environment(set_up("secrets-manager"), "3.2", {AMAZON: "9.22"})
    assert found.backend.provider == "9.22"
    assert found.airflow == "3.2"
    assert of_one(set_up("secrets-manager"))["backend"].backend.provider == ""


def test_a_provider_without_teams_is_known_by_its_version() -> None:
    [found] = of_environment(set_up("secrets-manager"), "3.2", OLD_FOR_TEAMS)
    assert found.is_teamless
    assert found.source.class_name == "SecretsManagerBackend"  # type: ignore[union-attr]
    [newer] = of_environment(set_up("secrets-manager"), "3.3", OLD_FOR_TEAMS)
    assert not newer.is_teamless


@pytest.mark.parametrize(("setting", "refused"), [("True", True), ("False", False), ("", False)])
def test_the_environment_says_whether_there_are_teams(setting: str, refused: bool) -> None:
    [found] = of_environment({**set_up("secrets-manager", {}), "AIRFLOW__CORE__MULTI_TEAM": setting}, "3.3", {})
    # Among teams this is the name of another team's secret.
    assert isinstance(found.source.plan("connection", "crm--db", ""), Never) is refused  # type: ignore[union-attr]


def test_the_environment_of_a_worker_is_its_own_for_what_a_backend_takes_from_there() -> None:
    environ = set_up("vault", {}, WORKER) | {"VAULT_TOKEN": "x"}
    assert not hasattr(of_one(environ)["worker-backend"].source, "reason")
    del environ["VAULT_TOKEN"]
    assert of_one(environ)["worker-backend"].source.reason == "missing-kwarg"  # type: ignore[union-attr]
    assert of_one(set_up("vault", {}))["backend"].source.reason == "missing-kwarg"  # type: ignore[union-attr]
    assert not hasattr(of_one(set_up("vault", {}) | {"VAULT_TOKEN": "x"})["backend"].source, "reason")


def test_a_deployment_tells_of_each_of_its_processes() -> None:
    found = of_a_deployment(
        kwargs={"sep": "."},
        worker_backend="gcp",
        worker_kwargs={"sep": "_"},
        environ={"A": "1"},
        worker_environ={"B": "2"},
        kwargs_texts={f"{SERVER}_KWARGS": "server's", f"{WORKER}_KWARGS": "worker's", "OTHER": "none's"},
    )
    assert {layer: (each.backend.class_path, each.text, each.environ) for layer, each in found.items()} == {
        "backend": (BACKEND, "server's", {"A": "1"}),
        "worker-backend": (GOOGLE, "worker's", {"B": "2"}),
    }
    assert found["backend"].airflow == "3.3"
    assert found["backend"].backend.provider == "9.25.0"


def test_what_nobody_told_of_a_deployment_is_not_known() -> None:
    found = of_a_deployment(environ=None, untold=["worker-backend"], worker_backend="gcp")
    assert {layer: (each.is_told, each.text, each.environ) for layer, each in found.items()} == {
        "backend": (True, "", None),
        "worker-backend": (False, "", {}),
    }
    assert not of_a_deployment(backend="?")["backend"].is_told
    assert of_a_deployment(backend=None) == {}
    assert isinstance(of_a_deployment(backend="our.own.Backend")["backend"].source, CannotTell)


def test_a_kwarg_is_named_by_the_option_that_it_stands_in() -> None:
    [server] = of_environment(set_up("secrets-manager"), "3.3", {})
    [worker] = of_environment(set_up("gcp", {}, WORKER), "3.3", {})
    assert (server.field(), server.field("sep")) == ("secrets.backend", "secrets.backend_kwargs.sep")
    assert (worker.field(), worker.field("sep")) == (
        "workers.secrets_backend",
        "workers.secrets_backend_kwargs.sep",
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"sep": "/"}', "line 1, column 2"),
        ('{\n  "a": 1,\n  "sep": "/"}', "line 3, column 3"),
        # Of two the later one counts.
        ('{"sep": "/",\n"sep": "."}', "line 2, column 1"),
        ('{"sep": "/", "a": {"sep": 1}}', "line 1, column 2"),
        ('{"a": 1}', ""),
        ('{"sep": "/"', ""),
        ('["sep"]', ""),
        ("{}", ""),
        ("", ""),
    ],
)
def test_where_a_kwarg_stands(text: str, where: str) -> None:
    [found] = of_environment(set_up("secrets-manager"), "3.3", {})
    assert replace(found, text=text).where("sep") == where


@pytest.mark.parametrize(
    ("text", "at", "told"),
    [
        ("ab", 0, "line 1, column 1"),
        ("ab", 1, "line 1, column 2"),
        ("a\nb", 1, "line 1, column 2"),
        ("a\nb", 2, "line 2, column 1"),
        ("\n\n b\nc", 3, "line 3, column 2"),
        ("\nab", 2, "line 2, column 2"),
    ],
)
def test_a_place_in_a_text_is_told_by_line_and_column(text: str, at: int, told: str) -> None:
    assert position(text, at) == told
