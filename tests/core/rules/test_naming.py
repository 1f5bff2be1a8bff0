"""What names are good for: each face of each rule, and where it cannot be told."""

from __future__ import annotations

from typing import Any

import pytest

from secretsui.core.rules.naming import CHECKS, MOST
from secretsui.core.rules.outcome import PASSED, Failed, Outcome, Unchecked
from tests.core.rules.estates import estate

PREFIXES = [{"path": "airflow/connections"}, {"path": "airflow/variables"}]
ENTRY = {"layer": "environment", "name": "AIRFLOW_CONN_DB"}


def judged(rule: str, spec: dict[str, Any]) -> dict[str, Outcome]:
    found = [(subject.ref, outcome) for subject, outcome in CHECKS[rule](estate(spec))]
    assert len(dict(found)) == len(found)
    return dict(found)


def of_ids(rule: str, *ids: Any, scopes: Any = PREFIXES, **deployment: Any) -> dict[str, Outcome]:
    """By kind and key; a deployment of which everything is known."""
    told = [{"key": each} if isinstance(each, str) else each for each in ids]
    found = judged(rule, {"scopes": scopes, "deployments": [{"ids": told, **deployment}]})
    return {ref.removeprefix("id:prod/"): outcome for ref, outcome in found.items()}


def of_secret(rule: str, name: str, **more: Any) -> Outcome:
    [outcome] = judged(rule, {"secrets": [{"name": name}], **more}).values()
    return outcome


#


def test_ids_that_differ_in_case_share_a_variable_that_is_set() -> None:
    found = of_ids("R-47", {"key": "db", "entries": [ENTRY]}, {"key": "DB", "entries": [ENTRY]}, "other")
    assert found == {
        "connection/db": Failed(
            "one-variable",
            facts={"variable": "AIRFLOW_CONN_DB", "others": "DB"},
            related=["id:prod/connection/DB"],
        ),
        "connection/DB": Failed(
            "one-variable",
            facts={"variable": "AIRFLOW_CONN_DB", "others": "db"},
            related=["id:prod/connection/db"],
        ),
        "connection/other": PASSED,
    }


def test_a_variable_of_workers_is_one_as_well() -> None:
    entry = {"layer": "worker-environment", "name": "AIRFLOW_VAR_A"}
    found = of_ids("R-47", {"key": "a", "kind": "variable", "entries": [entry]}, {"key": "A", "kind": "variable"})
    assert found["variable/a"].code == "one-variable"  # type: ignore[union-attr]
    assert found["variable/a"].facts["variable"] == "AIRFLOW_VAR_A"  # type: ignore[union-attr]


def test_a_variable_that_is_not_set_may_be_some_day() -> None:
    found = of_ids("R-47", {"key": "db", "entries": [{"layer": "metastore"}]}, "DB")["connection/db"]
    assert isinstance(found, Failed)
    assert (found.code, found.severity) == ("same-variable", "low")


def test_a_connection_and_a_variable_share_nothing() -> None:
    assert of_ids("R-47", "db", {"key": "DB", "kind": "variable"}) == {"connection/db": PASSED, "variable/DB": PASSED}


def test_ids_of_two_deployments_share_nothing() -> None:
    two = [{"name": "a", "ids": [{"key": "db"}]}, {"name": "b", "ids": [{"key": "DB"}]}]
    assert set(judged("R-47", {"scopes": PREFIXES, "deployments": two}).values()) == {PASSED}


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        ({"layer": "metastore", "kind": "connection", "problem": "expired"}, "expired"),
        ({"layer": "environment", "kind": "connection", "as_of": None}, "never-read"),
    ],
)
def test_where_a_layer_was_not_read_there_may_be_others(layer: dict[str, Any], reason: str) -> None:
    assert of_ids("R-47", "db", {"key": "a", "kind": "variable"}, layers=[layer]) == {
        "connection/db": Unchecked(reason),
        "variable/a": PASSED,
    }
    assert isinstance(of_ids("R-47", "db", "DB", layers=[layer])["connection/db"], Failed)


