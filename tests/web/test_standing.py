from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from secretsui.inventory.models import Deployment, LayerState
from secretsui.web import standing
from tests.conftest import Place
from tests.web.deployed import grant, halden_prod
from tests.web.rows import text, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen(place: Place, bob: User) -> Deployment:
    found = halden_prod(place.connections)
    grant(bob, found)
    found.refresh_from_db()
    return found


def test_conflicts_are_counted_worst_first(seen: Deployment) -> None:
    found = standing.of(seen)
    assert [(each.conflict, each.number) for each in found.counts] == [("different", 1), ("falls-through", 1)]
    assert (found.conflicts, found.ids, found.icon) == (2, 4, "alert-triangle")


def test_of_airflow_3_the_counts_are_those_of_tasks(seen: Deployment) -> None:
    seen.airflow_version = "3.3.2"
    seen.summary = {"server": {"ids": 9, "conflicts": {"never": 5}}, "task": {"ids": 3, "conflicts": {"same": 2}}}
    found = standing.of(seen)
    assert (found.conflicts, found.ids, found.icon) == (2, 3, "server-2")


def test_what_was_never_worked_out_is_not_called_free_of_conflicts(place: Place, bob: User, as_bob: Client) -> None:
    grant(bob, Deployment.objects.create(name="halden-new", api="none"))
    page = words(as_bob.get("/"))
    assert "Not worked out yet" in page
    assert "None found" not in page
    assert standing.of(Deployment.objects.get()).icon == "clock"


def test_the_sidebar_leads_to_each_deployment_and_says_which_one_is_open(seen: Deployment, as_bob: Client) -> None:
    assert '<a class="mono" href="/d/halden-prod/conflicts/"><' in text(as_bob.get("/"))
    open_page = text(as_bob.get("/d/halden-prod/conflicts/"))
    assert '<a class="mono" href="/d/halden-prod/conflicts/" aria-current="true"><' in open_page
    assert "2 conflicts" in words(as_bob.get("/"))


def test_the_overview_says_what_is_in_conflict_and_what_was_not_read(seen: Deployment, as_bob: Client) -> None:
    LayerState.objects.filter(kind="variable").update(problem="Airflow did not answer.", as_of=None)
    page = text(as_bob.get("/"))
    assert "/d/halden-prod/conflicts/?conflict=different" in page
    told = words(as_bob.get("/"))
    assert "1 different" in told
    assert "Metadata database, variable: could not read Airflow did not answer." in told


def test_nobody_hears_of_a_deployment_without_a_grant(place: Place, as_bob: Client) -> None:
    halden_prod(place.connections)
    assert "halden-prod" not in text(as_bob.get("/"))


def test_a_deployment_alone_is_enough_for_an_overview(seen: Deployment, bob: User, as_bob: Client) -> None:
    bob.groups.exclude(name__contains="halden").delete()
    page = words(as_bob.get("/"))
    assert "1 different" in page
    assert "You cannot list any secret yet" in page


@pytest.mark.parametrize("more", [0, 5])
def test_more_deployments_cost_no_more_queries(
    seen: Deployment, bob: User, as_bob: Client, more: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(more):
        grant(bob, Deployment.objects.create(name=f"halden-{number}", api="none"))
    as_bob.get("/")
    with django_assert_num_queries(9):
        as_bob.get("/")
