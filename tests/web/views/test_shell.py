from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.test import Client

from tests.conftest import Place
from tests.web.rows import put, text, words


@pytest.mark.parametrize(("theme", "kept"), [("dark", "dark"), ("light", "light"), ("pink", None)])
def test_a_theme_is_kept_in_a_cookie_without_script(as_bob: Client, theme: str, kept: str | None) -> None:
    response = as_bob.post("/theme/", {"theme": theme, "next": "/secrets/"})
    assert response["Location"] == "/secrets/"
    assert (response.cookies["theme"].value if "theme" in response.cookies else None) == kept
    assert (f'data-bs-theme="{kept}"' in text(as_bob.get("/"))) == (kept is not None)


def test_no_theme_means_that_of_the_system(as_bob: Client) -> None:
    assert "data-bs-theme" not in text(as_bob.get("/"))


def test_the_theme_does_not_lead_elsewhere(as_bob: Client) -> None:
    assert as_bob.post("/theme/", {"theme": "dark", "next": "https://elsewhere.example"})["Location"] == "/"


def test_health_is_for_everybody_and_says_little(client: Client, db: None) -> None:
    response = client.get("/healthz")
    assert (response.status_code, text(response)) == (200, "ok\n")
    assert client.head("/healthz").status_code == 200


def test_a_database_that_does_not_answer_is_unwell(client: Client, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    class Gone:
        def cursor(self) -> None:
            raise DatabaseError("at 10.0.0.9")

    monkeypatch.setattr("secretsui.web.views.shell.connection", Gone())
    response = client.get("/healthz")
    assert (response.status_code, text(response)) == (503, "unavailable\n")


def test_the_sidebar_counts_what_the_person_may_list(as_bob: Client, place: Place) -> None:
    put(place.connections, *(f"c{number}" for number in range(7)))
    page = words(as_bob.get("/secrets/?account=data-dev"))
    assert "data-dev7" in page
    assert "airflow/connections7" in page
    assert "<details open>" in text(as_bob.get("/secrets/?account=data-dev"))


def test_people_are_in_the_sidebar_of_administrators_alone(as_bob: Client, as_root: Client) -> None:
    assert "/settings/people/" not in text(as_bob.get("/"))
    assert "/settings/people/" in text(as_root.get("/"))


def test_signing_out_is_a_form(as_bob: Client, bob: User) -> None:
    assert '<form method="post" action="/accounts/logout/">' in text(as_bob.get("/"))
    assert as_bob.post("/accounts/logout/").status_code == 302
    assert as_bob.get("/").status_code == 302


@pytest.mark.parametrize(("method", "path"), [("get", "/theme/"), ("post", "/healthz")])
def test_the_wrong_method_is_refused(as_bob: Client, method: str, path: str) -> None:
    assert getattr(as_bob, method)(path).status_code == 405