@pytest.mark.parametrize(
    ("scopes", "reason"),
    [
        ([], "no-prefix"),
        ([{"path": "airflow/variables"}], "no-prefix"),
        ([{"path": "airflow/connections", "complete": False}], "never-listed"),
        ([{"path": "airflow/connections", "problem": "denied"}], "denied"),
        ([{"path": "airflow/connections", "account": "other"}], "no-prefix"),
    ],
)
def test_where_a_prefix_was_not_listed_there_may_be_others(scopes: Any, reason: str) -> None:
    assert of_ids("R-47", "db", scopes=scopes) == {"connection/db": Unchecked(reason)}


def test_where_nobody_told_the_place_or_the_kwargs_there_may_be_others() -> None:
    assert of_ids("R-47", "db", places={}) == {"connection/db": Unchecked("store-not-read")}
    assert of_ids("R-47", "db", untold=["backend"]) == {"connection/db": Unchecked("no-kwargs")}
    assert of_ids("R-47", "db", backend=None, places={}) == {"connection/db": PASSED}


def test_of_many_others_some_are_named() -> None:
    many = [f"{number:010b}".replace("0", "a").replace("1", "A") for number in range(100)]
    found = of_ids("R-47", *many)["connection/" + many[0]]
    assert isinstance(found, Failed)
    assert len(found.related) == MOST


#

AZURE = {"backend": "azure", "kwargs": {"vault_url": "https://x.vault"}}


@pytest.mark.parametrize("other", ["my-db", "MY_DB", "My-Db"])
def test_azure_keeps_ids_that_differ_in_hyphens_or_case_in_one_secret(other: str) -> None:
    found = of_ids("R-48", "my_db", other, **AZURE)
    assert found["connection/my_db"] == Failed(
        "one-secret", facts={"others": other}, related=[f"id:prod/connection/{other}"]
    )
    assert isinstance(found[f"connection/{other}"], Failed)


def test_azure_keeps_kinds_under_the_same_prefix_in_one_secret() -> None:
    same = {**AZURE["kwargs"], "variables_prefix": "airflow-connections"}  # type: ignore[dict-item]
    ids: Any = ("db", {"key": "db", "kind": "variable"})
    assert isinstance(of_ids("R-48", *ids, backend="azure", kwargs=same)["connection/db"], Failed)
    assert of_ids("R-48", *ids, **AZURE)["connection/db"] == PASSED


def test_the_workers_own_vault_counts_as_well() -> None:
    found = of_ids("R-48", "a_b", "a-b", worker_backend="azure", worker_kwargs=AZURE["kwargs"])
    assert isinstance(found["connection/a_b"], Failed)


def test_other_stores_keep_them_apart_and_are_not_judged() -> None:
    assert of_ids("R-48", "my_db", "my-db") == {}


def test_ids_that_azure_is_not_asked_for_are_not_judged() -> None:
    assert of_ids("R-48", "a.b", "a.B", "ok", **AZURE) == {"connection/ok": PASSED}


def test_azure_without_its_kwargs_cannot_be_told() -> None:
    found = of_ids("R-48", "my_db", "my-db", **AZURE, untold=["backend"])
    assert set(found.values()) == {Unchecked("no-kwargs")}


def test_another_id_may_be_in_what_was_not_read_of_azure() -> None:
    assert of_ids("R-48", "db", **AZURE, places={}) == {"connection/db": Unchecked("store-not-read")}


#


@pytest.mark.parametrize(("backend", "key"), [("gcp", "my.db"), ("azure", "my.db"), ("secrets-manager", "my db")])
def test_an_id_that_its_store_cannot_have_is_never_found(backend: str, key: str) -> None:
    kwargs = {"vault_url": "https://x.vault"} if backend == "azure" else {}
    found = of_ids("R-49", key, "db", backend=backend, kwargs=kwargs)
    failed = found[f"connection/{key}"]
    assert isinstance(failed, Failed)
    assert (failed.code, failed.field, failed.facts["layer"]) == ("illegal-name", "backend", "backend")
    assert failed.severity is None
    assert found["connection/db"] == PASSED


