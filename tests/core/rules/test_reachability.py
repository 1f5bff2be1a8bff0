"""What Airflow does not get at, by id and by settings: R-10 to R-12, R-17, R-18, R-21 to R-23."""

from __future__ import annotations

from typing import Any

import pytest

from secretsui.core.rules.outcome import PASSED, Failed, Outcome, Unchecked
from secretsui.core.rules.reachability import CHECKS, RULES
from tests.core.rules.estates import estate

C, V = "airflow/connections", "airflow/variables"
Judged = list[Outcome]


def judged(rule: str, spec: dict[str, Any]) -> Judged:
    return [outcome for _, outcome in CHECKS[rule](estate(spec))]


def of_id(rule: str, cells: dict[str, Any]) -> Judged:
    return judged(rule, {"deployments": [{"ids": [{"key": "db", "cells": cells}]}]})


def of_deployment(rule: str, *keys: str, secrets: Any = (), scopes: Any = (), **spec: Any) -> Judged:
    ids = [{"key": key} for key in keys]
    told = {"secrets": [{"name": name} for name in secrets], "scopes": [{"path": path} for path in scopes]}
    return judged(rule, {**told, "deployments": [{"ids": ids, **spec}]})


def test_there_are_words_for_every_rule() -> None:
    assert list(RULES) == list(CHECKS) == [f"R-{number}" for number in range(10, 24)]


UNMATCHED = {"state": "never", "reason": "pattern", "held": True}


@pytest.mark.parametrize("column", ["backend", "worker-backend"])
def test_a_secret_that_the_pattern_keeps_out_is_found(column: str) -> None:
    assert of_id("R-10", {column: UNMATCHED, "metastore": "wins"}) == [Failed("unmatched", column)]


@pytest.mark.parametrize(
    ("cell", "outcomes"),
    [
        ({"state": "never", "reason": "pattern"}, []),
        ({"state": "never", "reason": "disabled", "held": True}, [PASSED]),
        ("wins", [PASSED]),
        ("absent", []),
        ({"state": "unknown", "reason": "never-listed"}, []),
        ({"state": "unknown", "reason": "no-kwargs"}, [Unchecked("no-kwargs")]),
        ({"state": "unknown", "reason": "unknown-class"}, [Unchecked("unknown-class")]),
    ],
)
def test_only_what_lies_in_a_backend_is_held_against_its_pattern(cell: Any, outcomes: Judged) -> None:
    assert of_id("R-10", {"backend": cell}) == outcomes


def test_the_pattern_has_no_say_in_the_shared_account() -> None:
    assert of_id("R-10", {"backend": "wins", "backend/shared": UNMATCHED}) == [PASSED]
    assert of_id("R-10", {"environment": UNMATCHED}) == []


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("^airflow/connections/crm_.*", "holds-prefix"),
        (r"airflow\/connections", "holds-prefix"),
        ("team/.*", "holds-separator"),
        ("(crm", "broken"),
    ],
)
def test_a_pattern_of_paths_is_found(pattern: str, code: str) -> None:
    kwargs = {"connections_lookup_pattern": pattern}
    failed = [Failed(code, "connections_lookup_pattern", facts={"kwarg": "connections_lookup_pattern"})]
    assert of_deployment("R-11", "crm_db", kwargs=kwargs) == failed
    assert of_deployment("R-11", kwargs=kwargs) == failed


def test_a_pattern_of_ids_is_right_also_where_ids_hold_a_separator() -> None:
    assert of_deployment("R-11", "crm", kwargs={"connections_lookup_pattern": "^crm"}) == [PASSED]
    assert of_deployment("R-11", "crm", kwargs={"connections_lookup_pattern": "^other"}) == [PASSED]
    assert of_deployment("R-11", "Team/db", kwargs={"connections_lookup_pattern": "team/.*"}) == [PASSED]
    assert of_deployment("R-11", "db") == []


def test_a_pattern_is_held_against_prefix_and_separator_of_its_own_kind() -> None:
    kwargs = {"variables_lookup_pattern": "x", "variables_prefix": "x", "sep": "-"}
    assert [each.field for each in of_deployment("R-11", kwargs=kwargs) if isinstance(each, Failed)] == [
        "variables_lookup_pattern"
    ]
    assert of_deployment("R-11", kwargs={"variables_lookup_pattern": "a/b", "sep": "-"}) == [PASSED]
    assert of_deployment("R-11", kwargs={"variables_lookup_pattern": "a-b", "sep": "-"}) != [PASSED]
    assert of_deployment("R-11", kwargs={"variables_lookup_pattern": "a/b", "variables_prefix": None}) == []
    assert of_deployment("R-11", kwargs={"variables_lookup_pattern": "ab", "variables_prefix": ""}) == [PASSED]
    same = {"key": "a/b", "kind": "variable"}
    spec = {"deployments": [{"ids": [same], "kwargs": {"connections_lookup_pattern": "a/b"}}]}
    assert judged("R-11", spec) != [PASSED]


