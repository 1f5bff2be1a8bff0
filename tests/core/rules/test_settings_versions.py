"""Settings that the installed versions do not take, and classes that no package has."""

from __future__ import annotations

from typing import Any

import pytest

from secretsui.core.rules.backend_kwargs import MOVED
from secretsui.core.rules.outcome import PASSED, Failed, Unchecked
from secretsui.core.sensitive import MASK
from tests.core.rules.estates import CLASSES
from tests.core.rules.judged import AMAZON, GOOGLE, HASHICORP, SERVER, WORKER, judged


@pytest.mark.parametrize(
    ("backend", "kwargs", "package", "floor", "older"),
    [
        ("secrets-manager", {"connections_lookup_pattern": "x"}, AMAZON, "7.3", "7.2.1"),
        ("parameter-store", {"config_lookup_pattern": "x"}, AMAZON, "7.3", "7.2.1"),
        ("shared", {"shared_account": "1", "variables_lookup_pattern": "x"}, AMAZON, "7.3", "7.2.1"),
        ("vault", {"token": MASK, "use_team_secrets_path": False}, HASHICORP, "4.6", "4.5.1"),
        ("vault", {"token": MASK, "global_secrets_path": "x"}, HASHICORP, "4.6", "4.5.1"),
        ("vault", {"token": MASK, "jwt_role": "x"}, HASHICORP, "4.5", "4.4"),
        ("vault", {"token": MASK, "assume_role_kwargs": {}}, HASHICORP, "3.7", "3.6"),
        ("vault", {"token": MASK, "region": "x"}, HASHICORP, "4.1", "4.0"),
        ("gcp", {"impersonation_chain": "x"}, GOOGLE, "10.13", "10.12"),
        ("vault", {"token": MASK, "config_path": ["a", "b"]}, HASHICORP, "4.8", "4.7"),
    ],
)
def test_a_kwarg_needs_a_newer_provider(
    backend: str, kwargs: dict[str, Any], package: str, floor: str, older: str
) -> None:
    kwarg = list(kwargs)[-1]
    found = judged("R-57", backend=backend, kwargs=kwargs, providers={package: older})
    facts = {"kwarg": kwarg, "needs": floor, "package": package, "installed": older}
    assert found == [Failed("provider-too-old", f"secrets.backend_kwargs.{kwarg}", facts=facts)]
    assert judged("R-57", backend=backend, kwargs=kwargs, providers={package: floor}) == [PASSED]
    assert judged("R-57", backend=backend, kwargs=kwargs, providers={}) == [Unchecked("provider-version")]


def test_a_path_that_is_no_list_needs_no_newer_provider() -> None:
    kwargs = {"token": MASK, "config_path": "a", "gcp_scopes": ["a"]}
    assert judged("R-57", backend="vault", kwargs=kwargs, providers={HASHICORP: "4.7"}) == [PASSED]
    assert judged("R-57", backend="gcp", kwargs={"gcp_key_path": ["a"]}, providers={GOOGLE: "1"}) == [PASSED]


def test_the_shared_account_needs_an_older_provider() -> None:
    shared = {"backend": "shared", "kwargs": {"shared_account": "1"}}
    facts = {"before": "9.26", "package": AMAZON, "installed": "9.26"}
    assert judged("R-57", **shared, providers={AMAZON: "9.26"}) == [
        Failed("provider-too-new", "secrets.backend", facts=facts)
    ]
    assert judged("R-57", **shared, providers={AMAZON: "9.25"}) == [PASSED]
    assert judged("R-57", **shared, providers={}) == [Unchecked("provider-version")]
    assert judged("R-57", providers={AMAZON: "9.26"}) == [PASSED]


def test_airflow_3_2_needs_providers_that_know_teams() -> None:
    old = {"providers": {AMAZON: "9.18"}}
    facts = {"package": AMAZON, "installed": "9.18"}
    assert judged("R-57", **old, airflow="3.2") == [Failed("no-team-argument", "secrets.backend", facts=facts)]
    assert judged("R-57", **old, airflow="3.3") == [PASSED]


