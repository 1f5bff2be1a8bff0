from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from secretsui.access.models import AccessEvent
from tests.web.rows import words


def first_admin(*args: str) -> str:
    out = StringIO()
    call_command("first_admin", *args, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def test_it_prints_a_link_that_works_once(db: None) -> None:
    link = first_admin("maya", "--url", "https://secrets.example/", "--group", "data-platform")
    user = User.objects.get()
    assert (user.username, user.is_superuser, user.is_active) == ("maya", True, True)
    assert not user.has_usable_password()
    assert user.groups.get().name == "data-platform"
    assert link.startswith("https://secrets.example/accounts/password/set/")
    browser, path = Client(), link.removeprefix("https://secrets.example")
    form = browser.get(path, follow=True)
    password = "a phrase of some length"
    browser.post(form.redirect_chain[-1][0], {"password1": password, "password2": password})
    assert Client().login(username="maya", password=password)
    assert "This link is used up" in words(Client().get(path, follow=True))


def test_the_access_log_says_who_became_an_administrator(db: None) -> None:
    first_admin("maya", "--group", "data-platform")
    event = AccessEvent.objects.get()
    assert (event.actor, event.action, event.name) == ("first_admin command", AccessEvent.Action.PERSON, "maya")
    assert event.detail == "groups data-platform; administrator; active"


def test_it_refuses_when_there_is_one(root: User) -> None:
    with pytest.raises(CommandError, match="--force"):
        first_admin("maya")
    assert User.objects.count() == 1
    assert first_admin("maya", "--force")


def test_one_that_is_switched_off_does_not_count(root: User) -> None:
    User.objects.update(is_active=False)
    assert first_admin("maya")


def test_an_existing_person_is_raised_and_keeps_their_password(bob: User) -> None:
    password = bob.password
    first_admin("bob")
    bob.refresh_from_db()
    assert bob.is_superuser
    assert bob.password == password


@pytest.mark.parametrize("name", ["with space", "", "semi;colon"])
def test_a_bad_name_is_refused(db: None, name: str) -> None:
    with pytest.raises(CommandError):
        first_admin(name)
    assert not User.objects.exists()
