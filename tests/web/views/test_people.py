from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.test import Client

from secretsui.access.models import AccessEvent
from tests.conftest import logged_in
from tests.web.rows import text, words

HOME = "/settings/people/"
NEW_PASSWORD = "quite another long phrase"


@pytest.fixture
def admin(root: User) -> Client:
    return logged_in(root, recently=True)


def typed(**more: Any) -> dict[str, Any]:
    return {"username": "dora", "email": "dora@example.org"} | more


def link_in(response: Any) -> str:
    found = re.search(r"http://testserver(/accounts/password/set/[^<\"]+)", text(response))
    assert found
    return found[1]


def use(link: str) -> Any:
    """What the person does with it, in a browser of their own."""
    browser = Client()
    form = browser.get(link, follow=True)
    assert "Choose a password" in words(form)
    return browser.post(form.redirect_chain[-1][0], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}, follow=True)


def test_it_lists_people_with_their_groups(admin: Client, bob: User) -> None:
    page = words(admin.get(HOME))
    assert "2 people" in page
    assert "bob and others" in page
    assert "Administrator" in page


def test_a_new_person_gets_a_link_that_works_once(admin: Client) -> None:
    group = Group.objects.create(name="readers")
    response = admin.post(HOME + "new/", typed(groups=[group.pk], new_group="writers"))
    user = User.objects.get(username="dora")
    assert not user.has_usable_password()
    assert {group.name for group in user.groups.all()} == {"readers", "writers"}
    link = link_in(response)
    assert "Password saved" in words(use(link))
    assert Client().login(username="dora", password=NEW_PASSWORD)
    assert "This link is used up" in words(Client().get(link, follow=True))


def test_the_link_is_in_the_one_answer_only(admin: Client) -> None:
    link = link_in(admin.post(HOME + "new/", typed()))
    key = link.rstrip("/").rpartition("-")[2]
    assert key not in text(admin.get(HOME))
    assert not any(key in str(session.get_decoded()) for session in Session.objects.all())
    assert not any(key in event.detail for event in AccessEvent.objects.all())


def test_a_new_link_leaves_the_password_until_it_is_used(admin: Client, bob: User) -> None:
    password = User.objects.get(pk=bob.pk).password
    link = link_in(admin.post(f"{HOME}{bob.pk}/link/"))
    assert User.objects.get(pk=bob.pk).password == password
    use(link)
    assert Client().login(username="bob", password=NEW_PASSWORD)
    assert AccessEvent.objects.latest("pk").detail == "one-time link made"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"username": ""}, "This field is required."),
        ({"username": "BOB"}, "Somebody has this username already."),
        ({"username": "with space"}, "Enter a valid username."),
        ({"email": "nowhere"}, "Enter a valid email address."),
        ({"groups": ["999"]}, "Select a valid choice."),
    ],
)
def test_bad_input_is_named_and_what_was_typed_stays(
    admin: Client, bob: User, change: dict[str, Any], said: str
) -> None:
    response = admin.post(HOME + "new/", typed(**change))
    assert response.status_code == 422
    assert said in words(response)
    assert User.objects.count() == 2
    assert "dora" in text(response) or change.get("username", "") in text(response)


@pytest.mark.parametrize("group", ["9" * 30, "-1", "none"])
def test_a_group_that_cannot_be_is_refused_with_words(admin: Client, group: str) -> None:
    answer = admin.post(f"{HOME}new/", typed(groups=[group]))
    assert answer.status_code == 422
    assert not User.objects.filter(username="dora").exists()


def test_groups_and_role_are_changed_and_recorded(admin: Client, bob: User) -> None:
    admin.post(f"{HOME}{bob.pk}/", typed(username="bob", new_group="writers", administrator="on"))
    bob.refresh_from_db()
    assert bob.is_superuser
    assert [group.name for group in bob.groups.all()] == ["writers"]
    event = AccessEvent.objects.get()
    assert (event.action, event.name, event.detail) == ("person", "bob", "groups writers; administrator; active")


def test_switching_off_ends_the_session(admin: Client, bob: User) -> None:
    browser = logged_in(bob)
    assert browser.get("/").status_code == 200
    admin.post(f"{HOME}{bob.pk}/active/")
    assert browser.get("/").status_code == 302
    admin.post(f"{HOME}{bob.pk}/active/", {"active": "on"})
    assert User.objects.get(pk=bob.pk).is_active


def test_nobody_can_lock_themselves_out(admin: Client, root: User) -> None:
    admin.post(f"{HOME}{root.pk}/active/")
    response = admin.post(f"{HOME}{root.pk}/", typed(username="root"))
    root.refresh_from_db()
    assert root.is_active
    assert root.is_superuser
    assert response.status_code == 422
    assert "You cannot take this from yourself" in words(response)


def test_a_link_for_somebody_switched_off_is_not_made(admin: Client, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert admin.post(f"{HOME}{bob.pk}/link/").status_code == 404


@pytest.mark.parametrize("path", ["", "new/", "{pk}/", "{pk}/link/", "{pk}/active/"])
def test_only_administrators_may(as_alice: Client, bob: User, path: str) -> None:
    for method in ("get", "post"):
        response = getattr(as_alice, method)(HOME + path.format(pk=bob.pk), typed())
        assert response.status_code == 403
    bob.refresh_from_db()
    assert bob.is_active
    assert not User.objects.filter(username="dora").exists()


@pytest.mark.parametrize("path", ["new/", "{pk}/"])
def test_changing_needs_the_password(as_root: Client, bob: User, path: str) -> None:
    response = as_root.post(HOME + path.format(pk=bob.pk), typed())
    assert response["Location"].startswith("/accounts/reauthenticate/?next=")
    assert not User.objects.filter(username="dora").exists()


@pytest.mark.parametrize("path", ["999/", "999/link/", "999/active/", "99999999999999999999/"])
def test_a_bad_id_is_not_found(admin: Client, path: str) -> None:
    assert admin.post(HOME + path).status_code == 404


@pytest.mark.parametrize(("method", "path"), [("post", ""), ("put", "new/"), ("get", "{pk}/link/")])
def test_the_wrong_method_is_refused(admin: Client, bob: User, method: str, path: str) -> None:
    assert getattr(admin, method)(HOME + path.format(pk=bob.pk)).status_code == 405
