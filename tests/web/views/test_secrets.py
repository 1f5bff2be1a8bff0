from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from secretsui.access.models import Grant
from secretsui.inventory.models import Prefix, Refresh
from tests.conftest import Place
from tests.web.rows import ids, put, renew, text, words

HTMX = {"HX-Request": "true"}


def test_it_lists_what_the_person_may_list(as_bob: Client, place: Place) -> None:
    put(place.connections, "crm", "dwh")
    put(place.variables, "flags")
    response = as_bob.get("/secrets/")
    assert response.status_code == 200
    assert ids(response) == ["crm", "dwh", "flags"]
    assert "3 secrets" in text(response)


def test_a_prefix_without_a_grant_is_on_no_list(as_bob: Client, place: Place, bob: User) -> None:
    put(place.connections, "crm")
    put(place.variables, "flags")
    Grant.objects.filter(prefix=place.variables).delete()
    response = as_bob.get("/secrets/")
    assert ids(response) == ["crm"]
    assert "airflow/variables" not in text(response)


def test_an_outsider_sees_nothing_and_who_can_help(as_charlie: Client, place: Place, root: User) -> None:
    put(place.connections, "crm")
    response = as_charlie.get("/secrets/")
    assert ids(response) == []
    assert "data-dev" not in text(response)
    assert "Who can give it: root." in text(response)


def test_administering_alone_lists_nothing(as_root: Client, place: Place) -> None:
    put(place.connections, "crm")
    response = as_root.get("/secrets/")
    assert ids(response) == []
    assert "Administering gives no right on secrets" in text(response)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=CRM", ["crm"]),
        ("?q=warehouse", ["dwh"]),
        ("?q=team%3Ddata", ["crm"]),
        ("?kind=variable", ["flags"]),
        ("?type=snowflake", ["dwh"]),
        ("?state=broken", ["mail"]),
        ("?tag=team%3Ddata", ["crm"]),
        ("?account=data-dev&prefix=airflow/variables", ["flags"]),
        ("?account=elsewhere", []),
        ("?sort=-key&kind=connection", ["mail", "dwh", "crm"]),
        ("?page=nonsense&sort=nonsense", ["crm", "dwh", "flags", "mail"]),
    ],
)
def test_search_filters_and_order_are_in_the_address(
    as_bob: Client, place: Place, query: str, found: list[str]
) -> None:
    put(place.connections, "crm", tags={"team": "data"})
    put(place.connections, "dwh", conn_type="snowflake", description="The warehouse", endpoint="acme.example")
    put(place.connections, "mail", problem="bad-port", conn_type="", endpoint="")
    put(place.variables, "flags")
    assert ids(as_bob.get(f"/secrets/{query}")) == found


@pytest.mark.parametrize("query", ["kind=nonsense", "state=nonsense", "tag=team", "state=broken&kind=nonsense"])
def test_a_filter_that_does_not_exist_finds_nothing_and_says_so(as_bob: Client, place: Place, query: str) -> None:
    put(place.connections, "crm")
    page = as_bob.get(f"/secrets/?{query}")
    assert ids(page) == []
    assert "asks for a kind or a state that does not exist" in text(page)
    exported = as_bob.get(f"/secrets/export/?{query}").getvalue()
    assert exported.startswith(b"account,")
    assert b"crm" not in exported


def test_htmx_gets_the_results_alone_and_the_address_they_have(as_bob: Client, place: Place) -> None:
    put(place.connections, "crm")
    response = as_bob.get("/secrets/?q=crm&account=&kind=", headers=HTMX)
    assert ids(response) == ["crm"]
    assert "<html" not in text(response)
    assert response["HX-Push-Url"] == "/secrets/?q=crm"
    assert 'data-live="1 secret matches"' in text(response)


def test_a_list_without_a_match_says_what_was_searched(as_bob: Client, place: Place) -> None:
    put(place.connections, "crm")
    page = text(as_bob.get("/secrets/?q=nothing"))
    assert "No secret matches these filters" in page
    assert "Searched 1 secret that you may list" in page
    assert "Clear filters" in page


def test_pages_are_links_and_the_last_has_no_next(as_bob: Client, place: Place) -> None:
    put(place.connections, *(f"c{number:03}" for number in range(120)))
    first, last = as_bob.get("/secrets/"), as_bob.get("/secrets/?page=3")
    assert ids(first)[0] == "c000"
    assert len(ids(first)) == 50
    assert 'rel="next"' in text(first)
    assert 'rel="prev"' not in text(first)
    assert ids(last) == [f"c{number:03}" for number in range(100, 120)]
    assert 'rel="next"' not in text(last)
    assert "101\N{EN DASH}120 of 120" in text(last)