@pytest.mark.parametrize(
    ("views", "severity"),
    [
        ({"cells": {"metastore": "wins"}}, "low"),
        ({"cells": {"metastore": "absent"}}, None),
        ({"server": {"metastore": "wins"}, "task": {"metastore": "absent"}}, None),
    ],
)
def test_an_id_that_is_found_elsewhere_is_hardly_missed(views: dict[str, Any], severity: str | None) -> None:
    found = of_ids("R-49", {"key": "a.b", **views}, backend="gcp")["connection/a.b"]
    assert isinstance(found, Failed)
    assert found.severity == severity


def test_a_prefix_that_google_does_not_take_keeps_airflow_from_starting() -> None:
    found = judged("R-49", {"deployments": [{"backend": "gcp", "kwargs": {"connections_prefix": "a/b"}}]})
    assert found == {
        "deployment:prod": Failed(
            "illegal-prefix",
            "backend.connections_prefix",
            facts={"layer": "backend", "kwarg": "connections_prefix"},
        )
    }


def test_other_kwargs_that_are_wrong_are_not_the_name() -> None:
    assert judged("R-49", {"deployments": [{"backend": "gcp", "kwargs": {"conns": "a"}}]}) == {}


def test_names_of_a_store_that_nobody_knows_cannot_be_judged() -> None:
    assert of_ids("R-49", "db", backend="our.own.Backend") == {"connection/db": Unchecked("unknown-class")}
    assert of_ids("R-49", "db", backend="?") == {"connection/db": Unchecked("no-kwargs")}
    assert of_ids("R-49", "db", untold=["backend"]) == {"connection/db": Unchecked("no-kwargs")}
    assert of_ids("R-49", "a.b", backend=None) == {}


#


def test_an_id_with_the_mark_of_a_team_is_refused_where_there_are_teams() -> None:
    newest = {"providers": {"apache-airflow-providers-amazon": "9.39"}, "multi_team": True}
    found = of_ids("R-50", "a--b", "_x___y", "a-b", "a_b", **newest)
    assert found == {
        "connection/a--b": Failed("refused", facts={"layers": "backend"}),
        "connection/_x___y": Failed("refused", facts={"layers": "worker-environment, environment"}),
        "connection/a-b": PASSED,
        "connection/a_b": PASSED,
    }


def test_some_releases_of_the_provider_refuse_it_without_teams() -> None:
    found = of_ids("R-50", "a--b", airflow="2.11", providers={"apache-airflow-providers-amazon": "9.30"})
    assert found == {"connection/a--b": Failed("refused", facts={"layers": "backend"})}


def test_where_teams_may_come_it_will_be_refused() -> None:
    newest = {"providers": {"apache-airflow-providers-amazon": "9.39"}}
    found = of_ids("R-50", "a--b", airflow="3.2", **newest)
    assert found == {"connection/a--b": Failed("refused-with-teams", facts={"layers": "backend"}, severity="low")}
    assert of_ids("R-50", "a--b", airflow="3.1", **newest) == {"connection/a--b": PASSED}


def test_azure_takes_two_underscores_for_the_mark_and_vault_a_slash() -> None:
    assert of_ids("R-50", "a__b", **AZURE, multi_team=True)["connection/a__b"] == Failed(
        "refused", facts={"layers": "backend"}
    )
    vault = {"backend": "vault", "kwargs": {"token": "•"}, "multi_team": True}
    assert of_ids("R-50", "a/b", **vault)["connection/a/b"] == Failed("refused", facts={"layers": "backend"})


