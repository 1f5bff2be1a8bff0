"""Which value is in the way of which: R-01 to R-09."""

from __future__ import annotations

from typing import Any

import pytest

from secretsui.core.rules.outcome import PASSED, Failed, Outcome, Unchecked
from secretsui.core.rules.precedence import CHECKS, RULES
from tests.core.rules.estates import estate

SHADOWED = {"state": "shadowed"}
SAME = {"state": "shadowed", "compared": "same"}
DIFFERENT = {"state": "shadowed", "compared": "different"}
ONE_ENTRY = {"state": "shadowed", "compared": "same", "reason": "same-entry"}
NOT_KNOWN = {"state": "unknown", "reason": "no-source"}
MASKED = {"state": "shadowed", "compared": "cannot-tell"}


def judged(rule: str, cells: dict[str, Any], **more: Any) -> list[Outcome]:
    spec = {"deployments": [{"ids": [{"key": "db", "cells": cells} | more]}]}
    return [outcome for _, outcome in CHECKS[rule](estate(spec))]


def failed(code: str, column: str, winner: str, **facts: str) -> list[Outcome]:
    return [Failed(code, column, facts={"winner": winner, **facts})]


def test_there_are_words_for_every_rule() -> None:
    assert list(RULES) == list(CHECKS) == [f"R-{number:02}" for number in range(1, 10)]


@pytest.mark.parametrize("winner", ["backend", "worker-backend"])
@pytest.mark.parametrize("hidden", ["environment", "worker-environment"])
def test_an_environment_variable_below_the_backend_is_hidden(winner: str, hidden: str) -> None:
    assert judged("R-01", {winner: "wins", hidden: SAME}) == failed("environment-hidden", hidden, winner)
    assert judged("R-01", {winner: "wins-if", hidden: SHADOWED}) == failed("environment-hidden", hidden, winner)
    assert judged("R-01", {winner: "wins", hidden: "absent"}) == [PASSED]
    assert judged("R-01", {winner: "wins", hidden: ONE_ENTRY}) == [PASSED]


@pytest.mark.parametrize(
    ("winner", "hidden", "code"),
    [
        ("backend", "metastore", "row-hidden"),
        ("worker-backend", "metastore", "row-hidden"),
        ("environment", "metastore", "row-hidden"),
        ("worker-environment", "metastore", "row-hidden"),
        ("environment-manager", "metastore", "row-hidden"),
    ],
)
def test_a_row_below_anything_is_hidden(winner: str, hidden: str, code: str) -> None:
    assert judged("R-02", {winner: "wins", hidden: DIFFERENT}) == failed(code, hidden, winner)


@pytest.mark.parametrize("rule", ["R-01", "R-02", "R-03", "R-04"])
@pytest.mark.parametrize("state", ["unknown", "failed", "denied"])
def test_a_layer_that_could_not_be_read_is_neither_right_nor_wrong(rule: str, state: str) -> None:
    hidden = "environment" if rule == "R-01" else "metastore"
    assert judged(rule, {"backend": "wins", hidden: {"state": state, "reason": "no-api"}}) == [Unchecked("no-api")]
    assert judged(rule, {"backend": "wins", hidden: state}) == [Unchecked(state)]


def test_who_wins_hides_nothing_of_its_own_layer() -> None:
    assert judged("R-01", {"environment": "wins", "metastore": SAME}) == [PASSED]
    assert judged("R-02", {"metastore": "wins"}) == [PASSED]
    assert judged("R-01", {"metastore": "wins"}) == []


def test_nothing_is_hidden_where_nobody_wins() -> None:
    cells = {"backend": "deleted", "environment": "absent", "metastore": "broken"}
    assert [judged(rule, cells) for rule in RULES if rule != "R-05"] == [[]] * 8


def test_only_what_stands_below_the_winner_is_hidden() -> None:
    cells = {"worker-environment": "absent", "backend": "wins", "environment": "absent"}
    assert judged("R-01", cells) == [PASSED]
    assert judged("R-01", {"worker-environment": "unknown", "backend": "wins", "environment": "absent"}) == [PASSED]


@pytest.mark.parametrize(("rule", "code", "cell"), [("R-03", "other-value", DIFFERENT), ("R-04", "same-value", SAME)])
def test_values_that_lie_below_the_winner_are_compared(rule: str, code: str, cell: dict[str, Any]) -> None:
    assert judged(rule, {"backend": "wins", "metastore": cell}) == failed(code, "metastore", "backend")
    assert judged(rule, {"backend": "wins", "metastore": ONE_ENTRY}) == [PASSED]
    assert judged(rule, {"backend": "wins", "metastore": MASKED}) == [Unchecked("cannot-compare")]
    assert judged(rule, {"backend": "wins", "metastore": SHADOWED}) == [Unchecked("cannot-compare")]
    assert judged(rule, {"backend": "wins", "metastore": "absent"}) == [PASSED]


