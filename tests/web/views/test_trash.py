from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.aws import Aws
from tests.conftest import Place, logged_in
from tests.web import rows
from tests.web.one_secret import HTMX, URI, OneSecret, text_of


@pytest.fixture
def deleted(one: OneSecret) -> OneSecret:
    one.make(URI)
    one.aws.client().delete_secret(SecretId=one.name, RecoveryWindowInDays=9)
    return one.index()


def test_it_lists_what_is_pending_with_days_left(deleted: OneSecret, as_bob: Client) -> None:
    page = as_bob.get("/trash/")
    words = text_of(page)
    assert page.status_code == 200
    assert "1 deleted secret that its store keeps" in words
    assert "in 8 d" in words or "in 9 d" in words
    assert "Restoring needs the grant Write." in words
    assert deleted.url("restore") not in page.content.decode()


def test_a_row_is_restored_and_one_stays_in_the_trash(deleted: OneSecret, alice: User) -> None:
    client = logged_in(alice, recently=True)
    assert deleted.url("restore") in client.get("/trash/").content.decode()
    answer = deleted.post(client, "restore", {"next": "trash"})
    assert answer.headers["Location"] == "/trash/"
    assert "postgres_crm restored." in text_of(client.get("/trash/"))
    assert "The trash is empty" in text_of(client.get("/trash/"))


def test_without_a_recent_password_one_comes_back_to_the_trash(deleted: OneSecret, as_alice: Client) -> None:
    answer = deleted.post(as_alice, "restore", {"next": "trash"})
    assert answer.headers["Location"].endswith("next=%2Ftrash%2F")


def test_outsiders_see_an_empty_trash(deleted: OneSecret, as_charlie: Client, as_root: Client) -> None:
    for client in (as_charlie, as_root):
        assert deleted.key not in client.get("/trash/").content.decode()


def test_a_row_that_cannot_be_checked_says_so(deleted: OneSecret, as_alice: Client) -> None:
    deleted.aws.faults.add("DescribeSecret", "denied")
    words = text_of(as_alice.get("/trash/"))
    assert "Could not check" in words
    assert "AccessDeniedException" in words


def test_a_row_that_is_gone_by_now_offers_nothing(deleted: OneSecret, as_alice: Client) -> None:
    deleted.aws.client().delete_secret(SecretId=deleted.name, ForceDeleteWithoutRecovery=True)
    page = as_alice.get("/trash/")
    assert "Gone since the last refresh" in text_of(page)
    assert deleted.url("restore") not in page.content.decode()


def test_a_row_that_was_restored_elsewhere_says_so(deleted: OneSecret, as_alice: Client) -> None:
    deleted.aws.client().restore_secret(SecretId=deleted.name)
    assert "Not pending any more" in text_of(as_alice.get("/trash/"))


def test_it_is_paged_and_a_silent_account_is_asked_once(live_place: Place, aws: Aws, as_bob: Client) -> None:
    rows.put(live_place.variables, *(f"v{n:02}" for n in range(23)), deleted_at=timezone.now() - timedelta(days=2))
    aws.faults.add("DescribeSecret", "internal")
    words = text_of(as_bob.get("/trash/"))
    assert "20 of 23" in words
    assert words.count("Could not check") == 20
    assert len({str(call.names) for call in aws.calls}) == 1
    fragment = as_bob.get("/trash/?page=2", headers=HTMX).content.decode()
    assert "23 of 23" in fragment
    assert "<html" not in fragment


def test_wrong_method(as_alice: Client) -> None:
    assert as_alice.post("/trash/").status_code == 405
