"""Kwargs and settings that a backend or Airflow does not have, or with which it does not work."""

from __future__ import annotations

import json
from typing import Any

import pytest

from secretsui.core.rules.backend_kwargs import KNOWN
from secretsui.core.rules.outcome import PASSED, Failed, Unchecked
from secretsui.core.sensitive import MASK
from tests.core.rules.estates import CLASSES
from tests.core.rules.judged import SERVER, WORKER, codes, judged


@pytest.mark.parametrize(
    ("backend", "kwargs", "kwarg", "code", "nearest", "severity"),
    [
        ("secrets-manager", {}, "conections_prefix", "ignored-kwarg", "connections_prefix", None),
        ("secrets-manager", {}, "variable_prefix", "ignored-kwarg", "variables_prefix", None),
        ("secrets-manager", {}, "something", "ignored-kwarg", None, "medium"),
        ("parameter-store", {}, "sep", "ignored-kwarg", None, "medium"),
        ("shared", {"shared_account": "1"}, "shared_acount", "ignored-kwarg", "shared_account", None),
        ("gcp", {}, "projectid", "refused-kwarg", "project_id", None),
        ("gcp", {}, "vault_url", "refused-kwarg", None, None),
        ("vault", {"token": MASK}, "mount", "raising-kwarg", None, None),
        ("vault", {"token": MASK}, "mount_pont", "raising-kwarg", "mount_point", None),
        ("azure", {}, "vault_ulr", "client-kwarg", "vault_url", None),
        ("airflow.secrets.local_filesystem.LocalFilesystemBackend", {}, "path", "refused-kwarg", None, None),
        ("airflow.secrets.metastore.MetastoreBackend", {}, "sep", "refused-kwarg", None, None),
    ],
)
def test_a_kwarg_that_the_backend_does_not_have(
    backend: str, kwargs: dict[str, Any], kwarg: str, code: str, nearest: str | None, severity: Any
) -> None:
    name = CLASSES.get(backend, backend).rpartition(".")[2]
    facts = {"kwarg": kwarg, "class": name} | ({"meant": nearest} if nearest else {})
    found = judged("R-56", backend=backend, kwargs={**kwargs, kwarg: "x"})
    assert found == [Failed(code, f"secrets.backend_kwargs.{kwarg}", "", facts, severity)]


@pytest.mark.parametrize("backend", CLASSES)
def test_kwargs_that_the_backend_has_are_fine(backend: str) -> None:
    lists = {"connections_path", "variables_path", "config_path"}
    kwargs = {name: [] if name in lists else "x" for name in KNOWN[CLASSES[backend]].names}
    kwargs |= {"auth_type": "token", "kv_engine_version": 2} if backend == "vault" else {}
    assert judged("R-56", backend=backend, kwargs=kwargs) == [PASSED]


def test_kwargs_of_the_client_of_azure_and_those_that_another_rule_tells_of_are_left_out() -> None:
    assert judged("R-56", backend="azure", kwargs={"retry_total": 3}) == [PASSED]
    assert judged("R-56", kwargs={"full_url_mode": True}) == [PASSED]
    assert judged("R-56", backend="gcp", kwargs={"connections_prefix": "a/b"}) == [PASSED]


def test_a_kwarg_is_found_in_the_text_of_the_setting() -> None:
    text = '{\n  "sep": "/",\n  "sepp": "/", "sepp": "."\n}'
    [found] = judged("R-56", kwargs=json.loads(text), kwargs_texts={f"{SERVER}_KWARGS": text})
    assert isinstance(found, Failed)
    assert found.where == "line 3, column 16"
    [elsewhere] = judged("R-56", kwargs={"sepp": "/"}, kwargs_texts={f"{WORKER}_KWARGS": text})
    assert isinstance(elsewhere, Failed)
    assert elsewhere.where == ""