def test_the_pattern_of_workers_is_theirs() -> None:
    name = "connections_lookup_pattern"
    holds = [Failed("holds-separator", name, facts={"kwarg": name})]
    assert of_deployment("R-11", worker_backend="secrets-manager", worker_kwargs={name: "a/b"}) == holds
    assert of_deployment("R-11", worker_backend="secrets-manager", kwargs={name: "a/b"}) == holds
    opens = [Failed("open-at-the-end", name, facts={"kwarg": name, "ids": 1})]
    assert of_deployment("R-12", "ab", "abc", worker_backend="secrets-manager", worker_kwargs={name: "ab"}) == opens


@pytest.mark.parametrize("rule", ["R-11", "R-12", "R-15", "R-22"])
def test_settings_that_nobody_told_are_not_judged(rule: str) -> None:
    assert of_deployment(rule, untold=["backend"]) == [Unchecked("no-kwargs")]
    assert of_deployment(rule, backend="some.Backend") == [Unchecked("unknown-class")]
    assert of_deployment(rule, kwargs={"connections_prefix": 1}) == [Unchecked("wrong-type")]
    assert of_deployment(rule, backend=None) == []
    assert of_deployment(rule, backend="vault", kwargs={"token": "t"}) == []


def test_a_pattern_that_spells_an_id_and_matches_more_is_open() -> None:
    kwargs = {"connections_lookup_pattern": "^(crm|erp)"}
    facts = {"kwarg": "connections_lookup_pattern", "ids": 2}
    assert of_deployment("R-12", "CRM", "crm_db", "erpx", "other", kwargs=kwargs) == [
        Failed("open-at-the-end", "connections_lookup_pattern", facts=facts)
    ]


@pytest.mark.parametrize(
    ("pattern", "keys"), [("^crm$", ["crm", "crm_db"]), ("^crm_", ["crm_a", "crm_b"]), (".*", ["a"]), ("x", [])]
)
def test_a_pattern_that_is_closed_or_means_a_beginning_is_right(pattern: str, keys: list[str]) -> None:
    assert of_deployment("R-12", *keys, kwargs={"connections_lookup_pattern": pattern}) == [PASSED]


def test_a_broken_pattern_is_told_by_another_rule() -> None:
    assert of_deployment("R-12", "a", kwargs={"connections_lookup_pattern": "(a"}) == []


def test_the_shared_account_is_asked_without_a_pattern() -> None:
    kwargs = {"shared_account": "1", "connections_lookup_pattern": "a/b", "variables_prefix": None}
    assert of_deployment("R-11", backend="shared", kwargs=kwargs | {"config_prefix": None}) == [
        Failed("holds-separator", "connections_lookup_pattern", facts={"kwarg": "connections_lookup_pattern"})
    ]


@pytest.mark.parametrize("column", ["backend", "worker-backend", "backend/shared"])
def test_a_secret_that_waits_for_its_deletion_lets_old_values_through(column: str) -> None:
    falls = [Failed("falls-through", column, facts={"winner": "metastore"})]
    assert of_id("R-17", {column: {"state": "deleted", "held": True}, "metastore": "wins"}) == falls
    assert of_id("R-17", {column: {"state": "deleted", "held": True}, "metastore": "wins-if"}) == falls


def test_a_deletion_that_leaves_nothing_is_the_lesser_case() -> None:
    assert of_id("R-17", {"backend": {"state": "deleted", "held": True}, "metastore": "absent"}) == [
        Failed("found-nowhere", "backend", severity="high")
    ]


def test_a_deletion_below_the_winner_is_missed_by_nobody() -> None:
    assert of_id("R-17", {"worker-backend": "wins", "backend": {"state": "deleted", "held": True}}) == [PASSED]


@pytest.mark.parametrize("state", ["unknown", "failed", "denied"])
def test_a_backend_that_could_not_be_read_may_have_one_that_is_deleted(state: str) -> None:
    assert of_id("R-17", {"backend": state, "metastore": "wins"}) == [Unchecked(state)]
    assert of_id("R-17", {"worker-backend": "wins", "backend": state}) == [PASSED]


