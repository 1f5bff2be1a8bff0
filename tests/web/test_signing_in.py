"""A session that ends over a form: signing in again goes on with what was typed."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.aws import Aws
from tests.conftest import PASSWORD, Place, logged_in
from tests.web.one_secret import HTMX, URI, OneSecret, text_of

TYPED = 'line one\r\n  "quoted" <b>&amp;\r\n\r\n'


@pytest.fixture
def variable(aws: Aws, live_place: Place) -> OneSecret:
    return OneSecret(aws, live_place, live_place.variables, key="settings")


@pytest.fixture
def form(variable: OneSecret, alice: User) -> dict[str, Any]:
    """Filled in by Alice, whose session then ends."""
    variable.make("before")
    return variable.form(logged_in(alice, recently=True)) | {"text": TYPED}


def kept(page: Any) -> dict[str, str]:
    """The hidden fields as a browser sends them again."""
    pairs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.content.decode())
    return {name: re.sub(r"\r?\n", "\r\n", html.unescape(value)) for name, value in pairs}


def test_what_was_typed_is_kept_over_signing_in(variable: OneSecret, form: dict[str, Any], client: Client) -> None:
    page = variable.post(client, "edit", form)
    assert page.status_code == 403
    assert "no-store" in page.headers["Cache-Control"]
    assert "Nothing that you typed is lost" in text_of(page)
    assert kept(page)["text"] == TYPED
    assert variable.value == "before"
    again = kept(page) | {"sign_in_name": "alice", "sign_in_password": PASSWORD, "accept": "1"}
    assert variable.post(client, "edit", again).headers["Location"] == variable.url()
    assert variable.value == TYPED.replace("\r\n", "\n")
    assert ("write", "allowed") in variable.events()


def test_a_wrong_password_keeps_the_text_and_never_comes_back(
    variable: OneSecret, form: dict[str, Any], client: Client
) -> None:
    sent = form | {"sign_in_name": "alice", "sign_in_password": "mistyped-word"}
    page = variable.post(client, "edit", sent)
    assert page.status_code == 403
    assert "not correct" in text_of(page)
    assert kept(page)["text"] == TYPED
    assert "mistyped-word" not in page.content.decode()
    assert 'value="alice"' in page.content.decode()
    assert variable.value == "before"


def test_somebody_else_who_signs_in_has_their_own_rights(
    variable: OneSecret, form: dict[str, Any], client: Client, bob: User
) -> None:
    answer = variable.post(client, "edit", form | {"sign_in_name": "bob", "sign_in_password": PASSWORD})
    assert answer.status_code == 403
    assert "It needs the grant Write" in text_of(answer)
    assert variable.value == "before"


def test_guessing_is_slowed_down_here_too(variable: OneSecret, form: dict[str, Any], client: Client) -> None:
    for _ in range(5):
        variable.post(client, "edit", form | {"sign_in_name": "alice", "sign_in_password": "wrong"})
    page = variable.post(client, "edit", form | {"sign_in_name": "alice", "sign_in_password": PASSWORD})
    assert "Too many failed login attempts" in text_of(page)
    assert kept(page)["text"] == TYPED


def test_a_preview_does_not_lead_away(variable: OneSecret, form: dict[str, Any], client: Client) -> None:
    answer = client.post(variable.url("preview"), form, headers=HTMX)
    assert answer.status_code == 403
    assert "HX-Redirect" not in answer.headers
    assert "You are signed out" in answer.content.decode()


def test_a_new_secret_is_kept_too(variable: OneSecret, alice: User, client: Client) -> None:
    typed = {"prefix": str(variable.prefix.pk), "key": "settings", "text": TYPED, "mode": "raw", "tag_key": ["a", "b"]}
    page = client.post("/secrets/new", typed | {"tag_value": ["1", "2"], "accept": "1"})
    assert page.content.decode().count('name="tag_key"') == 2
    again = typed | {"tag_value": ["1", "2"], "accept": "1", "sign_in_name": "alice", "sign_in_password": PASSWORD}
    assert client.post("/secrets/new", again).status_code == 302
    assert variable.record.tags == {"a": "1", "b": "2"}


def test_other_pages_lead_to_the_sign_in_page(variable: OneSecret, client: Client) -> None:
    variable.make(URI)
    for action in ("reveal", "delete", "restore"):
        assert variable.post(client, action).headers["Location"].startswith("/accounts/login/")
    assert variable.get(client, "edit").headers["Location"].startswith("/accounts/login/")
