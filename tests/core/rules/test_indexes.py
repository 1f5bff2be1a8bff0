"""What is gathered once for an estate: under which key it is found, and for how long it is kept."""

from __future__ import annotations

import gc
from dataclasses import replace

import pytest

from secretsui.core.rules import indexes
from secretsui.core.rules.estate import Estate
from tests.core.rules.estates import ACCOUNT, REGION, estate

SCOPE = {"path": "airflow/connections"}
ELSEWHERE = {"path": "airflow/connections", "region": "us-east-1"}
HERE, THERE = (ACCOUNT, REGION), (ACCOUNT, "us-east-1")


def test_each_estate_is_looked_through_once() -> None:
    seen: list[Estate] = []
    build = indexes.once(lambda found: seen.append(found) or len(seen))  # type: ignore[func-returns-value]
    one, other = estate({}), estate({})
    assert [build(one), build(one), build(other), build(one)] == [1, 1, 2, 1]


def test_what_was_gathered_goes_with_its_estate() -> None:
    kept: list[object] = []

    class Gathered:
        def __del__(self) -> None:
            kept.append("gone")

    found = estate({})
    indexes.once(lambda _: Gathered())(found)
    gc.collect()
    assert kept == []
    del found
    gc.collect()
    assert kept == ["gone"]


def test_secrets_by_their_prefix() -> None:
    secrets = [{"name": "airflow/connections/a"}, {"name": "airflow/connections/b", "region": "us-east-1"}]
    found = estate({"scopes": [SCOPE, ELSEWHERE], "secrets": secrets})
    assert {ref: [each.key for each in held] for ref, held in indexes.secrets_of(found).items()} == {
        "prefix:prod/eu-central-1/airflow/connections": ["a"],
        "prefix:prod/us-east-1/airflow/connections": ["b"],
    }


def test_secrets_of_a_prefix_that_is_not_listed() -> None:
    found = estate({"scopes": [SCOPE], "secrets": [{"name": "airflow/connections/a"}]})
    alone = Estate(found.now, secrets=[replace(found.secrets[0], scope=replace(found.scopes[0], path="other"))])
    assert list(indexes.secrets_of(alone)) == ["prefix:prod/eu-central-1/other"]


def test_secrets_and_prefixes_by_where_they_lie() -> None:
    secrets = [{"name": "airflow/connections/a"}, {"name": "airflow/connections/a", "region": "us-east-1"}]
    found = estate({"scopes": [SCOPE, ELSEWHERE, {"path": "x"}], "secrets": secrets})
    assert {where: list(held) for where, held in indexes.by_place(found).items()} == {
        HERE: ["airflow/connections/a"],
        THERE: ["airflow/connections/a"],
    }
    assert indexes.by_place(found)[THERE]["airflow/connections/a"] is found.secrets[1]
    assert {where: [each.path for each in held] for where, held in indexes.scopes_of(found).items()} == {
        HERE: ["airflow/connections", "x"],
        THERE: ["airflow/connections"],
    }


@pytest.mark.parametrize(("store", "name"), [("azure", "airflow-connections-db"), ("vault", "airflow-connections-DB")])
def test_only_key_vault_does_not_tell_capitals_from_small_letters(store: str, name: str) -> None:
    scope = {"path": "airflow-connections", "sep": "-", "store": store}
    found = estate({"scopes": [scope], "secrets": [{"name": "airflow-connections-DB"}]})
    assert list(indexes.by_place(found)[HERE]) == [name]
    assert indexes.spelt(store, "airflow-connections-DB") == name


def test_ids_and_deployments_by_what_names_them() -> None:
    ids = [{"key": "a"}, {"key": "a", "kind": "variable"}]
    found = estate({"deployments": [{"name": "one", "ids": ids}, {"name": "two", "ids": ids[:1]}]})
    assert list(indexes.ids_of(found)) == [
        ("one", "connection", "a"),
        ("one", "variable", "a"),
        ("two", "connection", "a"),
    ]
    assert indexes.ids_of(found)["one", "variable", "a"] is found.deployments[0].ids[1]
    assert dict(indexes.deployments(found)) == dict(zip(("one", "two"), found.deployments, strict=True))


def test_chains_of_the_processes_that_differ() -> None:
    found = estate({"deployments": [{"name": "new", "airflow": "3.0"}, {"name": "old", "airflow": "2.11"}]})
    assert {key: (chain.process, len(chain.layers)) for key, chain in indexes.chains(found).items()} == {
        ("new", "server"): ("server", 3),
        ("new", "task"): ("task", 5),
        ("old", "server"): ("server", 3),
    }
