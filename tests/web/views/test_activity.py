from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.access import events
from secretsui.access.models import AccessEvent, Grant
from tests.conftest import Place
from tests.web.rows import text, words


@pytest.fixture
def log(place: Place, alice: User) -> None:
    maya, jonas = events.Actor("maya", alice, "10.0.0.1"), events.Actor("jonas")
    events.append(maya, "reveal", "allowed", place=place.connections, name="airflow/connections/crm", detail="all")
    events.append(maya, "write", "failed", place=place.connections, name="airflow/connections/dwh", detail="denied")
    events.append(jonas, "delete", "refused", place=place.variables, name="airflow/variables/flags")
    events.append(jonas, "account", "allowed", place=place.account, detail="=added")


def lines(response: Any) -> list[str]:
    return [
        line for line in ("maya revealed", "maya saved", "jonas scheduled", "jonas changed") if line in words(response)
    ]


@pytest.mark.usefixtures("log")
class TestLog:
    def test_people_see_what_happened_under_their_prefixes(self, as_bob: Client) -> None:
        assert lines(as_bob.get("/activity/")) == ["maya revealed", "maya saved", "jonas scheduled"]

    def test_a_prefix_without_a_grant_stays_out(self, as_bob: Client, place: Place, bob: User) -> None:
        Grant.objects.filter(prefix=place.variables).delete()
        response = as_bob.get("/activity/")
        assert lines(response) == ["maya revealed", "maya saved"]
        assert "airflow/variables" not in text(response)

    def test_an_outsider_sees_nothing(self, as_charlie: Client) -> None:
        response = as_charlie.get("/activity/")
        assert lines(response) == []
        assert "Nothing has happened yet" in words(response)

    def test_administrators_see_every_line(self, as_root: Client) -> None:
        assert len(lines(as_root.get("/activity/"))) == 4

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("?person=MAY", ["maya revealed", "maya saved"]),
            ("?action=write", ["maya saved"]),
            ("?outcome=refused", ["jonas scheduled"]),
            ("?prefix={pk}", ["jonas scheduled"]),
            ("?person=nobody", []),
            ("?action=nonsense&outcome=nonsense&prefix=99999999999999999999&page=x", ["maya revealed", "maya saved"]),
        ],
    )
    def test_filters_are_in_the_address(self, as_bob: Client, place: Place, query: str, found: list[str]) -> None:
        response = as_bob.get("/activity/" + query.format(pk=place.variables.pk))
        assert lines(response)[: len(found)] == found
        assert found or "No line matches these filters" in words(response)

    def test_a_filter_by_a_prefix_of_others_shows_nothing_of_it(self, as_bob: Client, place: Place, bob: User) -> None:
        Grant.objects.filter(prefix=place.variables).delete()
        assert "jonas scheduled" not in lines(as_bob.get(f"/activity/?prefix={place.variables.pk}"))

    def test_htmx_gets_the_results_alone(self, as_bob: Client) -> None:
        response = as_bob.get("/activity/?action=write", headers={"HX-Request": "true"})
        assert "<html" not in text(response)
        assert 'data-live="1 line"' in text(response)

    def test_the_export_is_safe_to_open(self, as_root: Client) -> None:
        response: Any = as_root.get("/activity/export/?action=account")
        rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))
        assert rows[0][0] == "at"
        assert len(rows) == 2
        assert "'=added" in rows[1]

    def test_the_export_holds_no_more_than_the_list(self, as_charlie: Client) -> None:
        response: Any = as_charlie.get("/activity/export/")
        assert len(b"".join(response.streaming_content).splitlines()) == 1


def test_the_log_has_pages(as_root: Client, place: Place) -> None:
    for number in range(60):
        events.append(
            events.Actor("maya"), "reveal", "allowed", place=place.connections, name=f"airflow/connections/c{number}"
        )
    first, second = as_root.get("/activity/"), as_root.get("/activity/?page=2")
    assert "1\N{EN DASH}50 of 60" in words(first)
    assert "51\N{EN DASH}60 of 60" in words(second)
    assert "c59" in words(first)
    assert AccessEvent.objects.count() == 60


@pytest.mark.parametrize("path", ["/activity/", "/activity/export/"])
def test_it_rejects_post(as_root: Client, path: str) -> None:
    assert as_root.post(path).status_code == 405
