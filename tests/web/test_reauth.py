from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from secretsui.web.reauth import recently_required
from tests.conftest import PASSWORD, confirm_password, logged_in
from tests.web.rows import words

PAGE = "/settings/people/new/"


@recently_required
def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


@recently_required(back=lambda request, name: f"/page/{name}")
def with_page(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(f"done {name}")


def ask(method: str, view: object, *args: str, user: User, **headers: str) -> HttpResponse:
    request = getattr(RequestFactory(), method)("/here/?q=1", headers=headers)
    request.user, request.session = user, SessionStore()
    return view(request, *args)  # type: ignore[operator, no-any-return]


def test_without_a_recent_password_people_are_asked_and_come_back(bob: User) -> None:
    assert ask("get", plain, user=bob)["Location"] == "/accounts/reauthenticate/?next=%2Fhere%2F%3Fq%3D1"


def test_after_a_post_they_come_back_to_the_page_that_the_view_names(bob: User) -> None:
    assert ask("post", with_page, "crm", user=bob)["Location"] == "/accounts/reauthenticate/?next=%2Fpage%2Fcrm"


@pytest.mark.parametrize(
    ("shown", "back"),
    [("http://testserver/secrets/?q=x", "%2Fsecrets%2F%3Fq%3Dx"), ("http://elsewhere.example/", "%2F"), ("", "%2F")],
)
def test_a_post_without_one_goes_back_to_the_page_shown(bob: User, shown: str, back: str) -> None:
    response = ask("post", plain, user=bob, referer=shown)
    assert response["Location"] == f"/accounts/reauthenticate/?next={back}"


def test_a_fragment_comes_back_as_its_page(bob: User) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/secrets/"}
    assert ask("get", plain, user=bob, **headers)["Location"].endswith("next=%2Fsecrets%2F")


def test_nobody_is_never_recent() -> None:
    assert ask("get", plain, user=AnonymousUser()).status_code == 302  # type: ignore[arg-type]


def test_the_password_opens_for_15_minutes(root: User) -> None:
    client = logged_in(root)
    response = client.post("/accounts/reauthenticate/?next=" + PAGE, {"password": PASSWORD, "next": PAGE})
    assert response["Location"] == PAGE
    assert client.get(PAGE).status_code == 200
    session = client.session
    session["account_authentication_methods"][-1]["at"] = time.time() - 15 * 60 - 1
    session.save()
    assert client.get(PAGE).status_code == 302


def test_a_clock_that_was_wrong_opens_for_no_longer(root: User) -> None:
    client = logged_in(root, recently=True)
    session = client.session
    session["account_authentication_methods"][-1]["at"] = time.time() + 3600
    session.save()
    assert client.get(PAGE).status_code == 302


def test_whoever_has_no_password_is_never_recent(bob: User) -> None:
    bob.set_unusable_password()
    assert ask("get", plain, user=bob).status_code == 302


@pytest.mark.parametrize("where", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_the_page_itself_links_nowhere_else(root: User, where: str) -> None:
    page = logged_in(root).get("/accounts/reauthenticate/", {"next": where}).content.decode()
    assert f'href="{where}"' not in page
    assert '<a class="btn" href="/">Cancel</a>' in page


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("header", ["Referer", "HX-Current-URL"])
def test_a_broken_address_of_the_page_shown_does_no_harm(bob: User, method: str, header: str) -> None:
    headers = {header: "http://[::1", "HX-Request": "true"}
    assert ask(method, plain, user=bob, **headers)["Location"].endswith("next=%2F")


def test_signing_in_alone_does_not_open(root: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": "root", "password": PASSWORD})
    assert client.get("/").status_code == 200
    assert client.get(PAGE).status_code == 302


def test_a_wrong_password_opens_nothing(root: User) -> None:
    client = logged_in(root)
    response = client.post("/accounts/reauthenticate/", {"password": "wrong", "next": PAGE})
    assert response.status_code == 200
    assert "password" in words(response).lower()
    assert client.get(PAGE).status_code == 302


def test_the_way_back_stays_on_this_host(root: User) -> None:
    client = logged_in(root)
    response = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "https://elsewhere.example/"})
    assert response["Location"] == "/"


def test_the_mark_is_of_one_person_only(root: User, bob: User) -> None:
    client = logged_in(root)
    confirm_password(client)
    marks = client.session["account_authentication_methods"]
    client.force_login(bob)
    session = client.session
    session["account_authentication_methods"] = marks
    session["account_authentication_methods_user"] = str(root.pk)
    session.save()
    root.delete()
    User.objects.filter(pk=bob.pk).update(is_superuser=True)
    assert client.get(PAGE).status_code == 302
