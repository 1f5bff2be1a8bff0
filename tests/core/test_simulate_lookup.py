from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from secretsui.core import simulate

AMAZON = "airflow.providers.amazon.aws.secrets."
SECRETS_MANAGER = AMAZON + "secrets_manager.SecretsManagerBackend"
PARAMETER_STORE = AMAZON + "systems_manager.SystemsManagerParameterStoreBackend"
SHARED = "airflow_aws_shared_secrets.secret_manager.SharedSecretsManagerBackend"
SOURCES = {
    "secrets": "SecretsManagerBackend",
    "parameters": "SystemsManagerParameterStoreBackend",
    "shared": "SharedSecretsManagerBackend",
    "environment": "EnvironmentVariablesBackend",
    "metastore": "MetastoreBackend",
}
ROW = {"conn_id": "db", "conn_type": "http", "host": "metastore"}


def connection(conn_id: str = "db", **world: Any) -> dict[str, Any]:
    return simulate.answer({"op": "resolve_connection", "conn_id": conn_id, **world})


def variable(key: str = "v", **world: Any) -> dict[str, Any]:
    return simulate.answer({"op": "resolve_variable", "key": key, **world})


def outcomes(answer: dict[str, Any]) -> list[str]:
    return [step["outcome"] for step in answer["trace"]]


def test_a_secret_beats_the_environment_and_that_the_database() -> None:
    world: dict[str, Any] = {"env": {"AIRFLOW_CONN_DB": "http://environment"}, "metastore": [ROW]}
    stored = {"secrets": {"airflow/connections/db": "http://backend"}, "backend": SECRETS_MANAGER}
    assert connection(**world, **stored)["host"] == "backend"
    assert connection(**world)["host"] == "environment"
    answer = connection(metastore=[ROW], env={"AIRFLOW_CONN_DB": None})
    assert (answer["source"], answer["conn_id"], answer["host"]) == (SOURCES["metastore"], "db", "metastore")
    assert outcomes(answer) == ["miss", "hit"]


def test_a_connection_that_nobody_has_is_an_error_and_a_variable_is_null() -> None:
    assert connection()["error"] == "AirflowNotFoundException"
    assert outcomes(connection()) == ["miss", "miss"]
    answer = variable(backend=PARAMETER_STORE)
    assert (answer["source"], answer["value"], outcomes(answer)) == (None, None, ["miss", "miss", "miss"])


@pytest.mark.parametrize(
    ("entry", "outcome"),
    [
        ("", "miss"),
        ("  ", "error"),
        ("{broken", "error"),
        ({"value": "http://h", "deleted": True}, "miss"),
        ({"value": "http://h", "binary": True}, "miss"),
        ({"error": "AccessDeniedException"}, "error"),
        ({"value": "http://h"}, "hit"),
    ],
)
def test_an_entry_in_secrets_manager_may_be_out_of_reach(entry: object, outcome: str) -> None:
    answer = connection(backend=SECRETS_MANAGER, secrets={"airflow/connections/db": entry}, metastore=[ROW])
    assert outcomes(answer)[0] == outcome
    assert answer["host"] == ("h" if outcome == "hit" else "metastore")


def test_a_connection_without_a_uri_is_passed_over_though_its_source_had_it() -> None:
    stored = {"airflow/connections/db": '{"conn_type": "http", "host": 5}'}
    answer = connection(backend=SECRETS_MANAGER, secrets=stored, metastore=[ROW])
    assert (answer["source"], answer["host"], outcomes(answer)) == (
        SOURCES["secrets"],
        "metastore",
        ["hit", "miss", "hit"],
    )


def test_the_parameter_store_is_a_world_of_its_own() -> None:
    world = {"backend": PARAMETER_STORE, "parameters": {"/airflow/variables/v": "stored"}}
    assert variable(**world) == {
        "source": SOURCES["parameters"],
        "value": "stored",
        "trace": [{"backend": SOURCES["parameters"], "outcome": "hit"}],
    }


