from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from secretsui.access import events
from secretsui.access.models import AccessEvent
from secretsui.inventory.models import Account, Refresh
from tests.conftest import Place
from tests.web.rows import put, renew, text, words


def test_the_worst_comes_first_with_one_action_each(as_alice: Client, place: Place) -> None:
    put(place.connections, "broken_one", problem="unescaped", problem_detail="the @ at character 9")
    put(place.connections, "going", deleted_at=timezone.now() - timedelta(days=1))
    put(place.connections, "unknown", read_error="denied")
    page = words(as_alice.get("/"))
    going, broken, unread = (page.index(part) for part in ("going is scheduled", "broken_one:", "1 secret in airflow"))
    assert going < broken < unread
    assert "It can be restored for at least 5 days." in page
    assert "(the @ at character 9)" in page
    assert "could not be read: access denied" in page
    markup = text(as_alice.get("/"))
    assert 'going/-/restore">' in markup
    assert 'broken_one/-/edit">' in markup


def test_readers_are_not_offered_what_they_may_not_do(as_bob: Client, place: Place) -> None:
    put(place.connections, "going", deleted_at=timezone.now())
    page = text(as_bob.get("/"))
    assert "going" in page
    assert "/-/restore" not in page
    assert "New secret" not in page


def test_prefixes_that_failed_or_are_old_have_a_button(as_bob: Client, place: Place) -> None:
    put(place.connections, "crm")
    renew(place.connections, complete=False, problem="The store refused access.", remedy="Grant it.")
    put(place.variables, "flags")
    renew(place.variables, as_of=timezone.now() - timedelta(days=3))
    page = words(as_bob.get("/"))
    assert "airflow/connections could not be read. The store refused access. Grant it." in page
    assert "airflow/variables was last read 3 d ago." in page
    assert "airflow/config has not been read yet" in page
    assert "Try again" in page


def test_nothing_found_is_not_said_of_what_was_not_read(as_bob: Client, place: Place) -> None:
    for prefix in place.prefixes:
        put(prefix, "one")
    assert "Nothing found in what was read" in words(as_bob.get("/"))
    renew(place.config, complete=False)
    Refresh.objects.create(prefix=place.config, state="running")
    assert "Nothing found so far; not everything has been read" in words(as_bob.get("/"))


def test_long_lists_are_cut_and_counted(as_bob: Client, place: Place) -> None:
    put(place.connections, *(f"gone{number}" for number in range(8)), deleted_at=timezone.now())
    assert "3 more are scheduled for deletion" in words(as_bob.get("/"))


def test_activity_is_that_of_visible_prefixes(as_bob: Client, place: Place, alice: User) -> None:
    actor = events.Actor("alice", alice, "10.0.0.1")
    events.append(actor, "reveal", "allowed", place=place.connections, name="airflow/connections/crm")
    events.append(actor, "read-batch", "allowed", place=place.connections, detail="20 values")
    hidden = Account.objects.create(name="hidden", region="eu-west-1")
    events.append(actor, "account", "allowed", place=hidden, detail="added")
    page = words(as_bob.get("/"))
    assert "alice revealed crm" in page
    assert "read values" not in page
    assert "hidden" not in page
    assert AccessEvent.objects.count() == 3


def test_the_first_administrator_is_led_to_the_first_account(as_root: Client) -> None:
    assert "Connect your first account" in words(as_root.get("/"))


def test_an_administrator_without_a_grant_is_told_so(as_root: Client, place: Place) -> None:
    put(place.connections, "crm")
    page = words(as_root.get("/"))
    assert "You have no grant on any prefix" in page
    assert "data-dev" not in page


def test_an_outsider_learns_who_can_help(as_charlie: Client, place: Place, root: User) -> None:
    page = words(as_charlie.get("/"))
    assert "Who can give it: root." in page
    assert "data-dev" not in page


@pytest.mark.parametrize("count", [1, 60])
def test_it_takes_the_same_few_queries_at_any_size(
    as_bob: Client, place: Place, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    put(place.connections, *(f"c{number}" for number in range(count)), problem="blank")
    put(place.variables, *(f"v{number}" for number in range(count)), deleted_at=timezone.now())
    put(place.config, *(f"o{number}" for number in range(count)), read_error="denied")
    with django_assert_num_queries(11):
        as_bob.get("/")


def test_it_rejects_post(as_bob: Client) -> None:
    assert as_bob.post("/").status_code == 405