def test_whether_an_unknown_class_refuses_it_cannot_be_told() -> None:
    found = of_ids("R-50", "a--b", "ab", backend="our.own.Backend")
    assert found == {"connection/a--b": Unchecked("unknown-class"), "connection/ab": PASSED}


#


@pytest.mark.parametrize(
    ("key", "where"),
    [("my db", "character 3"), ("ünit", "character 1"), ("a@b", "character 2"), ("a\n", "character 2")],
)
def test_a_connection_id_with_a_sign_that_airflow_does_not_take(key: str, where: str) -> None:
    assert of_secret("R-51", f"airflow/connections/{key}", scopes=PREFIXES) == Failed(
        "illegal-character", where=where, facts={"kind": "connection"}
    )


@pytest.mark.parametrize("key", ["a", "A-b_c.d", "a/b", "a:b", "(a)", "a!#", "a\\b", "a" * 250])
def test_a_connection_id_as_airflow_takes_it(key: str) -> None:
    assert of_secret("R-51", f"airflow/connections/{key}", scopes=PREFIXES) == PASSED


def test_an_id_of_more_than_250_is_too_long() -> None:
    long = Failed("too-long", facts={"kind": "connection", "limit": 250})
    assert of_secret("R-51", "airflow/connections/" + "a" * 251, scopes=PREFIXES) == long
    found = of_secret("R-51", "airflow/variables/" + "a" * 251, scopes=PREFIXES)
    assert found == Failed("too-long", facts={"kind": "variable", "limit": 250}, severity="low")


def test_a_variable_may_have_any_sign() -> None:
    assert of_secret("R-51", "airflow/variables/my key", scopes=PREFIXES) == PASSED


def test_config_and_what_waits_for_its_deletion_are_not_judged() -> None:
    assert judged("R-51", {"secrets": [{"name": "airflow/config/my key"}]}) == {}
    assert judged("R-51", {"secrets": [{"name": "airflow/connections/my key", "deleted_at": "-1d"}]}) == {}


def test_an_id_is_judged_once_as_the_secret_that_holds_it_or_else_as_an_id() -> None:
    spec = {
        "secrets": [{"name": "airflow/connections/my db"}],
        "deployments": [{"ids": [{"key": "my db"}, {"key": "my row"}, {"key": "my db", "kind": "variable"}]}],
    }
    found = judged("R-51", spec)
    assert {ref for ref, outcome in found.items() if outcome != PASSED} == {
        "secret:prod/eu-central-1/airflow/connections/my db",
        "id:prod/connection/my row",
    }
    assert found["id:prod/variable/my db"] == PASSED


#


def of_deployment(rule: str, **fields: Any) -> list[Outcome]:
    more = {name: fields.pop(name) for name in ("scopes", "secrets") if name in fields}
    return [outcome for _, outcome in CHECKS[rule](estate({"scopes": PREFIXES, "deployments": [fields], **more}))]


def test_default_ids_are_found_in_the_access_log() -> None:
    lookups = {
        "airflow/connections/aws_default": 7,
        "airflow/connections/db": 9,
        "airflow/connections/ssh_default": 0,
        "elsewhere/aws_default": 3,
        "airflow/variables/x_default": 3,
    }
    assert of_deployment("R-52", lookups=lookups) == [
        Failed("looked-up", "aws_default", facts={"id": "aws_default", "count": 7})
    ]


def test_lookups_of_workers_count_together_with_those_of_servers() -> None:
    lookups = {"airflow/connections/airflow_db": 1, "w/airflow_db": 2}
    found = of_deployment(
        "R-52", lookups=lookups, worker_backend="secrets-manager", worker_kwargs={"connections_prefix": "w"}
    )
    assert found == [Failed("looked-up", "airflow_db", facts={"id": "airflow_db", "count": 3})]