@pytest.mark.parametrize(
    ("backend", "kwargs", "code", "kwarg"),
    [
        ("secrets-manager", {"connections_prefix": 1}, "wrong-type", "connections_prefix"),
        ("secrets-manager", {"connections_prefix": "a", "sep": 1}, "wrong-type", "sep"),
        ("shared", {}, "missing-kwarg", "shared_account"),
        ("vault", {"auth_type": "tokens"}, "bad-value", "auth_type"),
        ("vault", {}, "missing-kwarg", "token or token_path"),
        ("secrets-manager", {"connections_lookup_pattern": "("}, "bad-pattern", "connections_lookup_pattern"),
        ("parameter-store", {"variables_lookup_pattern": 1}, "bad-pattern", "variables_lookup_pattern"),
        ("secrets-manager", {"config_lookup_pattern": "["}, "bad-pattern", "config_lookup_pattern"),
    ],
)
def test_a_kwarg_with_which_the_backend_does_not_work(
    backend: str, kwargs: dict[str, Any], code: str, kwarg: str
) -> None:
    facts = {"kwarg": kwarg, "class": CLASSES[backend].rpartition(".")[2]}
    found = judged("R-56", backend=backend, kwargs=kwargs)
    assert found == [Failed(code, f"secrets.backend_kwargs.{kwarg}", facts=facts)]


def test_a_token_may_lie_in_an_environment_that_nobody_told() -> None:
    assert judged("R-56", backend="vault", environ=None) == [Unchecked("no-environment")]
    assert judged("R-56", backend="vault", environ={"VAULT_TOKEN": MASK}) == [PASSED]
    missing = {"auth_type": "jwt", "jwt_role": "r"}
    assert codes("R-56", backend="vault", environ=None, kwargs=missing) == ["missing-kwarg"]
    assert codes("R-56", backend="shared", environ=None) == ["missing-kwarg"]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        (f"{SERVER}_KWARG", f"{SERVER}_KWARGS"),
        (f"{SERVER}S", SERVER),
        ("AIRFLOW__SECRETS__ORDER_OF_BACKENDS", None),
        (f"{SERVER}_CMD", None),
        (f"{SERVER}_KWARG__", f"{SERVER}_KWARGS"),
        (f"{WORKER}_ARGS", f"{WORKER}_KWARGS"),
    ],
)
def test_a_setting_that_airflow_does_not_have(name: str, nearest: str | None) -> None:
    facts = {"setting": name} | ({"meant": nearest} if nearest else {})
    assert judged("R-56", environ={name: "x"}) == [Failed("unknown-setting", name, facts=facts)]


@pytest.mark.parametrize(
    ("name", "since", "older"),
    [
        (WORKER, "3", "2.11"),
        (f"{WORKER}_KWARGS_CMD", "3", "2.11"),
        (f"{SERVER}_KWARG__SEP", "3.3", "3.2"),
        (f"{WORKER}_KWARG__SEP", "3.3", "3.2"),
        ("AIRFLOW__SECRETS__USE_CACHE", "2.7", "2.6"),
        ("AIRFLOW__SECRETS__CACHE_TTL_SECONDS", "2.7", "2.6"),
    ],
)
def test_a_setting_that_a_later_airflow_has(name: str, since: str, older: str) -> None:
    facts = {"setting": name, "needs": since, "installed": older}
    assert judged("R-56", environ={name: "x"}, airflow=older) == [Failed("setting-too-new", name, facts=facts)]
    assert judged("R-56", environ={name: "x"}, airflow=since) == [PASSED]


def test_settings_that_airflow_has_and_those_of_others_are_fine() -> None:
    names = [
        SERVER,
        f"{SERVER}_KWARGS",
        f"{SERVER}_KWARGS_CMD",
        f"{SERVER}_KWARGS_SECRET",
        "AIRFLOW__CORE__X",
        "AWS_REGION",
    ]
    assert judged("R-56", environ=dict.fromkeys(names, "x")) == [PASSED]


def test_settings_of_workers_are_read_and_count_without_a_backend() -> None:
    found = judged("R-56", backend=None, environ=None, worker_environ={"AIRFLOW__SECRETS__X": "x"})
    assert found == [Failed("unknown-setting", "AIRFLOW__SECRETS__X", facts={"setting": "AIRFLOW__SECRETS__X"})]
    assert judged("R-56", backend=None) == []


def test_kwargs_that_nobody_told_cannot_be_checked() -> None:
    assert judged("R-56", untold=["backend"]) == [Unchecked("no-kwargs")]
    found = judged("R-56", untold=["worker-backend"], worker_backend="gcp", kwargs={"sepp": 1})
    assert [type(each) for each in found] == [Unchecked, Failed]


def test_a_name_without_end_is_cut() -> None:
    [found] = judged("R-56", kwargs={"x" * 5000: 1})
    assert isinstance(found, Failed)
    assert len(str(found)) < 500
    [setting] = judged("R-56", environ={"AIRFLOW__SECRETS__" + "X" * 5000: "1"})
    assert len(str(setting)) < 500
