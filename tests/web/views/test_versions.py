from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.access.models import AccessEvent
from tests.conftest import logged_in
from tests.web.one_secret import CANARY, OneSecret, text_of

FIRST = {"conn_type": "postgres", "host": "one.example", "password": CANARY, "extra": {"a": 1, "b": 2}}
SECOND = {"conn_type": "postgres", "host": "one.example", "password": "another-secret", "login": "l", "extra": {"a": 1}}


@pytest.fixture
def writer(alice: User) -> Client:
    return logged_in(alice, recently=True)


@pytest.fixture
def two(one: OneSecret) -> tuple[OneSecret, str, str]:
    one.make(json.dumps(FIRST))
    first = one.version
    second = one.save(json.dumps(SECOND))
    one.index()
    return one, first, second


Two = tuple[OneSecret, str, str]


def test_the_list_is_newest_first(two: Two, as_bob: Client) -> None:
    one, first, second = two
    page = one.get(as_bob, "versions")
    words = text_of(page)
    assert words.index(f"2 {second} Current") < words.index(f"1 {first} Previous")
    assert one.url("put-back") not in page.content.decode()
    assert one.url("reveal") not in page.content.decode()


def test_a_long_history_is_paged(one: OneSecret, as_bob: Client) -> None:
    one.make("postgres://h")
    for number in range(27):
        one.save(f"postgres://h{number}")
    assert "25 of 28" in text_of(one.get(as_bob, "versions"))
    assert "28 of 28" in text_of(one.get(as_bob, "versions", "?page=2"))


def compared(two: Two, client: Client) -> Any:
    one, first, second = two
    return one.get(client, "compare", f"?a={first}&b={second}")


def test_a_comparison_names_fields_and_holds_no_value(two: Two, as_rita: Client) -> None:
    page = compared(two, as_rita)
    words = text_of(page)
    assert page.status_code == 200
    assert "Version 1 against version 2 of postgres_crm" in words
    assert "Host •••••••• hidden •••••••• hidden Same" in words
    assert "Login Not set •••••••• hidden Added" in words
    assert "Password •••••••• hidden •••••••• hidden Changed" in words
    assert "Extra, b •••••••• hidden Not set Removed" in words
    for value in (CANARY, "another-secret", "one.example"):
        assert value not in page.content.decode()
    assert two[0].events() == [("compare", "allowed")]


def test_the_older_one_is_always_on_the_left(two: Two, as_rita: Client) -> None:
    one, first, second = two
    assert "Version 1 against version 2" in text_of(one.get(as_rita, "compare", f"?a={second}&b={first}"))


def test_texts_are_compared_by_their_keys(variable: OneSecret, as_rita: Client) -> None:
    variable.make('{"a": 1}')
    first = variable.version
    second = variable.save('{"a": 2}')
    assert "a •••••••• hidden •••••••• hidden Changed" in text_of(
        variable.get(as_rita, "compare", f"?a={first}&b={second}")
    )


def test_a_value_that_cannot_be_read_is_compared_as_text(one: OneSecret, as_rita: Client) -> None:
    one.make("broken")
    first = one.version
    second = one.save("http://h:port")
    assert "The whole text" in text_of(one.get(as_rita, "compare", f"?a={first}&b={second}"))


def test_a_binary_version_has_no_fields(one: OneSecret, as_rita: Client) -> None:
    one.make(b"\x00")
    first = one.version
    second = one.save("http://h")
    assert "binary value, which has no fields" in text_of(one.get(as_rita, "compare", f"?a={first}&b={second}"))


def test_comparing_needs_the_grant_reveal(two: Two, as_bob: Client, as_charlie: Client) -> None:
    assert compared(two, as_bob).status_code == 403
    assert compared(two, as_charlie).status_code == 404
    assert not AccessEvent.objects.filter(action="compare", outcome="allowed").exists()


@pytest.mark.parametrize("query", ["", "?a=x&b=y", "?a={first}&b={first}"])
def test_bad_choices_are_refused_in_words(two: Two, as_rita: Client, query: str) -> None:
    one, first, _second = two
    page = one.get(as_rita, "compare", query.format(first=first))
    assert page.status_code == 422
    assert "Choose two different versions of the list to compare." in text_of(page)


def test_a_failing_store_is_not_an_empty_history(two: Two, as_rita: Client) -> None:
    one, *_ = two
    one.aws.faults.add("ListSecretVersionIds", "denied")
    for action in ("versions", "compare"):
        page = one.get(as_rita, action)
        assert page.status_code == 502
        assert "secretsmanager:ListSecretVersionIds" in text_of(page)
        assert "No version yet" not in text_of(page)


def test_a_version_that_cannot_be_read_is_not_called_different(two: Two, as_rita: Client) -> None:
    two[0].aws.faults.add("GetSecretValue", "decrypt")
    page = compared(two, as_rita)
    assert page.status_code == 502
    assert "Changed" not in text_of(page)


def put_back(two: Two, client: Client, **data: str) -> Any:
    one, first, second = two
    return one.post(client, "put-back", {"version": first, "base_version": second} | data)


def test_putting_back_makes_an_old_version_current(two: Two, writer: Client) -> None:
    one, first, _second = two
    page = one.get(writer, "put-back", f"?version={first}")
    assert "becomes current in place of version 2" in text_of(page)
    assert put_back(two, writer).headers["Location"] == one.url()
    assert json.loads(one.value) == FIRST
    assert one.version == first
    assert "Version 1 is current again." in text_of(one.get(writer))
    assert one.events() == [("put-back", "allowed")]


def test_somebody_saved_meanwhile(two: Two, writer: Client) -> None:
    one, *_ = two
    third = one.save("postgres://third")
    page = put_back(two, writer)
    assert page.status_code == 409
    assert "Somebody else saved this secret meanwhile." in text_of(page)
    assert one.version == third
    assert f'name="base_version" value="{third}"' in page.content.decode()
    assert put_back(two, writer, base_version=third).status_code == 302
    assert json.loads(one.value) == FIRST


@pytest.mark.parametrize("version", ["", "nonsense", "current"])
def test_only_an_older_version_can_be_put_back(two: Two, writer: Client, version: str) -> None:
    one, _first, second = two
    version = second if version == "current" else version
    for page in (one.get(writer, "put-back", f"?version={version}"), put_back(two, writer, version=version)):
        assert page.status_code == 422
        assert "Choose an older version" in text_of(page)


def test_putting_back_needs_write_and_a_recent_password(two: Two, rita: User, charlie: User, as_alice: Client) -> None:
    assert put_back(two, logged_in(rita, recently=True)).status_code == 403
    assert put_back(two, logged_in(charlie, recently=True)).status_code == 404
    assert put_back(two, as_alice).headers["Location"].startswith("/accounts/reauthenticate/")
    assert two[0].version == two[2]


def test_a_failing_put_back_says_so(two: Two, writer: Client) -> None:
    two[0].aws.faults.add("UpdateSecretVersionStage", "denied")
    page = put_back(two, writer)
    assert page.status_code == 502
    assert "secretsmanager:UpdateSecretVersionStage" in text_of(page)
    assert two[0].version == two[2]


def test_wrong_methods(two: Two, writer: Client) -> None:
    one, *_ = two
    assert one.post(writer, "versions").status_code == 405
    assert one.post(writer, "compare").status_code == 405
    assert writer.put(one.url("put-back")).status_code == 405