def test_versions_matter_to_backends_of_providers_alone() -> None:
    assert judged("R-57", providers={}) == [PASSED]
    assert judged("R-57", backend="airflow.secrets.metastore.MetastoreBackend", providers={}) == [PASSED]
    assert judged("R-57", backend=None) == []


@pytest.mark.parametrize("old", MOVED)
def test_a_class_of_airflow_1_has_moved(old: str) -> None:
    facts = {"class": old, "meant": MOVED[old]}
    assert judged("R-58", backend=old) == [Failed("moved-class", "secrets.backend", facts=facts)]
    assert MOVED[old].rpartition(".")[2][:8] == old.rpartition(".")[2][:8]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("airflow.providers.hashicorp.secrets.vault.VaultBackends", CLASSES["vault"]),
        ("airflow.providers.amazon.aws.secrets.secret_manager.SecretsManagerBackend", CLASSES["secrets-manager"]),
        ("airflow.providers.amazon.secrets.SecretsManagerBackend", CLASSES["secrets-manager"]),
        ("airflow_aws_shared_secrets.secrets_manager.SharedSecretsManagerBackend", CLASSES["shared"]),
    ],
)
def test_a_class_that_no_package_has(given: str, meant: str) -> None:
    facts = {"class": given, "meant": meant}
    assert judged("R-58", backend=given) == [Failed("misspelt-class", "secrets.backend", facts=facts)]


@pytest.mark.parametrize("backend", [*CLASSES, "our.own.Backend", "our.own.SecretsManagerBackend"])
def test_classes_that_are_there_or_may_be(backend: str) -> None:
    assert judged("R-58", backend=backend) == [PASSED]


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ('{"a": 1,}', "not-json", "line 1, column 9"),
        ("{\n'a': 1}", "not-json", "line 2, column 1"),
        ('{"a": 1}}', "not-json", "line 1, column 9"),
        (MASK, "not-json", ""),
        ("[" * 200_000, "not-json", ""),
        ("9" * 5000, "not-json", ""),
        ("[1]", "not-object", ""),
        ('"{}"', "not-object", ""),
    ],
)
def test_kwargs_that_cannot_be_read(text: str, code: str, where: str) -> None:
    variable = f"{WORKER}_KWARGS"
    assert judged("R-58", kwargs_texts={variable: text}) == [Failed(code, variable, where)]


@pytest.mark.parametrize("text", ["", "{}", ' {"a": 1} '])
def test_kwargs_that_can_be_read(text: str) -> None:
    assert judged("R-58", kwargs_texts={f"{SERVER}_KWARGS": text}) == [PASSED]


@pytest.mark.parametrize(("name", "missing"), [(f"{SERVER}_KWARGS", SERVER), (f"{SERVER}_KWARG__SEP", SERVER)])
def test_kwargs_without_a_backend(name: str, missing: str) -> None:
    failed = Failed("kwargs-without-backend", name, facts={"setting": name, "missing": missing})
    assert judged("R-58", backend=None, environ={name: '{"sep": "/"}'}) == [failed]
    assert judged("R-58", environ={name: '{"sep": "/"}'}) == [PASSED]
    assert judged("R-58", backend=None, environ={name: ""}) == []


def test_kwargs_of_workers_without_a_backend_of_their_own() -> None:
    name = f"{WORKER}_KWARGS"
    failed = Failed("kwargs-without-backend", name, facts={"setting": name, "missing": WORKER})
    assert judged("R-58", worker_environ={name: '{"sep": "/"}'}) == [failed]
    assert judged("R-58", worker_backend="gcp", worker_environ={name: '{"sep": "/"}'}) == [PASSED]


def test_mwaa_sets_kwargs_where_there_is_no_backend() -> None:
    text = '{"connections_lookup_pattern": "^(?!aws_default$).*$"}'
    assert judged("R-58", backend=None, environ={f"{SERVER}_KWARGS": text}) == []