def test_what_lies_in_no_backend_waits_for_no_deletion() -> None:
    assert of_id("R-17", {"backend": "absent", "metastore": "wins"}) == []
    assert of_id("R-17", {"environment": {"state": "deleted", "held": True}, "metastore": "wins"}) == []


def secret(**fields: Any) -> Judged:
    return judged("R-18", {"secrets": [{"name": f"{C}/db", **fields}]})


def test_bytes_are_no_value_to_airflow() -> None:
    assert secret(form="binary") == [Failed("binary")]
    assert secret(form="uri") == [PASSED]
    assert secret(form="binary", deleted_at="-1d") == []
    assert secret(form="") == [Unchecked("not-read")]
    assert secret(form="", read_error="denied") == [Unchecked("denied")]


@pytest.mark.parametrize(("kind", "is_judged"), [("variable", True), ("config", True), ("other", False)])
def test_bytes_are_right_where_airflow_does_not_read(kind: str, is_judged: bool) -> None:
    assert (secret(kind=kind, form="binary") == [Failed("binary")]) == is_judged
    assert bool(secret(kind=kind)) == is_judged


US = "us-east-1"
HERE = [{"path": C}, {"path": V}]
THERE = {"name": f"{C}/db", "region": US}


def placed(*secrets: Any, scopes: Any = (), **spec: Any) -> Judged:
    there = [{"path": C, "region": US}]
    return judged("R-21", {"scopes": [*HERE, *there, *scopes], "secrets": [*secrets], "deployments": [spec]})


def test_secrets_in_a_region_where_nobody_looks_are_found_and_it_is_not_named() -> None:
    assert placed(THERE) == [Failed("elsewhere", "backend.connection", facts={"prefix": f"{C}/"})]


def test_an_account_where_nobody_looks_counts_as_well() -> None:
    scope = {"path": C, "account": "a"}
    [found] = placed({"name": f"{C}/x", "account": "a"}, scopes=[scope])
    assert found == Failed("elsewhere", "backend.connection", facts={"prefix": f"{C}/"})


def test_a_copy_in_another_region_is_right_while_there_are_secrets_here() -> None:
    assert placed(THERE, {"name": f"{C}/db", "region": "eu-central-1"}) == [PASSED]
    assert placed() == [PASSED]
    assert placed(THERE | {"deleted_at": "-1d"}) == [PASSED]
    assert placed({"name": f"{V}/a", "region": US, "kind": "variable"}) != [PASSED]


def test_secrets_of_a_place_where_another_deployment_looks_are_not_missed_here() -> None:
    spec = {"scopes": [*HERE, {"path": C, "region": US}], "secrets": [THERE]}
    other = {"name": "us", "places": {"backend": ["prod", US]}}
    found = judged("R-21", {**spec, "deployments": [{}, other]})
    assert found == [PASSED, Unchecked("no-prefix")]


def test_a_place_that_nobody_told_or_listed_is_not_judged() -> None:
    assert placed(places={}) == [Unchecked("no-place")]
    assert placed(untold=["backend"]) == [Unchecked("no-kwargs")]
    assert judged("R-21", {"deployments": [{}]}) == [Unchecked("no-prefix")]
    for broken, why in (
        ({"as_of": None}, "never-listed"),
        ({"as_of": None, "problem": "denied"}, "denied"),
        ({"complete": False}, "listing-failed"),
        ({"complete": False, "problem": "throttled"}, "throttled"),
    ):
        scopes = [{"path": C, **broken}, {"path": V}]
        assert judged("R-21", {"scopes": scopes, "deployments": [{}]}) == [Unchecked(why)]
    covered = [{"path": C, "complete": False}, {"path": "airflow"}]
    assert judged("R-21", {"scopes": covered, "deployments": [{}]}) == [PASSED]


def test_without_a_prefix_nothing_is_missed_elsewhere() -> None:
    empty = {"connections_prefix": "", "variables_prefix": None}
    assert placed(THERE, kwargs=empty) == []
    assert placed({"name": "airflow/config/a", "region": US}) == [PASSED]


def test_the_place_of_a_shared_account_is_judged_too() -> None:
    places = {"backend": ["prod", "eu-central-1"], "backend/shared": ["hub", "eu-central-1"]}
    kwargs = {"shared_account": "1", "connections_prefix_shared": "s", "variables_prefix": None}
    scopes = [{"path": "s", "account": "hub"}, {"path": "s", "account": "old"}]
    found = placed({"name": "s/db", "account": "old"}, scopes=scopes, backend="shared", kwargs=kwargs, places=places)
    assert found == [Failed("elsewhere", "backend/shared.connection", facts={"prefix": "s/"})]


