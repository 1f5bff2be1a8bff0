from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.inventory.models import SecretRecord
from tests.conftest import logged_in
from tests.web.one_secret import URI, OneSecret, text_of


@pytest.fixture
def writer(alice: User) -> Client:
    return logged_in(alice, recently=True)


def deleted_at(one: OneSecret) -> Any:
    return one.aws.store().describe(one.name).deleted_at


def test_the_page_names_the_consequence_for_airflow(one: OneSecret, variable: OneSecret, writer: Client) -> None:
    words = text_of(one.make().get(writer, "delete"))
    assert "falls through to the environment and the metadata DB" in words
    assert "a task that finds it in neither fails" in words
    assert 'value="30"' in one.get(writer, "delete").content.decode()
    assert "takes its default" in text_of(variable.make("x").get(writer, "delete"))


def test_deleting_schedules_with_the_chosen_window(one: OneSecret, writer: Client) -> None:
    answer = one.make().post(writer, "delete", {"recovery_days": "7"})
    assert answer.headers["Location"] == "/trash/"
    found = one.aws.store().describe(one.name)
    assert (found.purge_at - found.deleted_at).days in (6, 7)
    assert one.record.deleted_at
    assert "Deletion of postgres_crm scheduled. It is gone for good on" in text_of(writer.get("/trash/"))
    assert one.events() == [("delete", "allowed")]


@pytest.mark.parametrize(
    ("days", "says"),
    [
        ("6", "AWS keeps a deleted secret for 7 days at least."),
        ("31", "AWS keeps a deleted secret for 30 days at most."),
        ("soon", "Type a whole number of days from 7 to 30."),
        ("", "This field is required."),
    ],
)
def test_a_window_outside_of_the_range_is_refused(one: OneSecret, writer: Client, days: str, says: str) -> None:
    answer = one.make().post(writer, "delete", {"recovery_days": days})
    assert answer.status_code == 422
    assert f"Days until it is gone for good: {says}" in text_of(answer)
    assert deleted_at(one) is None


def test_deleting_at_once_wants_the_id_typed(one: OneSecret, writer: Client) -> None:
    one.make()
    assert f"{one.url('delete')}?now=1" in one.get(writer, "delete").content.decode()
    assert "gone at once, for good" in text_of(one.get(writer, "delete", "?now=1"))
    answer = one.post(writer, "delete", {"now": "1", "confirm": "postgres_cr"})
    assert answer.status_code == 422
    assert "This is not the id. Type postgres_crm to delete it at once." in text_of(answer)
    assert one.value == URI


def test_with_the_id_it_is_gone(one: OneSecret, writer: Client) -> None:
    answer = one.make().post(writer, "delete", {"now": "1", "confirm": "postgres_crm"})
    assert answer.headers["Location"] == "/secrets/"
    assert not SecretRecord.objects.exists()
    assert one.events() == [("purge", "allowed")]
    assert one.get(writer).status_code == 404


def test_restoring_brings_it_back_with_its_value(one: OneSecret, writer: Client) -> None:
    one.make().post(writer, "delete", {"recovery_days": "7"})
    answer = one.post(writer, "restore")
    assert answer.headers["Location"] == one.url()
    assert one.value == URI
    assert one.record.deleted_at is None
    assert "postgres_crm restored." in text_of(one.get(writer))


def test_deleting_and_restoring_need_write_and_a_recent_password(
    one: OneSecret, rita: User, charlie: User, as_alice: Client
) -> None:
    one.make()
    for action, data in (("delete", {"recovery_days": "7"}), ("restore", {})):
        assert one.post(logged_in(rita, recently=True), action, data).status_code == 403
        assert one.post(logged_in(charlie, recently=True), action, data).status_code == 404
        assert one.post(as_alice, action, data).headers["Location"].startswith("/accounts/reauthenticate/")
    assert deleted_at(one) is None


def test_wrong_methods(one: OneSecret, writer: Client) -> None:
    one.make()
    assert one.get(writer, "restore").status_code == 405
    assert writer.put(one.url("delete")).status_code == 405


@pytest.mark.parametrize(("action", "operation"), [("delete", "DeleteSecret"), ("restore", "RestoreSecret")])
def test_a_failing_store_says_so(one: OneSecret, writer: Client, action: str, operation: str) -> None:
    one.make()
    one.aws.faults.add(operation, "denied")
    answer = one.post(writer, action, {"recovery_days": "9"})
    assert answer.status_code == 502
    assert f"secretsmanager:{operation}" in text_of(answer)
    if action == "delete":
        assert 'value="9"' in answer.content.decode()
