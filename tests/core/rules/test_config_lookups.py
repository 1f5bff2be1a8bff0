"""Options of Airflow whose value is the name of a secret: is it there?"""

from __future__ import annotations

from typing import Any

import pytest

from secretsui.core.rules.outcome import PASSED, Failed, Outcome, Unchecked
from secretsui.core.sensitive import MASK
from tests.core.rules.judged import CONFIG, OFF, OPTION, judged


def of_option(key: str = "fernet", *, option: str = OPTION, scopes: Any = CONFIG, **fields: Any) -> list[Outcome]:
    return judged("R-59", scopes=scopes, environ={option: key}, **fields)


def missing(code: str, secret: str = "", layer: str = "backend") -> Failed:
    field = OPTION if layer == "backend" else f"workers.{OPTION}"
    return Failed(code, field, facts={"setting": OPTION, "layer": layer} | ({"secret": secret} if secret else {}))


def test_an_option_names_a_secret_that_is_there() -> None:
    assert of_option(secrets=[{"name": "airflow/config/fernet"}]) == [PASSED]


def test_an_option_names_a_secret_that_is_not_there() -> None:
    assert of_option() == [missing("not-found", "airflow/config/fernet")]
    away = [{"name": "airflow/config/fernet", "deleted_at": "-1d"}]
    assert of_option(secrets=away) == [missing("deleted", "airflow/config/fernet")]
    elsewhere = [{"name": "airflow/config/fernet", "region": "us-east-1"}]
    assert of_option(secrets=elsewhere, scopes=[*CONFIG]) == [missing("not-found", "airflow/config/fernet")]


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"kwargs": OFF}, missing("lookups-off")),
        ({"kwargs": {"config_lookup_pattern": "^sql"}}, missing("not-matched")),
        ({"key": "fer net"}, missing("raises")),
        ({"backend": "gcp", "key": "fer/net"}, missing("never-asked")),
        ({"backend": None}, Failed("no-backend", OPTION, facts={"setting": OPTION})),
    ],
)
def test_an_option_for_which_the_backend_is_not_asked(fields: dict[str, Any], outcome: Failed) -> None:
    assert of_option(**fields)[0] == outcome


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"scopes": []}, "not-listed"),
        ({"scopes": [{"path": "airflow/config", "complete": False}]}, "not-listed"),
        ({"scopes": [{"path": "airflow/config", "problem": "denied"}]}, "not-listed"),
        ({"places": {}}, "not-listed"),
        ({"backend": "parameter-store"}, "not-listed"),
        ({"backend": "our.own.Backend"}, "unknown-class"),
        ({"untold": ["backend"]}, "no-kwargs"),
        ({"kwargs": {"config_prefix": 1}}, "wrong-type"),
        ({"key": MASK}, "not-told"),
    ],
)
def test_whether_the_secret_is_there_may_not_be_known(fields: dict[str, Any], reason: str) -> None:
    assert of_option(**fields) == [Unchecked(reason)]


def test_the_shared_account_may_have_it() -> None:
    shared = {
        "backend": "shared",
        "kwargs": {"shared_account": "1", "connections_prefix": "airflow/config", "connections_prefix_shared": "s"},
        "places": {"backend": ["prod", "eu-central-1"], "backend/shared": ["shared", "eu-central-1"]},
    }
    scopes = [*CONFIG, {"path": "s", "account": "shared"}]
    there = [{"name": "s/fernet", "account": "shared"}]
    assert of_option(**shared, scopes=scopes, secrets=there) == [PASSED]
    assert of_option(**shared, scopes=scopes) == [missing("not-found", "airflow/config/fernet")]
    assert of_option(**shared, scopes=CONFIG) == [Unchecked("not-listed")]


def test_options_of_workers_are_looked_up_in_their_own_backend() -> None:
    own = {"worker_backend": "secrets-manager", "worker_kwargs": {"config_prefix": "w"}}
    scopes = [*CONFIG, {"path": "w", "kind": "config"}]
    there = [{"name": "airflow/config/fernet"}]
    both = {"environ": {OPTION: "fernet"}, "worker_environ": {OPTION: "fernet"}}
    assert judged("R-59", **both, **own, scopes=scopes, secrets=there) == [
        PASSED,
        missing("not-found", "w/fernet", "worker-backend"),
    ]
    assert judged("R-59", **both, scopes=scopes, secrets=there) == [PASSED]
    assert judged("R-59", **both, **own, scopes=scopes, secrets=there, airflow="2.11") == [PASSED]


def test_another_value_for_workers_is_looked_up_in_the_servers_backend() -> None:
    found = judged("R-59", scopes=CONFIG, environ={}, worker_environ={OPTION: "other"})
    assert found == [missing("not-found", "airflow/config/other")]


def test_options_that_airflow_does_not_look_up_are_left_out() -> None:
    assert of_option(option="AIRFLOW__CORE__DAGS_FOLDER_SECRET") == []
    assert of_option(option="AIRFLOW__API_AUTH__JWT_SECRET") == []
    assert judged("R-59", environ=None) == [Unchecked("no-environment")]
    assert judged("R-59", environ={}) == []


def test_workers_of_airflow_2_have_no_options_of_their_own() -> None:
    fields: dict[str, Any] = {"scopes": CONFIG, "environ": {}, "worker_environ": {OPTION: "other"}}
    assert judged("R-59", **fields, airflow="2.11") == []
    assert judged("R-59", **fields, airflow="3.0") == [missing("not-found", "airflow/config/other")]
    assert judged("R-59", **{**fields, "environ": None}) == [Unchecked("no-environment")]


def test_a_secret_of_the_same_name_is_no_parameter() -> None:
    there = [{"name": "/airflow/config/fernet"}]
    assert of_option(backend="parameter-store", scopes=[], secrets=there) == [Unchecked("not-listed")]


@pytest.mark.parametrize(
    "option",
    [
        *("API__SECRET_KEY", "API_AUTH__JWT_SECRET", "ATLAS__PASSWORD", "CELERY__BROKER_URL", "CELERY__RESULT_BACKEND"),
        *("CELERY__FLOWER_BASIC_AUTH", "CORE__ASSET_MANAGER_KWARGS", "CORE__DATASET_MANAGER_KWARGS"),
        *("CORE__FERNET_KEY", "CORE__INTERNAL_API_SECRET_KEY", "CORE__SQL_ALCHEMY_CONN", "OPENSEARCH__PASSWORD"),
        *("DATABASE__SQL_ALCHEMY_CONN", "DATABASE__SQL_ALCHEMY_CONN_ASYNC", "DATABASE__SQL_ALCHEMY_ENGINE_ARGS"),
        *("LOGGING__REMOTE_TASK_HANDLER_KWARGS", "SENTRY__SENTRY_DSN", "SMTP__SMTP_PASSWORD", "WEBSERVER__SECRET_KEY"),
    ],
)
def test_options_that_airflow_calls_sensitive_may_name_a_secret(option: str) -> None:
    assert of_option(option=f"AIRFLOW__{option}_SECRET", secrets=[{"name": "airflow/config/fernet"}]) == [PASSED]
