"""Pages that ask AWS while somebody waits: a failure is told where the answer would stand, never passed for one."""

from __future__ import annotations

from typing import Final

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.aws import Aws
from tests.conftest import Place, logged_in
from tests.endtoend.screens import hurry, words
from tests.web.one_secret import OneSecret, text_of

pytestmark = pytest.mark.django_db

# What the service does to every call, and the first words of what the page then says.
FAULTS: Final = {
    "throttle": "The store is limiting the rate of requests.",
    "expired": "The credentials of this account have expired.",
    "hang": "AWS did not answer in time in eu-west-1.",
    "drop": "The connection to AWS in eu-west-1 broke.",
    "internal": "AWS answered with an internal error.",
}


@pytest.fixture
def one(aws: Aws, live_place: Place, monkeypatch: pytest.MonkeyPatch) -> OneSecret:
    hurry(monkeypatch)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    return OneSecret(aws, live_place, live_place.connections).make()


def fail(one: OneSecret, kind: str) -> None:
    one.aws.faults.add("*", kind, seconds=0.5)


@pytest.mark.parametrize("kind", FAULTS)
def test_a_page_of_one_secret_says_what_failed(one: OneSecret, as_bob: Client, kind: str) -> None:
    fail(one, kind)
    for action in ("", "versions", "policy"):
        page = one.get(as_bob, action)
        assert page.status_code in (502, 503), action
        assert FAULTS[kind] in text_of(page), action
    one.aws.faults.clear()
    assert FAULTS[kind] not in text_of(one.get(as_bob))


@pytest.mark.parametrize("kind", FAULTS)
def test_the_trash_does_not_guess_how_long_there_is(one: OneSecret, as_bob: Client, kind: str) -> None:
    one.aws.client().delete_secret(SecretId=one.name, RecoveryWindowInDays=9)
    one.index()
    fail(one, kind)
    page = words(as_bob.get("/trash/").content.decode())
    assert "Could not check" in page
    assert FAULTS[kind] in page
    assert "in 9 days" not in page
    one.aws.faults.clear()
    assert "Could not check" not in words(as_bob.get("/trash/").content.decode())


@pytest.mark.parametrize("kind", FAULTS)
def test_a_test_of_an_account_calls_nothing_allowed_that_it_could_not_try(
    one: OneSecret, root: User, kind: str
) -> None:
    client = logged_in(root, recently=True)
    account, prefix = one.place.account.name, one.prefix.pk
    fail(one, kind)
    for path in (f"/settings/accounts/{account}/test/", f"/settings/accounts/{account}/prefixes/{prefix}/test/"):
        report = words(client.post(path, headers={"HX-Request": "true"}).content.decode())
        assert FAULTS[kind] in report, path
        assert "Allowed" not in report, path
