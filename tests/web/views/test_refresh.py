from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.access.models import Grant
from secretsui.inventory.models import Refresh
from tests.conftest import Place
from tests.web.rows import put, text, words

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent is the queue's matter; see tests/inventory."""
    monkeypatch.setattr("secretsui.inventory.sync.queueing.send", lambda refresh_id: None)


def test_who_may_list_may_refresh(as_bob: Client, place: Place) -> None:
    response = as_bob.post("/inventory/refresh/", {"prefix": place.connections.pk, "next": "/secrets/?q=x"})
    assert (response.status_code, response["Location"]) == (302, "/secrets/?q=x")
    assert [refresh.prefix for refresh in Refresh.objects.all()] == [place.connections]


def test_without_a_name_all_visible_prefixes_are_read(as_bob: Client, place: Place, bob: User) -> None:
    Grant.objects.filter(prefix=place.config).delete()
    as_bob.post("/inventory/refresh/")
    assert {refresh.prefix for refresh in Refresh.objects.all()} == {place.connections, place.variables}


def test_pressing_twice_reads_once(as_bob: Client, place: Place) -> None:
    as_bob.post("/inventory/refresh/", {"prefix": place.connections.pk})
    as_bob.post("/inventory/refresh/", {"prefix": place.connections.pk})
    assert Refresh.objects.count() == 1


def test_an_administrator_may_refresh_what_they_cannot_list(as_root: Client, place: Place) -> None:
    as_root.post("/inventory/refresh/", {"prefix": place.connections.pk})
    assert Refresh.objects.count() == 1


@pytest.mark.parametrize("prefix", ["x", "999999", "99999999999999999999", ""])
def test_a_bad_id_is_not_found(as_bob: Client, place: Place, prefix: str) -> None:
    assert as_bob.post("/inventory/refresh/", {"prefix": prefix}).status_code == 404
    assert not Refresh.objects.exists()


def test_an_outsiders_prefix_is_not_found(as_charlie: Client, place: Place) -> None:
    assert as_charlie.post("/inventory/refresh/", {"prefix": place.connections.pk}).status_code == 404


def test_it_does_not_lead_elsewhere(as_bob: Client, place: Place) -> None:
    response = as_bob.post("/inventory/refresh/", {"next": "//elsewhere.example/"})
    assert response["Location"] == "/secrets/"


def test_progress_polls_itself_while_there_is_some(as_bob: Client, place: Place) -> None:
    Refresh.objects.create(prefix=place.connections, state="running", listed=50, to_read=50, read=10)
    response = as_bob.get("/inventory/progress/?quarter=0", headers=HTMX)
    assert 'hx-trigger="every 2s" hx-target="this"' in text(response)  # not that of what it stands in
    assert "60 of 100" in words(response)
    assert 'data-live="Refreshing, 60 % read"' in text(response)


def test_progress_is_read_out_in_steps_of_25_percent(as_bob: Client, place: Place) -> None:
    Refresh.objects.create(prefix=place.connections, state="running", listed=50, to_read=50, read=10)
    assert "data-live" not in text(as_bob.get("/inventory/progress/?quarter=2", headers=HTMX))


def test_a_finished_answer_drops_the_trigger(as_bob: Client, place: Place) -> None:
    put(place.connections, "crm")
    response = as_bob.get("/inventory/progress/?quarter=3", headers=HTMX)
    assert "hx-trigger" not in text(response)
    assert "Refreshed." in words(response)


def test_progress_of_others_does_not_show(as_charlie: Client, place: Place) -> None:
    Refresh.objects.create(prefix=place.connections, state="running", listed=50)
    assert "airflow" not in text(as_charlie.get("/inventory/progress/", headers=HTMX))


def test_progress_opened_by_hand_is_the_list(as_bob: Client) -> None:
    assert as_bob.get("/inventory/progress/")["Location"] == "/secrets/"


@pytest.mark.parametrize(("method", "path"), [("get", "/inventory/refresh/"), ("post", "/inventory/progress/")])
def test_the_wrong_method_is_refused(as_bob: Client, method: str, path: str) -> None:
    assert getattr(as_bob, method)(path).status_code == 405