@pytest.mark.parametrize(
    ("airflow", "amazon", "source"),
    [
        ("2.11", None, "shared"),
        ("3.3", "9.25.0", "shared"),
        ("3.3", None, "metastore"),
        ("3.3", "9.26.0", "metastore"),
        ("2.11", "9.39.0", "metastore"),
    ],
)
def test_the_shared_account_works_with_providers_of_its_time(airflow: str, amazon: str | None, source: str) -> None:
    arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:core/db"
    kwargs = {"shared_account": "123456789012", "connections_prefix_shared": "core"}
    world = {"backend": SHARED, "backend_kwargs": kwargs, "secrets": {arn: "http://shared"}, "metastore": [ROW]}
    answer = connection(airflow=airflow, amazon=amazon, **world)
    assert answer["source"] == SOURCES[source]


def test_plain_names_are_in_the_account_that_the_case_gives() -> None:
    world = {"backend": SHARED, "backend_kwargs": {"shared_account": "1"}, "airflow": "2.11"}
    stored = {"airflow/connections/db": {"deleted": True}, "x/airflow/connections/db": "http://h"}
    answer = connection(**world, secrets=stored, metastore=[ROW])
    assert answer["trace"][0]["error"] == "InvalidRequestException"
    answer = connection(**world, secrets=stored, metastore=[ROW], account="2")
    assert answer["trace"][0]["error"] == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("world", "error"),
    [
        ({"backend": SHARED}, "TypeError"),
        ({"backend": SECRETS_MANAGER, "backend_kwargs": {"config_prefix": 5}}, "AttributeError"),
        ({"backend": "no.such.Backend"}, "CannotTell"),
    ],
)
def test_a_backend_that_cannot_be_built_is_an_error_without_a_trace(world: dict[str, Any], error: str) -> None:
    answer = connection(**world, metastore=[ROW])
    assert answer["error"] == error
    assert "trace" not in answer


def test_a_task_knows_what_its_worker_has_by_any_id() -> None:
    answer = connection("team/db", process="task", worker_env={"AIRFLOW_CONN_TEAM/DB": "http://worker"})
    assert (answer["conn_id"], answer["host"], "server_trace" in answer) == ("team/db", "worker", False)
    assert connection("db#x", process="task", metastore=[ROW])["conn_id"] == "db"


def test_a_task_asks_the_server_after_a_worker_whose_connection_has_no_uri() -> None:
    worker = {"AIRFLOW_CONN_DB": '{"conn_type": "http", "host": 5}'}
    answer = connection(process="task", worker_env=worker, metastore=[ROW])
    assert (answer["source"], answer["host"]) == (SOURCES["environment"], "metastore")
    assert [step["outcome"] for step in answer["server_trace"]] == ["miss", "hit"]


@pytest.mark.parametrize("op", ["resolve_connection", "resolve_variable"])
def test_an_id_is_required(op: str) -> None:
    assert simulate.answer({"op": op})["error"] == "KeyError"


TASK: dict[str, Any] = {"process": "task", "airflow": "3.3"}


def test_a_task_asks_its_own_sources_first_and_then_the_server() -> None:
    stored = {"airflow/connections/db": "http://backend"}
    server = {"backend": SECRETS_MANAGER, "secrets": stored, "metastore": [ROW], "env": {}}
    worker = {"worker_backend": PARAMETER_STORE, "worker_env": {"AIRFLOW_CONN_DB": "http://worker"}}
    assert connection(**TASK, **server, **worker)["host"] == "worker"
    answer = connection(**TASK, **server, **(worker | {"worker_env": {}}))
    assert (answer["source"], answer["host"], outcomes(answer)) == (
        "ExecutionAPISecretsBackend",
        "backend",
        ["miss", "miss", "hit"],
    )
    assert answer["server_trace"] == [{"backend": SOURCES["secrets"], "outcome": "hit"}]


def test_a_worker_without_a_backend_of_its_own_has_that_of_the_server() -> None:
    stored = {"airflow/connections/db": "http://backend"}
    answer = connection(**TASK, backend=SECRETS_MANAGER, secrets=stored)
    assert answer["trace"] == [{"backend": SOURCES["secrets"], "outcome": "hit"}]


