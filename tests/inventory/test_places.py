from __future__ import annotations

import pytest

from secretsui.inventory import places
from secretsui.inventory.models import Kind, Prefix
from tests.conftest import REGION, Place

pytestmark = pytest.mark.database


def prefix(place: Place, path: str, *, region: str = REGION, sep: str = "/") -> Prefix:
    return Prefix.objects.create(account=place.account, region=region, path=path, sep=sep, kind=Kind.OTHER)


def test_the_most_specific_prefix_owns_a_name(place: Place) -> None:
    wide = prefix(place, "airflow")
    assert places.find("data-dev", REGION, "airflow/connections/orders") == place.connections
    assert places.find("data-dev", REGION, "airflow/notes") == wide
    assert places.owner(wide, "airflow/connections/orders") == place.connections


def test_a_prefix_ends_with_its_separator(place: Place) -> None:
    assert places.find("data-dev", REGION, "airflow/connections2/orders") is None
    assert places.find("data-dev", REGION, "airflow/connections") is None


def test_an_empty_path_owns_what_no_other_does(place: Place) -> None:
    everything = prefix(place, "")
    assert places.find("data-dev", REGION, "payments/stripe") == everything
    assert places.find("data-dev", REGION, "airflow/variables/limit") == place.variables


def test_other_separators_count(place: Place) -> None:
    dashed = prefix(place, "airflow-connections", sep="-")
    assert places.find("data-dev", REGION, "airflow-connections-orders") == dashed


def test_regions_and_accounts_are_apart(place: Place) -> None:
    assert places.find("data-dev", "us-east-1", "airflow/connections/orders") is None
    assert places.find("data-prod", REGION, "airflow/connections/orders") is None


def test_narrower_and_wider_prefixes_know_each_other(place: Place) -> None:
    wide = prefix(place, "airflow")
    prefix(place, "airflow", region="us-east-1")
    assert sorted(places.narrower(wide)) == ["airflow/config/", "airflow/connections/", "airflow/variables/"]
    assert places.narrower(place.connections) == []
    assert places.wider(place.connections) == [wide]
    assert places.wider(wide) == []


@pytest.mark.parametrize("given", [("data-\0dev", REGION, "a"), ("data-dev", REGION, "airflow/connections/\0")])
def test_what_no_database_can_look_for_is_nowhere(place: Place, given: tuple[str, str, str]) -> None:
    assert places.find(*given) is None