def test_an_access_log_without_them_is_fine_and_none_at_all_tells_nothing() -> None:
    assert of_deployment("R-52", lookups={}) == [PASSED]
    assert of_deployment("R-52") == [Unchecked("no-access-log")]
    assert of_deployment("R-52", lookups={}, untold=["backend"]) == [Unchecked("no-kwargs")]
    assert of_deployment("R-52", lookups={"a": 1}, backend=None) == []
    assert of_deployment("R-52", lookups={"a": 1}, places={}) == []


def test_mwaa_asks_for_its_default_connection() -> None:
    asked = [Failed("looked-up-on-mwaa", "aws_default", facts={"id": "aws_default"})]
    assert of_deployment("R-52", platform="mwaa") == asked
    name = "airflow/connections/aws_default"
    assert of_deployment("R-52", platform="mwaa", secrets=[{"name": name}]) == [PASSED]
    assert of_deployment("R-52", platform="mwaa", secrets=[{"name": name, "deleted_at": "-1d"}]) == asked


@pytest.mark.parametrize(
    "kwargs", [{"connections_lookup_pattern": "^(?!aws_default$).*$"}, {"connections_prefix": None}]
)
def test_mwaa_does_not_ask_where_the_kwargs_say_so(kwargs: dict[str, Any]) -> None:
    assert of_deployment("R-52", platform="mwaa", kwargs=kwargs) == [PASSED]


@pytest.mark.parametrize(
    "fields",
    [
        {"scopes": []},
        {"scopes": [{"path": "airflow/connections", "complete": False}]},
        {"scopes": [{"path": "airflow/connections", "problem": "denied"}]},
        {"backend": "parameter-store"},
    ],
)
def test_whether_the_default_of_mwaa_is_there_may_not_be_known(fields: dict[str, Any]) -> None:
    assert of_deployment("R-52", platform="mwaa", **fields) == [Unchecked("not-listed")]


def test_a_backend_that_does_not_start_on_mwaa_asks_nothing() -> None:
    found = of_deployment("R-52", platform="mwaa", kwargs={"connections_prefix": 1})
    assert found == [Unchecked("wrong-type")]


#


@pytest.mark.parametrize("name", ["my-server", "a-b1C2d3"])
def test_a_name_may_end_like_an_arn(name: str) -> None:
    assert of_secret("R-53", f"airflow/connections/{name}") == Failed("like-an-arn", severity="low")


@pytest.mark.parametrize("name", ["server", "my-serve", "my-servers", "my-serv_r", "-serverx", "my_server"])
def test_a_name_may_end_otherwise(name: str) -> None:
    assert of_secret("R-53", f"airflow/connections/{name}") == PASSED


def test_it_matters_where_a_backend_asks_by_arn() -> None:
    shared = {"name": "data", "places": {"backend/shared": ["prod", "eu-central-1"]}}
    name = "airflow/connections/my-server"
    assert of_secret("R-53", name, deployments=[shared]) == Failed("read-by-arn", related=("deployment:data",))
    elsewhere = {"places": {"backend/shared": ["prod", "us-east-1"]}}
    assert of_secret("R-53", name, deployments=[elsewhere]) == Failed("like-an-arn", severity="low")
    assert of_secret("R-53", name, deployments=[{}]) == Failed("like-an-arn", severity="low")


def test_the_secret_that_it_is_taken_for_is_named() -> None:
    found = judged("R-53", {"secrets": [{"name": "a/my-server"}, {"name": "a/my"}]})
    assert found["secret:prod/eu-central-1/a/my-server"] == Failed(
        "like-an-arn", facts={"twin": "a/my"}, severity="low", related=("secret:prod/eu-central-1/a/my",)
    )


def test_names_of_other_stores_and_of_the_deleted_are_not_judged() -> None:
    vault = [{"path": "a", "store": "vault"}]
    assert judged("R-53", {"scopes": vault, "secrets": [{"name": "a/my-server"}]}) == {}
    assert judged("R-53", {"secrets": [{"name": "a/my-server", "deleted_at": "-1d"}]}) == {}