def test_the_sorted_column_says_so(as_bob: Client, place: Place) -> None:
    put(place.connections, "crm")
    assert 'aria-sort="ascending"><a class="sort" href="/secrets/?sort=-key"' in text(as_bob.get("/secrets/"))
    assert 'aria-sort="descending"' in text(as_bob.get("/secrets/?sort=-changed"))


def test_filters_travel_with_the_next_search(as_bob: Client, place: Place) -> None:
    put(place.connections, "crm")
    page = text(as_bob.get("/secrets/?kind=connection&sort=-changed"))
    assert '<input type="hidden" form="find" name="kind" value="connection">' in page
    assert '<input type="hidden" form="find" name="sort" value="-changed">' in page


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"complete": False, "problem": "The store refused access.", "code": "AccessDeniedException"}, "Try again"),
        ({"as_of": timezone.now() - timedelta(hours=26)}, "was last read 26 h ago."),
        ({"as_of": None, "complete": False}, "has not been read yet."),
    ],
)
def test_what_the_list_leaves_out_is_said_above_it(
    as_bob: Client, place: Place, facts: dict[str, Any], said: str
) -> None:
    put(place.connections, "crm")
    renew(place.connections, **facts)
    page = words(as_bob.get("/secrets/"))
    assert said in page
    assert facts.get("problem", "") in page
    assert facts.get("code", "") in page


def test_values_that_could_not_be_read_are_counted(as_bob: Client, place: Place) -> None:
    put(place.connections, "crm", "dwh", read_error="denied", conn_type="")
    put(place.connections, "mail")
    page = text(as_bob.get("/secrets/"))
    assert "2 of 3 values could not be read." in page
    assert page.count("Access denied") == 2


def test_a_running_refresh_shows_its_progress(as_bob: Client, place: Place) -> None:
    put(place.connections, "crm")
    Refresh.objects.create(prefix=place.connections, state="running", listed=180, to_read=81, read=7)
    page = text(as_bob.get("/secrets/"))
    assert 'hx-trigger="every 2s"' in page
    assert '<progress class="progress progress-sm w-25" max="261" value="187"' in page


@pytest.mark.parametrize("count", [1, 40, 400])
def test_a_page_takes_the_same_few_queries_at_any_size(
    as_bob: Client, place: Place, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    put(place.connections, *(f"c{number:03}" for number in range(count)))
    with django_assert_num_queries(9):
        as_bob.get("/secrets/")


def test_a_full_page_stays_light(as_alice: Client, place: Place) -> None:
    put(place.connections, *(f"a_connection_with_its_id_{number:03}" for number in range(60)), description="x" * 90)
    assert len(as_alice.get("/secrets/").content) < 60_000


@pytest.mark.parametrize("path", ["/secrets/", "/secrets/export/"])
def test_it_rejects_post(as_alice: Client, path: str) -> None:
    assert as_alice.post(path).status_code == 405


def test_writing_is_offered_to_those_who_may(as_alice: Client, as_bob: Client, place: Place) -> None:
    put(place.connections, "crm")
    assert "New secret" in text(as_alice.get("/secrets/"))
    page = text(as_bob.get("/secrets/"))
    assert "New secret" not in page
    assert "Delete…" not in page


def _csv(client: Client, query: str = "") -> list[list[str]]:
    response: Any = client.get(f"/secrets/export/{query}")
    assert response["Content-Type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_the_export_has_metadata_of_the_filtered_list(as_bob: Client, place: Place) -> None:
    put(place.connections, "crm", tags={"team": "data"}, description="=cmd|' /C calc'!A0")
    put(place.variables, "flags")
    head, *rows = _csv(as_bob, "?kind=connection")
    facts = [dict(zip(head, row, strict=True)) for row in rows]
    assert [each["id"] for each in facts] == ["crm"]
    assert facts[0]["tags"] == "team=data"
    assert facts[0]["endpoint"] == "crm-db.example:5432/crm"
    assert facts[0]["description"].startswith("'=")


def test_the_first_line_of_an_export_says_what_is_missing(as_bob: Client, place: Place, charlie: User) -> None:
    put(place.connections, "crm", read_error="denied")
    renew(place.variables, complete=False)
    Prefix.objects.filter(pk=place.config.pk).update(complete=True)
    first = _csv(as_bob)[0][0]
    assert first.startswith("INCOMPLETE")
    assert "airflow/variables" in first
    assert "1 secret could not be read" in first


def test_an_outsider_exports_nothing(as_charlie: Client, place: Place) -> None:
    put(place.connections, "crm")
    assert len(_csv(as_charlie)) == 1