def test_the_id_that_the_server_hears_may_be_another() -> None:
    answer = connection("db#2", **TASK, metastore=[ROW])
    assert (answer["conn_id"], answer["host"]) == ("db", "metastore")
    answer = connection("team/db", **TASK, metastore=[{**ROW, "conn_id": "team/db"}])
    assert (answer["error"], answer["server_trace"]) == ("AirflowNotFoundException", [])


def test_kwargs_come_from_the_environment_as_well() -> None:
    settings = {"AIRFLOW__SECRETS__BACKEND": SECRETS_MANAGER, "AIRFLOW__SECRETS__BACKEND_KWARGS": "{bad"}
    single = {"AIRFLOW__SECRETS__BACKEND_KWARG__VARIABLES_PREFIX": "other"}
    stored = {"airflow/variables/v": "usual", "other/v": "other"}
    assert variable(env=settings, secrets=stored)["value"] == "usual"
    assert variable(env=settings | single, secrets=stored)["value"] == "other"
    assert variable(env=settings | single, secrets=stored, airflow="2.11")["value"] == "usual"


def test_a_parameter_is_asked_for_by_version_where_the_id_has_a_colon() -> None:
    world = {"backend": PARAMETER_STORE, "parameters": {"/airflow/variables/v": "first"}}
    assert variable("v:1", **world)["value"] == "first"
    assert variable("v:2", **world)["value"] is None


def test_teams_guard_their_names_where_there_are_teams() -> None:
    world = {"backend": SECRETS_MANAGER, "secrets": {"airflow/variables/a--b": "x"}}
    assert variable("a--b", **world)["value"] == "x"
    assert variable("a--b", env={"AIRFLOW__CORE__MULTI_TEAM": "True"}, **world)["value"] is None


def test_the_example_of_the_documentation_is_true() -> None:
    text = (Path(__file__).parents[2] / "docs/lookup.md").read_text()
    found = re.search(r"^\$ echo '(.*)' \| python manage.py simulate\n(.*)$", text, re.MULTILINE)
    assert found
    assert simulate.answer_line(found[1].encode()) == found[2]
    assert json.loads(found[2])["value"] == ""


def test_vault_and_files_are_worlds_as_well() -> None:
    vault = {"backend": "airflow.providers.hashicorp.secrets.vault.VaultBackend", "backend_kwargs": {"token": "t"}}
    objects = {"secret/variables/v": {"value": "x"}, "secret/variables/w": "denied"}
    assert variable(**vault, vault=objects)["value"] == "x"
    assert outcomes(variable("w", **vault, vault=objects)) == ["error", "miss", "miss"]
    assert outcomes(variable("absent", **vault, vault=objects)) == ["miss", "miss", "miss"]
    files = {"backend": "airflow.secrets.local_filesystem.LocalFilesystemBackend"}
    world = files | {"backend_kwargs": {"connections_file_path": "c.json"}}
    entries = {"db": ["http://h"], "fields": {"conn_type": "http", "host": "h"}}
    assert connection(**world, files={"c.json": entries})["host"] == "h"
    assert connection("fields", **world, files={"c.json": entries})["host"] == "h"
    assert outcomes(connection(**world)) == ["error", "miss", "miss"]


@pytest.mark.parametrize(
    "case",
    [
        {"key": 5},
        {"key": ["v"]},
        {"key": None},
        {"env": [1]},
        {"env": {"A": 5}},
        {"worker_env": {"A": []}},
        {"backend": 5},
        {"amazon": 9.39},
        {"metastore": [{"x": 1}]},
        {"metastore": {"db": 1}},
        {"metastore_variables": [{"key": "v", "val": 5}]},
        {"metastore_variables": ["v"]},
        {"secrets": ["v"]},
        {"vault": "v"},
    ],
)
def test_a_world_of_the_wrong_shape_is_bad_input(case: dict[str, Any]) -> None:
    assert simulate.answer({"op": "resolve_variable", "key": "v", **case})["error"] == "BadInput"


def test_a_row_of_a_team_is_for_that_team_alone() -> None:
    assert connection(metastore=[{**ROW, "team_name": "red"}])["error"] == "AirflowNotFoundException"
    assert variable(metastore_variables=[{"key": "v", "val": "x", "team_name": "red"}])["value"] is None
    assert variable(metastore_variables=[{"key": "v", "val": "x", "team_name": None}])["value"] == "x"