def test_the_same_is_not_different_and_the_other_way_round() -> None:
    assert judged("R-03", {"backend": "wins", "metastore": SAME}) == [PASSED]
    assert judged("R-04", {"backend": "wins", "metastore": DIFFERENT}) == [PASSED]


def test_fields_that_differ_are_named_and_keys_of_the_extra_are_not() -> None:
    fields = ["password", "extra.hunter2", "extra.role", "host@2.11"]
    cells = {"backend": "wins", "metastore": DIFFERENT | {"fields": fields}}
    assert judged("R-03", cells) == failed("other-value", "metastore", "backend", fields="extra, host, password")


def test_two_processes_tell_one_fault_once_and_two_faults_twice() -> None:
    server = {"backend": "wins", "environment": SAME}
    task = {"worker-backend": "wins", "worker-environment": SAME, "backend": ONE_ENTRY, "environment": SAME}
    found = judged("R-01", server, task=task)
    assert [(each.code, each.field) for each in found if isinstance(each, Failed)] == [
        ("environment-hidden", "environment"),
        ("environment-hidden", "worker-environment"),
    ]
    assert len(found) == 2


def test_one_process_that_could_not_be_judged_keeps_the_others_from_passing() -> None:
    passing, open_ = {"backend": "wins", "environment": "absent"}, {"backend": "wins", "environment": NOT_KNOWN}
    assert judged("R-01", passing, task=open_) == [Unchecked("no-source")]
    assert judged("R-01", passing, task={"backend": "wins", "environment": SAME}) == failed(
        "environment-hidden", "environment", "backend"
    )


def workers(**spec: Any) -> list[Outcome]:
    return [outcome for _, outcome in CHECKS["R-05"](estate({"deployments": [spec]}))]


def test_workers_that_have_the_backend_of_the_server_are_right() -> None:
    assert workers() == [PASSED]
    assert workers(worker_backend="secrets-manager") == [PASSED]
    assert workers(worker_backend="secrets-manager", worker_kwargs={"sep": "/"}) == [PASSED]
    prefix = {"variables_prefix": "/airflow/variables"}
    assert workers(backend="parameter-store", worker_backend="parameter-store", worker_kwargs=prefix) == [PASSED]


@pytest.mark.parametrize("spec", [{"backend": "vault"}, {"backend": None}])
def test_workers_with_another_class_look_elsewhere(spec: dict[str, Any]) -> None:
    server = "VaultBackend" if spec["backend"] else ""
    facts = {"worker": "SecretsManagerBackend", "server": server}
    assert workers(worker_backend="secrets-manager", **spec) == [Failed("other-class", "secrets_backend", facts=facts)]


def test_kwargs_that_differ_are_named_each() -> None:
    kwargs = {"connections_prefix": "a", "role_arn": "arn:aws:iam::111122223333:role/a"}
    assert workers(kwargs=kwargs, worker_backend="secrets-manager") == [
        Failed("other-kwargs", "connections_prefix", facts={"kwarg": "connections_prefix"}),
        Failed("other-access", "role_arn", facts={"kwarg": "role_arn"}, severity="low"),
    ]
    assert workers(kwargs=kwargs, worker_backend="secrets-manager", worker_kwargs=kwargs) == [PASSED]


@pytest.mark.parametrize(
    "kwarg",
    [
        "assume_role_kwargs",
        "assume_role_method",
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_session_token",
        "client_secret",
        "botocore_config",
        "client_id",
        "config",
        "config_kwargs",
        "endpoint_url",
        "gcp_key_path",
        "key_path",
        "password",
        "profile_name",
        "role_arn",
        "role_id",
        "secret_id",
        "session_kwargs",
        "token",
        "token_path",
        "username",
        "verify",
    ],
)
def test_who_asks_is_the_lesser_difference(kwarg: str) -> None:
    found = workers(backend="vault", worker_backend="vault", worker_kwargs={kwarg: "x"})
    assert found == [Failed("other-access", kwarg, facts={"kwarg": kwarg}, severity="low")]


def test_kwargs_of_classes_without_known_defaults_are_compared_as_they_are() -> None:
    found = workers(backend="vault", worker_backend="vault", worker_kwargs={"sep": "/"})
    assert found == [Failed("other-kwargs", "sep", facts={"kwarg": "sep"})]


@pytest.mark.parametrize("untold", [["backend"], ["worker-backend"]])
def test_kwargs_that_nobody_told_are_not_compared(untold: list[str]) -> None:
    assert workers(untold=untold, worker_backend="secrets-manager") == [Unchecked("no-kwargs")]


def test_workers_of_whose_environment_nothing_is_known_may_have_a_backend() -> None:
    assert workers(worker_environ=None) == [Unchecked("no-source")]
    assert workers(worker_environ=None, worker_backend="secrets-manager") == [PASSED]


def test_workers_of_airflow_2_have_no_backend_of_their_own() -> None:
    assert workers(airflow="2.11", worker_backend="vault") == []
    assert workers(airflow="3.0") == [PASSED]


