"""What settings of backends are good for: each face of each rule, and where it cannot be told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from secretsui.core.rules.backend_kwargs import KNOWN, MOVED
from secretsui.core.rules.outcome import PASSED, Failed, Outcome, Unchecked
from secretsui.core.rules.settings import CHECKS, lint_settings
from secretsui.core.sensitive import MASK
from tests.core.rules.estates import CLASSES, estate

AMAZON = "apache-airflow-providers-amazon"
HASHICORP = "apache-airflow-providers-hashicorp"
GOOGLE = "apache-airflow-providers-google"
SERVER, WORKER = "AIRFLOW__SECRETS__BACKEND", "AIRFLOW__WORKERS__SECRETS_BACKEND"
OPTION = "AIRFLOW__CORE__FERNET_KEY_SECRET"
OFF = {"config_prefix": None}
PATTERN = {"connections_lookup_pattern": "^x", "config_prefix": None}
CONFIG = [{"path": "airflow/config"}]


def judged(rule: str, *, scopes: Any = (), secrets: Any = (), **deployment: Any) -> list[Outcome]:
    found = estate({"scopes": scopes, "secrets": secrets, "deployments": [deployment]})
    outcomes = list(CHECKS[rule](found))
    assert {subject.ref for subject, _ in outcomes} <= {"deployment:prod"}
    told = [(each.code, each.field) for _, each in outcomes if isinstance(each, Failed)]
    assert len(set(told)) == len(told)
    return [outcome for _, outcome in outcomes]


def codes(rule: str, **deployment: Any) -> list[str]:
    return [each.code for each in judged(rule, **deployment) if isinstance(each, Failed)]


def linted(environ: Mapping[str, str], airflow: str = "3.3", **versions: str) -> list[tuple[str, str, str]]:
    providers = {f"apache-airflow-providers-{name}": each for name, each in versions.items()}
    return [(rule, each.code, each.field) for rule, each in lint_settings(environ, airflow, providers)]


def set_up(backend: str, kwargs: Any = PATTERN, option: str = SERVER) -> dict[str, str]:
    text = kwargs if isinstance(kwargs, str) else json.dumps(kwargs)
    return {option: CLASSES.get(backend, backend), f"{option}_KWARGS": text}


#


@pytest.mark.parametrize(
    ("backend", "kwargs", "switch"),
    [
        ("secrets-manager", {}, "config_prefix"),
        ("parameter-store", {}, "config_prefix"),
        ("gcp", {}, "config_prefix"),
        ("azure", {"vault_url": "https://x"}, "config_prefix"),
        ("vault", {"token": MASK}, "config_path"),
    ],
)
def test_lookups_of_options_are_left_on(backend: str, kwargs: dict[str, Any], switch: str) -> None:
    found = judged("R-54", backend=backend, kwargs=kwargs)
    assert found == [Failed("left-on", f"secrets.backend_kwargs.{switch}")]
    assert judged("R-54", backend=backend, kwargs={**kwargs, switch: None}) == [PASSED]


def test_lookups_of_options_serve_one_that_names_a_secret() -> None:
    assert judged("R-54", environ={OPTION: "fernet"}) == [PASSED]
    assert len(judged("R-54", environ={"AIRFLOW__API_AUTH__JWT_SECRET": MASK})) == 1
    assert judged("R-54", environ={"AIRFLOW__API_AUTH__JWT_SECRET_SECRET": "jwt"}) == [PASSED]


def test_lookups_of_options_in_the_workers_own_backend() -> None:
    own = {"worker_backend": "secrets-manager", "kwargs": OFF}
    left = Failed("left-on", "workers.secrets_backend_kwargs.config_prefix")
    assert judged("R-54", **own) == [left]
    assert judged("R-54", **own, worker_environ={OPTION: "a"}) == [PASSED]
    assert judged("R-54", **own, environ={OPTION: "a"}) == [left]


def test_whether_lookups_of_options_are_used_may_not_be_known() -> None:
    assert judged("R-54", environ=None) == [Unchecked("no-environment")]
    assert judged("R-54", environ=None, kwargs=OFF) == [PASSED]
    assert judged("R-54", backend=None) == []


def test_a_backend_that_does_not_start_looks_nothing_up() -> None:
    assert judged("R-54", kwargs={"config_prefix": 1}) == [PASSED]


#


@pytest.mark.parametrize("backend", ["secrets-manager", "parameter-store"])
def test_aws_is_asked_for_each_id_without_a_pattern(backend: str) -> None:
    assert judged("R-55", backend=backend) == [Failed("no-pattern", "secrets.backend")]
    for kind in ("connections", "variables"):
        assert judged("R-55", backend=backend, kwargs={f"{kind}_lookup_pattern": "^x"}) == [PASSED]
    assert codes("R-55", backend=backend, kwargs={"config_lookup_pattern": "^x"}) == ["no-pattern"]
    assert codes("R-55", backend=backend, kwargs={"connections_lookup_pattern": ""}) == ["no-pattern"]


def test_a_kind_that_is_switched_off_needs_no_pattern() -> None:
    assert judged("R-55", kwargs={"connections_prefix": None, "variables_prefix": None}) == [PASSED]
    half = {"connections_prefix": None, "connections_lookup_pattern": "^x"}
    assert codes("R-55", kwargs=half) == ["no-pattern"]


def test_the_account_that_is_shared_is_asked_as_well() -> None:
    assert codes("R-55", backend="shared", kwargs={"shared_account": "1"}) == ["no-pattern"]


def test_an_access_log_tells_what_it_costs() -> None:
    assert judged("R-55", lookups={"a": 3, "b": 4}) == [Failed("no-pattern", "secrets.backend", facts={"count": 7})]
    assert judged("R-55", lookups={"a": 0}) == [PASSED]
    assert judged("R-55", lookups={"a": 3}, kwargs=PATTERN) == [PASSED]


def test_other_stores_have_no_patterns() -> None:
    assert judged("R-55", backend="gcp") == [PASSED]
    assert judged("R-55", backend=None) == []


#


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


#


@pytest.mark.parametrize(
    ("backend", "kwargs", "package", "floor", "older"),
    [
        ("secrets-manager", {"connections_lookup_pattern": "x"}, AMAZON, "7.3", "7.2.1"),
        ("parameter-store", {"config_lookup_pattern": "x"}, AMAZON, "7.3", "7.2.1"),
        ("shared", {"shared_account": "1", "variables_lookup_pattern": "x"}, AMAZON, "7.3", "7.2.1"),
        ("vault", {"token": MASK, "use_team_secrets_path": False}, HASHICORP, "4.5", "4.4.9"),
        ("vault", {"token": MASK, "global_secrets_path": "x"}, HASHICORP, "4.5", "4.4"),
        ("vault", {"token": MASK, "jwt_role": "x"}, HASHICORP, "4.5", "4.4"),
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


#


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


#


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


# what is not known of a backend


@pytest.mark.parametrize("rule", ["R-54", "R-55", "R-56", "R-57", "R-58"])
def test_a_backend_that_nobody_told_cannot_be_checked(rule: str) -> None:
    untold = [Unchecked("no-kwargs")]
    assert judged(rule, backend="?") == untold
    assert judged(rule, untold=["backend"]) == untold
    both = judged(rule, untold=["worker-backend"], worker_backend="gcp", kwargs=PATTERN)
    assert both == untold
    own = judged(rule, backend="our.own.Backend", kwargs={"anything": 1})
    assert own == ([PASSED] if rule == "R-58" else [Unchecked("unknown-class")])


# settings alone


def test_settings_without_a_fault_are_fine() -> None:
    assert linted(set_up("secrets-manager")) == []
    assert linted({}) == []


def test_settings_alone_are_judged_by_each_rule() -> None:
    environ = set_up("secrets-manager", '{"sepp": "/",\n "connections_prefix": 1}') | {f"{SERVER}_ARGS": "x"}
    found = list(lint_settings(environ, "3.3", {AMAZON: "9.39"}))
    assert [(rule, each.code, each.where) for rule, each in found] == [
        ("R-56", "ignored-kwarg", "line 1, column 2"),
        ("R-56", "wrong-type", "line 2, column 2"),
        ("R-56", "unknown-setting", ""),
    ]


def test_defaults_alone_leave_lookups_on_and_have_no_pattern() -> None:
    assert linted(set_up("secrets-manager", {})) == [
        ("R-54", "left-on", "secrets.backend_kwargs.config_prefix"),
        ("R-55", "no-pattern", "secrets.backend"),
    ]


def test_the_versions_decide() -> None:
    assert linted(set_up("secrets-manager"), amazon="7.2") == [
        ("R-57", "provider-too-old", "secrets.backend_kwargs.connections_lookup_pattern")
    ]
    single = {**set_up("gcp", OFF), f"{SERVER}_KWARG__SEPP": "x"}
    assert linted(single) == [("R-56", "refused-kwarg", "secrets.backend_kwargs.sepp")]
    assert linted(single, "3.2") == [("R-56", "setting-too-new", f"{SERVER}_KWARG__SEPP")]
    assert [rule for rule, *_ in linted(set_up("secrets-manager"), "3.2", amazon="9.18")] == ["R-57"]


def test_the_workers_own_backend_is_judged_too() -> None:
    environ = set_up("secrets-manager") | set_up("gcp", {"sepp": 1, **OFF}, WORKER)
    assert linted(environ) == [("R-56", "refused-kwarg", "workers.secrets_backend_kwargs.sepp")]
    assert linted(environ, "2.11") == [
        ("R-56", "setting-too-new", WORKER),
        ("R-56", "setting-too-new", f"{WORKER}_KWARGS"),
    ]


def test_text_that_is_no_json_is_read_as_no_kwargs() -> None:
    assert linted(set_up("gcp", "{'sepp': 1}")) == [
        ("R-54", "left-on", "secrets.backend_kwargs.config_prefix"),
        ("R-58", "not-json", f"{SERVER}_KWARGS"),
    ]


def test_kwargs_alone_have_no_effect() -> None:
    assert linted({f"{SERVER}_KWARGS": '{"sep": "/"}'}) == [("R-58", "kwargs-without-backend", f"{SERVER}_KWARGS")]


def test_nothing_that_is_found_holds_a_value() -> None:
    environ = set_up("vault", {"tokenn": "hvs.CANARY", "token": "hvs.CANARY", "urll": "https://CANARY@x"})
    environ |= {f"{WORKER}_KWARGS": "{'password': 'CANARY'", f"{SERVER}_KWARG__TOKEN": "CANARY", OPTION: "CANARY"}
    found = list(lint_settings(environ, "3.2", {HASHICORP: "4.4"}))
    assert len(found) > 4
    assert "CANARY" not in repr(found)


def test_a_token_of_the_environment_is_seen() -> None:
    kwargs = {"config_path": None}
    assert linted(set_up("vault", kwargs) | {"VAULT_TOKEN": "x"}) == []
    assert linted(set_up("vault", kwargs)) == [("R-56", "missing-kwarg", "secrets.backend_kwargs.token or token_path")]


def test_the_environment_says_whether_there_are_teams() -> None:
    found = linted(set_up("vault", {"token": "x", "config_path": None}) | {"AIRFLOW__CORE__MULTI_TEAM": "True"})
    assert found == []
