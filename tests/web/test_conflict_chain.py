"""The chain of one id as the pages show it."""

from __future__ import annotations

import pytest

from secretsui.inventory.deployments import resolving
from secretsui.inventory.deployments.explained import Asked
from secretsui.web import conflict_chain
from tests.conftest import Place
from tests.inventory.deployments import halden
from tests.web import deployed


def test_each_place_stands_in_the_order_of_the_lookup(place: Place) -> None:
    found = deployed.halden_prod(place.connections)
    links = conflict_chain.links(resolving.resolve_one(found, "server", "connection", "crm"))
    assert [link.number for link in links] == [1, 2, 3]
    assert [link.style for link in links] == ["win", "lose", "lose"]
    assert [str(link.label.words) for link in links] == ["Wins", "Shadowed, different", "Shadowed, same"]
    assert links[0].names == ["airflow/connections/crm"]
    assert links[0].where == "data-dev eu-west-1"
    assert links[1].note == "Host and Password differ"


def test_a_place_that_is_never_asked_says_why(place: Place) -> None:
    found = halden.deployment(place.connections, backend_kwargs={"connections_lookup_pattern": "^aws"})
    links = conflict_chain.links(resolving.resolve_one(found, "server", "connection", "crm"))
    assert links[0].style == "never"
    assert links[0].note.startswith("The lookup pattern does not match this id")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked("metastore", "metastore", "crm", "connection", True, "present"), "connection.conn_id = crm"),
        (Asked("metastore", "metastore", "flag", "variable", True, "present"), "variable.key = flag"),
        (Asked("backend", "vault", "connections/crm", "secret", True, "unknown"), "secret: connections/crm"),
        (Asked("environment", "environment", "AIRFLOW_CONN_CRM", "", True, "absent"), "AIRFLOW_CONN_CRM"),
    ],
)
def test_a_question_is_spelled_as_the_store_takes_it(asked: Asked, words: str) -> None:
    assert conflict_chain.spelled(asked) == words


@pytest.mark.parametrize(
    ("places", "words"),
    [
        (["host"], "Host differs"),
        (["host", "extra.a", "extra.b"], "Host and Extra differ"),
        (["host", "login", "password"], "Host, Login and Password differ"),
        (["text"], ""),
        ([], ""),
    ],
)
def test_fields_that_differ_are_named_once(places: list[str], words: str) -> None:
    assert conflict_chain.differing(places) == words