def test_objects_of_the_environment_manager_hide_and_are_hidden() -> None:
    manager = "environment-manager"
    assert judged("R-06", {"backend": "wins", manager: SAME}) == failed("object-hidden", manager, "backend")
    assert judged("R-06", {manager: "wins", "environment": SAME}) == failed("hidden-by-object", "environment", manager)
    assert judged("R-06", {"backend": "absent", manager: "wins", "environment": "absent"}) == [PASSED]
    assert judged("R-06", {"backend": "wins", manager: NOT_KNOWN}) == [Unchecked("no-source")]
    assert judged("R-06", {"backend": "wins", "environment": SAME}) == []


SHARED = "backend/shared"


@pytest.mark.parametrize("cell", [{"state": "never", "held": True, "reason": "pattern"}, {"state": "shadowed"}])
def test_a_secret_of_the_shared_account_behind_ones_own_is_hidden(cell: dict[str, Any]) -> None:
    assert judged("R-07", {"backend": "wins", SHARED: cell}) == failed("shared-hidden", SHARED, "backend")
    [alike] = judged("R-07", {"backend": "wins", SHARED: cell | {"compared": "same"}})
    assert alike == Failed("shared-hidden", SHARED, facts={"winner": "backend"}, severity="low")


def test_a_shared_account_without_such_a_secret_is_right() -> None:
    assert judged("R-07", {"backend": "wins", SHARED: {"state": "never", "reason": "pattern"}}) == [PASSED]
    assert judged("R-07", {"backend": "absent", SHARED: "wins"}) == [PASSED]
    assert judged("R-07", {"backend": "wins", SHARED: ONE_ENTRY}) == [PASSED]
    assert judged("R-07", {"worker-backend": "wins", "backend": SAME, SHARED: SAME}) == [PASSED]
    assert judged("R-07", {"backend": "wins", "metastore": SAME}) == []
    assert judged("R-07", {"backend": "wins", SHARED: NOT_KNOWN}) == [Unchecked("no-source")]


def test_values_that_cannot_be_compared_are_told_with_the_reason() -> None:
    cells = {"backend": "wins", "metastore": MASKED}
    assert judged("R-08", cells) == failed("not-read", "metastore", "backend")
    masked = [{"layer": "metastore", "prints": {"host": "ab", "password": "?"}}]
    assert judged("R-08", cells, entries=masked) == failed("masked", "metastore", "backend")
    elsewhere = [{"layer": "environment", "prints": {"password": "?"}}]
    assert judged("R-08", cells, entries=elsewhere) == failed("not-read", "metastore", "backend")
    of_winner = [{"layer": "environment", "prints": {"password": "?"}}]
    assert judged("R-08", {"environment": "wins", "metastore": MASKED}, entries=of_winner) == failed(
        "masked", "metastore", "environment"
    )


def test_values_that_were_compared_pass_and_where_there_is_one_nothing_is_asked() -> None:
    assert judged("R-08", {"backend": "wins", "metastore": SAME}) == [PASSED]
    assert judged("R-08", {"backend": "wins", "metastore": DIFFERENT}) == [PASSED]
    assert judged("R-08", {"backend": "wins", "metastore": "absent"}) == []


def variable(cells: dict[str, Any]) -> list[Outcome]:
    return judged("R-09", cells, kind="variable")


def test_a_variable_that_was_written_beside_the_backend_is_lost() -> None:
    assert variable({"backend": "wins", "metastore": DIFFERENT}) == failed("written-beside", "metastore", "backend")
    assert judged("R-09", {"backend": "wins", "metastore": DIFFERENT}) == []


def test_a_row_that_is_older_than_the_secret_was_not_written_beside_it() -> None:
    backend = {"state": "wins", "changed_at": "-2d"}
    for age, is_lost in (("-3d", False), ("-2d", True), ("-1d", True)):
        found = variable({"backend": backend, "metastore": DIFFERENT | {"changed_at": age}})
        assert any(isinstance(each, Failed) for each in found) == is_lost
    assert variable({"backend": "wins", "metastore": DIFFERENT | {"changed_at": "-3d"}}) != [PASSED]
    assert variable({"backend": backend, "metastore": DIFFERENT}) != [PASSED]


def test_a_variable_in_one_place_is_right() -> None:
    assert variable({"backend": "wins", "metastore": "absent"}) == [PASSED]
    assert variable({"backend": "wins", "metastore": SAME}) == [PASSED]
    assert variable({"backend": "wins", "metastore": ONE_ENTRY}) == [PASSED]
    assert variable({"backend": "absent", "metastore": "wins"}) == [PASSED]
    assert variable({"environment": "wins", "metastore": "absent"}) == []
    assert variable({"backend": "wins"}) == []


def test_a_row_that_is_masked_or_not_read_is_not_judged() -> None:
    assert variable({"backend": "wins", "metastore": MASKED}) == [Unchecked("cannot-compare")]
    assert variable({"backend": "wins", "metastore": NOT_KNOWN}) == [Unchecked("no-source")]