OFF = {"variables_prefix": None}


def test_secrets_of_a_kind_that_is_switched_off_are_found() -> None:
    facts = {"kwarg": "variables_prefix", "secrets": 2}
    failed = [Failed("switched-off", "variables_prefix", facts=facts)]
    assert of_deployment("R-22", secrets=[f"{V}/a", f"{V}/b", f"{C}/c"], kwargs=OFF) == failed
    names = ["/airflow/variables/a", "/airflow/variables/b"]
    assert of_deployment("R-22", secrets=names, backend="parameter-store", kwargs=OFF) == failed
    assert of_deployment("R-22", secrets=[f"{C}/a"], kwargs={"connections_prefix": None}) != [PASSED]


def test_a_kind_that_is_switched_off_without_secrets_is_right() -> None:
    assert of_deployment("R-22", scopes=[V], kwargs=OFF) == [PASSED]
    assert of_deployment("R-22", secrets=[f"{V}/a"]) == [PASSED]
    assert of_deployment("R-22", secrets=["airflow/config/a"], kwargs={"config_prefix": None}) == [PASSED]
    assert of_deployment("R-22", kwargs=OFF) == [Unchecked("no-prefix")]
    assert of_deployment("R-22", kwargs=OFF, places={}) == [Unchecked("no-place")]


def test_secrets_that_another_deployment_looks_up_were_not_forgotten() -> None:
    spec = {"secrets": [{"name": f"{V}/a"}], "deployments": [{"kwargs": OFF}, {"name": "two"}]}
    assert judged("R-22", spec) == [PASSED, PASSED]


def test_the_shared_column_is_switched_off_with_the_own() -> None:
    kwargs = {"shared_account": "1", **OFF}
    assert len(of_deployment("R-22", secrets=[f"{V}/a"], backend="shared", kwargs=kwargs)) == 1
    assert of_deployment("R-22", secrets=[f"{V}/a"], worker_backend="secrets-manager", worker_kwargs=OFF) == [PASSED]


def shared(*names: str, ids: Any = (), scopes: Any = (C, V), **spec: Any) -> Judged:
    kwargs = {"shared_account": "1"} | spec.pop("kwargs", {})
    told = {"secrets": [{"name": name} for name in names], "scopes": [{"path": path} for path in scopes]}
    return judged("R-23", {**told, "deployments": [{"backend": "shared", "kwargs": kwargs, "ids": ids, **spec}]})


def test_variables_below_their_own_prefix_are_missed() -> None:
    facts = {"prefix": f"{V}/", "secrets": 2}
    assert shared(f"{V}/a", f"{V}/b", f"{C}/c") == [Failed("variables-missed", "backend", facts=facts)]


def test_a_variable_with_the_id_of_a_connection_comes_back_as_it() -> None:
    as_connection = Failed("connection-as-variable", "backend", facts={"ids": 1})
    row = {"kind": "variable", "key": "db", "cells": {"backend": "wins", "metastore": "shadowed"}}
    assert shared(f"{C}/db", ids=[row]) == [as_connection]
    assert as_connection in shared(f"{C}/db", f"{V}/db")
    assert shared(f"{C}/db", ids=[row | {"key": "other"}]) == [PASSED]
    assert shared(f"{C}/db", ids=[row | {"kind": "connection"}]) == [PASSED]
    assert shared(f"{C}/db", ids=[row | {"cells": {"backend": "wins", "backend/shared": "shadowed"}}]) == [PASSED]
    assert shared(f"{C}/db", ids=[row | {"cells": {"backend": "wins", "metastore": "absent"}}]) == [PASSED]


def test_variables_that_are_not_looked_up_or_lie_among_connections_are_right() -> None:
    assert shared(f"{V}/a", kwargs=OFF) == [PASSED]
    assert shared(f"{C}/a") == [PASSED]
    assert shared(f"{C}/a", kwargs={"variables_prefix": C}) == [PASSED]
    assert of_deployment("R-23", secrets=[f"{V}/a"]) == []


def test_variables_that_nobody_has_seen_may_be_missed() -> None:
    assert shared(scopes=[C]) == [Unchecked("no-prefix")]
    assert shared(scopes=[V]) == [Unchecked("no-prefix")]
    assert shared(places={}) == [Unchecked("no-place")]
    assert shared(untold=["backend"]) == [Unchecked("no-kwargs")]
