"""The chain, seen from one secret."""

from __future__ import annotations

from typing import Any

import pytest

from secretsui.core import facts, prints
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.deployments import explaining
from secretsui.inventory.deployments.explaining import Seen
from secretsui.inventory.models import Deployment
from secretsui.inventory.sync import values
from tests.conftest import Place
from tests.inventory.deployments import halden


@pytest.fixture
def deployment(place: Place) -> Deployment:
    found = halden.deployment(place.connections)
    halden.read(found)
    halden.source(found)
    return found


def of(text: str, kind: str = "connection") -> prints.Prints:
    return prints.fingerprinted(facts.facts(Sensitive(text), kind).parts, values.key().secret)


def one(seen: list[Seen]) -> Seen:
    assert len(seen) == 1
    return seen[0]


def test_a_secret_is_seen_by_every_process_that_looks_for_it(deployment: Deployment, place: Place) -> None:
    halden.secret(place.connections, "crm")
    newer = halden.deployment(place.connections, "halden-dev", airflow_version="3.3.2")
    elsewhere = halden.deployment(place.connections, "halden-us", backend_kwargs={"connections_prefix": "us"})

    seen = explaining.for_secret(place.connections, "crm")

    found = {(each.deployment, each.process, each.column) for each in seen}
    assert found == {
        (deployment, "server", "backend"),
        (newer, "server", "backend"),
        (newer, "task", "worker-backend"),
    }
    assert elsewhere not in {each.deployment for each in seen}
    assert all(each.wins and each.explained.key == "crm" for each in seen)


def test_a_secret_tells_who_shadows_it(place: Place) -> None:
    deployment = halden.deployment(
        place.connections, airflow_version="3.3.2", worker_backend_class=halden.SECRETS_MANAGER
    )
    halden.source(deployment, process="server")
    halden.setting(halden.source(deployment, process="worker"), "AIRFLOW_CONN_CRM", halden.OLD)
    halden.secret(place.connections, "crm")

    task = next(each for each in explaining.for_secret(place.connections, "crm") if each.process == "task")

    assert (task.column, task.wins, task.shadowed_by) == ("backend", False, "worker-environment")
    assert task.shadows == []
    assert not task.explained.is_certain, "nobody told where workers look first"


def test_a_secret_in_use_tells_what_it_shadows(deployment: Deployment, place: Place) -> None:
    halden.secret(place.connections, "crm")
    halden.row(deployment, "crm")

    seen = one(list(explaining.for_secret(place.connections, "crm")))

    assert (seen.wins, seen.shadowed_by, seen.shadows) == (True, "", ["metastore"])


def test_a_variable_is_looked_up_as_a_variable(deployment: Deployment, place: Place) -> None:
    halden.secret(place.variables, "flags", "{}")

    assert one(list(explaining.for_secret(place.variables, "flags"))).explained.kind == "variable"


def test_no_lookup_leads_to_a_config_option(deployment: Deployment, place: Place) -> None:
    halden.secret(place.config, "sql_alchemy_conn", "postgresql://")

    assert not explaining.for_secret(place.config, "sql_alchemy_conn")


def test_before_saving_a_new_secret_says_what_it_will_shadow(deployment: Deployment, place: Place) -> None:
    halden.row(deployment, "crm", halden.OLD)

    seen = one(list(explaining.before_saving(place.connections, "crm", "connection", of(halden.CRM))))

    assert (seen.wins, seen.shadows, seen.explained.conflict) == (True, ["metastore"], "different")
    assert seen.explained.cells["metastore"]["fields"] == ["password"]
    assert one(list(explaining.for_secret(place.connections, "crm"))).explained.winner == "metastore"


def test_before_saving_an_equal_value_says_that_it_is_the_same(deployment: Deployment, place: Place) -> None:
    halden.secret(place.connections, "crm", halden.OLD)
    halden.row(deployment, "crm")

    seen = one(list(explaining.before_saving(place.connections, "crm", "connection", of(halden.CRM))))

    assert seen.explained.conflict == "same"


def test_before_saving_what_no_airflow_reads_says_that_the_next_layer_wins(
    deployment: Deployment, place: Place
) -> None:
    halden.row(deployment, "crm")

    seen = one(list(explaining.before_saving(place.connections, "crm", "connection", of(halden.BROKEN))))

    assert (seen.wins, seen.explained.winner, seen.shadows) == (False, "metastore", [])
    assert seen.explained.cells["backend"]["state"] == "broken"


def test_before_saving_an_unknown_value_nothing_is_compared(deployment: Deployment, place: Place) -> None:
    halden.row(deployment, "crm")

    seen = one(list(explaining.before_saving(place.connections, "crm", "connection", None)))

    assert (seen.wins, seen.explained.cells["metastore"]["compared"]) == (True, "cannot-tell")
    assert not seen.explained.is_certain


def test_before_saving_a_variable_it_wins_whatever_it_is(deployment: Deployment, place: Place) -> None:
    halden.row(deployment, "flags", "{}", "variable")

    seen = one(list(explaining.before_saving(place.variables, "flags", "variable", of("", "variable"))))

    assert seen.wins


def test_before_saving_under_a_pattern_says_that_nobody_will_look(place: Place) -> None:
    halden.deployment(place.connections, backend_kwargs={"connections_lookup_pattern": "^sql"})

    seen = one(list(explaining.before_saving(place.connections, "crm", "connection", of(halden.CRM))))

    assert (seen.wins, seen.explained.conflict) == (False, "never")
    assert seen.explained.cells["backend"]["reason"] == "pattern"


def test_without_the_entry_of_a_column_the_next_one_wins(deployment: Deployment, place: Place) -> None:
    halden.secret(place.connections, "crm")
    halden.row(deployment, "crm", halden.OLD)

    left = {
        column: explaining.without(deployment, "server", "connection", "crm", column)
        for column in ("backend", "environment", "metastore")
    }

    winners = {column: found.winner for column, found in left.items()}
    assert winners == {"backend": "metastore", "environment": "backend", "metastore": "backend"}
    assert left["metastore"].conflict == "none"
    assert left["environment"].conflict == "different", "nothing lies there, so nothing changes"


def test_without_a_secret_it_is_gone_from_every_layer_that_reads_it(place: Place) -> None:
    deployment = halden.deployment(place.connections, airflow_version="3.3.2")
    halden.secret(place.connections, "crm")

    found = explaining.without(deployment, "task", "connection", "crm", "worker-backend")

    assert (found.cells["worker-backend"]["state"], found.cells["backend"]["state"]) == ("absent", "absent")


def test_a_few_queries_per_deployment_tell_of_a_secret(place: Place, django_assert_max_num_queries: Any) -> None:
    for number in range(3):
        deployment = halden.deployment(place.connections, f"halden-{number}", airflow_version="3.3.2")
        halden.read(deployment)
        halden.source(deployment)
    halden.secret(place.connections, "crm")

    with django_assert_max_num_queries(3 + 3 * 9):
        assert len(explaining.for_secret(place.connections, "crm")) == 6
