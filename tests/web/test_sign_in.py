from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.conftest import PASSWORD, logged_in
from tests.web.rows import text, words

LOGIN = "/accounts/login/"


def test_people_sign_in_with_their_name_and_come_where_they_wanted(client: Client, bob: User) -> None:
    wanted = client.get("/secrets/?q=x")
    assert wanted["Location"] == "/accounts/login/?next=/secrets/%3Fq%3Dx"
    page = client.get(wanted["Location"])
    assert '<input type="hidden" name="next" value="/secrets/?q=x">' in text(page)
    assert client.post(wanted["Location"], {"login": "bob", "password": PASSWORD})["Location"] == "/secrets/?q=x"


def test_signing_in_does_not_lead_elsewhere(client: Client, bob: User) -> None:
    response = client.post(LOGIN, {"login": "bob", "password": PASSWORD, "next": "https://elsewhere.example/"})
    assert response["Location"] == "/"


@pytest.mark.parametrize(("username", "password"), [("bob", "wrong"), ("nobody", PASSWORD), ("bob", "")])
def test_what_is_wrong_says_the_same_for_names_that_exist_and_not(
    client: Client, bob: User, username: str, password: str
) -> None:
    response = client.post(LOGIN, {"login": username, "password": password})
    assert response.status_code == 200
    assert f'value="{username}"' in text(response)
    assert PASSWORD not in text(response)
    assert "not correct" in words(response) or "required" in words(response)
    assert client.get("/").status_code == 302


def test_guessing_is_slowed_down(client: Client, bob: User) -> None:
    for _ in range(5):
        client.post(LOGIN, {"login": "bob", "password": "wrong"})
    response = client.post(LOGIN, {"login": "bob", "password": PASSWORD})
    assert "Too many failed login attempts" in words(response)
    assert client.get("/").status_code == 302


def test_too_many_requests_get_a_page_of_ours(client: Client, bob: User) -> None:
    for number in range(31):
        response = client.post(LOGIN, {"login": f"somebody{number}", "password": "guess"})
    assert response.status_code == 429
    assert "Too many attempts" in words(response)


def test_signing_in_is_not_announced(client: Client, bob: User) -> None:
    response = client.post(LOGIN, {"login": "bob", "password": PASSWORD}, follow=True)
    assert response.status_code == 200
    assert "Successfully" not in words(response)


def test_somebody_switched_off_does_not_get_in(client: Client, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert client.post(LOGIN, {"login": "bob", "password": PASSWORD}, follow=True).redirect_chain[-1][0] != "/"
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "name",
    [
        *("account_signup", "account_email", "account_reset_password", "account_set_password"),
        *("account_confirm_email", "socialaccount_connections"),
    ],
)
def test_what_is_not_offered_has_no_address(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_people_change_their_own_password(bob: User) -> None:
    client = logged_in(bob)
    new = "a different long phrase"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/accounts/password/change/", form).status_code == 302
    assert Client().login(username="bob", password=new)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"oldpassword": "wrong"}, "current password"),
        ({"password2": "another"}, "same password"),
        ({"password1": "short", "password2": "short"}, "at least 12 characters"),
    ],
)
def test_a_bad_new_password_is_refused(bob: User, change: dict[str, str], said: str) -> None:
    new = "a different long phrase"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new} | change
    response = logged_in(bob).post("/accounts/password/change/", form)
    assert said in words(response)
    assert Client().login(username="bob", password=PASSWORD)


def test_signing_out_asks_first_when_opened_as_a_page(bob: User) -> None:
    client = logged_in(bob)
    assert "Stay signed in" in words(client.get("/accounts/logout/"))
    assert client.get("/").status_code == 200


def test_a_made_up_link_is_used_up(client: Client, bob: User) -> None:
    assert "This link is used up" in words(client.get(f"/accounts/password/set/{bob.pk}-made-up/"))
