"""What is nearly an id, wherever it is known of."""

from __future__ import annotations

import pytest

from secretsui.inventory.deployments import misses, resolving
from secretsui.inventory.deployments.misses import Miss
from secretsui.inventory.models import Account, Deployment, Prefix
from tests.conftest import Place
from tests.inventory.deployments import halden

pytestmark = pytest.mark.database


@pytest.fixture
def deployment(place: Place) -> Deployment:
    found = halden.deployment(place.connections)
    halden.read(found)
    halden.source(found)
    return found


def near(deployment: Deployment, key: str) -> list[Miss]:
    resolving.resolve_all(deployment)
    return list(misses.near(deployment, "connection", key))


def first(deployment: Deployment, key: str) -> tuple[str, str, str]:
    found = near(deployment, key)[0]
    return found.why, found.key, found.layer


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        ("Postgres_CRM", "case"),
        ("postgres-crm", "hyphen-underscore"),
        ("postgres_crn", "edit-distance"),
        ("airflow/connections/postgres_crm", "prefix-repeated"),
    ],
)
def test_a_secret_of_another_spelling_is_near(deployment: Deployment, place: Place, stored: str, why: str) -> None:
    halden.secret(place.connections, stored)

    assert first(deployment, "postgres_crm") == (why, stored, "backend")


def test_a_row_and_an_environment_variable_are_near_too(deployment: Deployment) -> None:
    halden.row(deployment, "postgres-crm")
    halden.setting(deployment.sources.get(), "AIRFLOW_CONN_POSTGRES_CRN")

    assert {(each.layer, each.key) for each in near(deployment, "postgres_crm")} == {
        ("metastore", "postgres-crm"),
        ("environment", "postgres_crn"),
    }


def test_a_secret_that_waits_for_its_deletion_is_the_nearest(deployment: Deployment, place: Place) -> None:
    halden.secret(place.connections, "crm", deleted_at=halden.NOON)
    halden.secret(place.connections, "crn")

    assert first(deployment, "crm") == ("pending-deletion", "crm", "backend")


def test_a_secret_that_the_pattern_keeps_out_is_the_nearest(place: Place) -> None:
    deployment = halden.deployment(place.connections, backend_kwargs={"connections_lookup_pattern": "^sql"})
    halden.secret(place.connections, "crm")

    assert first(deployment, "crm") == ("pattern", "crm", "backend")


def test_a_variable_of_the_same_name_is_near(deployment: Deployment, place: Place) -> None:
    halden.secret(place.variables, "crm", "{}")

    assert first(deployment, "crm") == ("other-kind", "crm", "backend")


@pytest.mark.parametrize(
    ("account", "region", "path", "why"),
    [
        ("data-dev", "eu-west-1", "other/connections", "other-prefix"),
        ("data-dev", "us-east-2", "airflow/connections", "other-region"),
        ("data-prod", "eu-west-1", "airflow/connections", "other-account"),
    ],
)
def test_a_secret_that_the_deployment_does_not_see_is_near_with_its_place(
    deployment: Deployment, account: str, region: str, path: str, why: str
) -> None:
    there, _ = Account.objects.get_or_create(name=account, defaults={"region": region})
    prefix = Prefix.objects.create(account=there, region=region, path=path, kind="connection")
    halden.secret(prefix, "crm")

    found = near(deployment, "crm")[0]

    assert (found.why, found.prefix, found.name) == (why, prefix.pk, f"{path}/crm")
    assert (found.account, found.region, found.layer) == (account, region, "")


def test_a_secret_outside_of_any_prefix_lacks_one(deployment: Deployment, place: Place) -> None:
    bare = Prefix.objects.create(account=place.account, region=place.connections.region, path="", kind="connection")
    halden.secret(bare, "crm")

    assert near(deployment, "crm")[0].why == "prefix-missing"


def test_what_is_found_and_what_is_far_is_no_miss(deployment: Deployment, place: Place) -> None:
    halden.secret(place.connections, "crm")
    halden.secret(place.connections, "warehouse")

    assert near(deployment, "crm") == []


def test_config_options_are_not_meant(deployment: Deployment, place: Place) -> None:
    halden.secret(place.config, "crm", "x")

    assert near(deployment, "crm") == []
