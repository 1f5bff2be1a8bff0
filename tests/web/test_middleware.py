from __future__ import annotations

from typing import Any, Never

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import Client

from secretsui.access import policy
from secretsui.access.models import Level
from secretsui.airflow.errors import ApiError
from secretsui.stores.base import Denied, StoreError
from secretsui.web.middleware import HEADERS
from tests.conftest import Place
from tests.web.rows import text, words

HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize("path", ["/", "/secrets/", "/secrets/export/", "/accounts/login/", "/nowhere"])
def test_every_answer_carries_the_headers(as_bob: Client, path: str) -> None:
    response = as_bob.get(path)
    assert {name: response.get(name) for name in HEADERS} == HEADERS
    assert response["X-Content-Type-Options"] == "nosniff"


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert not any(word in policy for word in ("unsafe", "http:", "https:", "*", "eval"))


def test_a_page_is_never_kept(as_bob: Client) -> None:
    assert as_bob.get("/")["Cache-Control"] == "no-store, private"


def test_htmx_is_sent_to_sign_in_and_back_to_its_page(client: Client) -> None:
    headers = HTMX | {"HX-Current-URL": "http://testserver/secrets/?q=crm"}
    response = client.get("/inventory/progress/", headers=headers)
    assert response.status_code == 200
    assert response["HX-Redirect"] == "/accounts/login/?next=%2Fsecrets%2F%3Fq%3Dcrm"


def test_the_page_of_another_host_is_not_returned_to(client: Client) -> None:
    headers = HTMX | {"HX-Current-URL": "http://elsewhere.example/secrets/"}
    assert "elsewhere" not in client.get("/inventory/progress/", headers=headers)["HX-Redirect"]


def test_a_redirect_becomes_one_that_htmx_follows(as_bob: Client, place: Place) -> None:
    response = as_bob.post("/theme/", {"next": "/secrets/", "theme": "dark"}, headers=HTMX)
    assert (response.status_code, response["HX-Redirect"]) == (200, "/secrets/")
    assert response.cookies["theme"].value == "dark"


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """The list raises what is put in here."""
    errors: list[Exception] = []

    def fail(*_args: object) -> Never:
        raise errors[0]

    monkeypatch.setattr("secretsui.inventory.selection.page", fail)
    return errors


def test_what_is_not_visible_is_not_found(as_bob: Client, raising: list[Exception]) -> None:
    raising.append(policy.NotVisible())
    response = as_bob.get("/secrets/")
    assert response.status_code == 404
    assert "There is nothing here for you" in words(response)


def test_a_refusal_names_the_grant_and_who_can_give_it(
    as_bob: Client, raising: list[Exception], place: Place, root: User
) -> None:
    raising.append(policy.Refused(Level.REVEAL, place.connections))
    response = as_bob.get("/secrets/")
    assert response.status_code == 403
    assert "It needs the grant Reveal on data-dev eu-west-1 airflow/connections" in words(response)
    assert "Who can give it: root." in words(response)


def test_a_store_error_becomes_a_page_with_its_remedy(as_bob: Client, raising: list[Exception]) -> None:
    raising.append(Denied(code="AccessDeniedException", action="secretsmanager:ListSecrets", arn="*"))
    response = as_bob.get("/secrets/")
    assert response.status_code == 502
    page = words(response)
    assert Denied.sentence in page
    assert Denied.remedy in page
    assert "AccessDeniedException" in page


FAILURES = [StoreError("It failed.", remedy="Wait."), ApiError("It failed.", remedy="Wait.")]


@pytest.mark.parametrize(("error", "status"), [(error, 502) for error in FAILURES])
def test_htmx_gets_plain_words_to_show(as_bob: Client, raising: list[Exception], error: Exception, status: int) -> None:
    raising.append(error)
    response = as_bob.get("/secrets/", headers=HTMX)
    assert response.status_code == status
    assert response["Content-Type"].startswith("text/plain")
    assert text(response) == "It failed. Wait."


def test_our_own_failure_is_a_page_without_its_text(as_bob: Client, raising: list[Exception]) -> None:
    raising.append(RuntimeError("the canary sings"))
    as_bob.raise_request_exception = False
    response = as_bob.get("/secrets/")
    assert response.status_code == 500
    assert "The server failed on this page" in words(response)
    assert "canary" not in text(response)


def test_a_form_without_its_token_changes_nothing(bob: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    response = client.post("/inventory/refresh/")
    assert response.status_code == 403
    assert "This form is out of date" in words(response)
    assert isinstance(response.wsgi_request, HttpRequest)


def test_a_bad_host_is_a_bad_request(client: Client) -> None:
    response = client.get("/", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert "elsewhere" not in text(response)


@pytest.mark.parametrize("limit", [{"DATA_UPLOAD_MAX_MEMORY_SIZE": 1000}, {"DATA_UPLOAD_MAX_NUMBER_FIELDS": 1}])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_form_beyond_all_bounds_is_told_so(
    as_alice: Client, place: Place, settings: Any, limit: dict[str, int], headers: dict[str, str]
) -> None:
    for name, value in limit.items():
        setattr(settings, name, value)
    response = as_alice.post("/secrets/bulk/", {"s": "1" * 2000, "do": "tags"}, headers=headers)
    assert response.status_code == 413
    assert "65,536 bytes" in response.content.decode()
