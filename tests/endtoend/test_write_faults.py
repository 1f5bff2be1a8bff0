"""A change whose call fails on the way: one new version at most, and a page that says what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.inventory.models import SecretRecord
from tests.aws import Aws
from tests.conftest import Place, logged_in
from tests.endtoend.screens import hurry, press_refresh
from tests.web.one_secret import OneSecret, form_of, text_of

pytestmark = pytest.mark.django_db

DOUBT: Final = "Could not confirm whether the change was made."
STILL: Final = "Not saved so far: version 1 is still current."
OLD: Final = "postgres://reader:old@db.example:5432/crm"
NEW: Final = "postgres://reader:old@new.example:5432/crm"
# What happens to a call: never answered, cut before or after it was done, refused.
PUT, MOVE = "PutSecretValue", "UpdateSecretVersionStage"


@pytest.fixture
def one(aws: Aws, live_place: Place, monkeypatch: pytest.MonkeyPatch) -> OneSecret:
    hurry(monkeypatch)
    return OneSecret(aws, live_place, live_place.connections).make(OLD)


@pytest.fixture
def editor(alice: User) -> Client:
    return logged_in(alice, recently=True)


def versions(one: OneSecret) -> int:
    return len(one.aws.store().versions(one.name))


def assert_written_once(one: OneSecret, operation: str = PUT) -> None:
    """However often it was sent, it was the same call each time, and made one version."""
    tokens = {body["ClientRequestToken"] for body in one.aws.calls.bodies(operation)}
    assert len(tokens) == 1
    assert versions(one) == (2 if operation == PUT else 1)


@pytest.mark.parametrize(
    ("operation", "kind", "how"),
    [
        (PUT, "lost", {"times": 1}),
        (PUT, "throttle", {"times": 1}),
        (PUT, "drop", {"times": 1}),
        (PUT, "hang", {"times": 1, "seconds": 0.5}),
        (PUT, "internal", {"times": 1}),
        (MOVE, "lost", {"times": 1}),
        (MOVE, "lost", {}),
        (MOVE, "throttle", {"times": 1}),
        (MOVE, "drop", {"times": 1}),
    ],
)
def test_what_can_be_finished_is_finished(
    one: OneSecret, editor: Client, operation: str, kind: str, how: dict[str, Any]
) -> None:
    """Also with the last answer lost: what is current afterwards tells that the save took effect."""
    form = one.form(editor) | {"host": "new.example"}
    one.aws.faults.add(operation, kind, **how)
    answer = one.post(editor, "edit", form)
    one.aws.faults.clear()
    assert answer.status_code == 302, text_of(answer)
    assert one.value == NEW
    assert "Version 2 saved." in text_of(one.get(editor))
    assert_written_once(one)


@pytest.mark.parametrize("kind", ["hang", "drop", "internal", "throttle", "denied"])
@pytest.mark.parametrize("operation", [PUT, MOVE])
def test_an_unfinished_save_says_what_is_current_and_can_be_sent_again(
    one: OneSecret, editor: Client, operation: str, kind: str
) -> None:
    form = one.form(editor) | {"host": "new.example"}
    one.aws.faults.add(operation, kind, seconds=0.5)
    answer = one.post(editor, "edit", form)
    said = text_of(answer)
    assert answer.status_code in (502, 503)
    assert STILL in said
    assert "saved." not in said.replace(STILL, "")
    assert one.value == OLD

    one.aws.faults.clear()
    again = form_of(answer.content.decode())
    assert again["host"] == "new.example"
    assert one.post(editor, "edit", again).status_code == 302
    assert one.value == NEW
    assert_written_once(one)


def test_where_nobody_can_tell_the_page_says_that(one: OneSecret, editor: Client) -> None:
    form = one.form(editor) | {"host": "new.example"}
    one.aws.faults.add(MOVE, "lost")
    one.aws.faults.add("ListSecretVersionIds", "drop", after=1)  # the first is asked before the save
    answer = one.post(editor, "edit", form)
    said = text_of(answer)
    assert answer.status_code == 503
    assert DOUBT in said
    assert "saved." not in said
    assert STILL not in said
    assert one.value == NEW
    one.aws.faults.clear()
    assert one.post(editor, "edit", form_of(answer.content.decode())).status_code == 302
    assert "Version 2 saved." in text_of(one.get(editor))
    assert_written_once(one)


def test_the_list_does_not_pass_an_unconfirmed_change_for_certain(one: OneSecret, editor: Client) -> None:
    form = one.form(editor) | {"host": "new.example"}
    one.aws.faults.add(MOVE, "lost")
    one.aws.faults.add("ListSecretVersionIds", "drop", after=1)
    one.post(editor, "edit", form)
    one.aws.faults.clear()
    assert one.record.status == "stale"
    press_refresh(editor, one.prefix)
    assert (one.record.status, one.record.endpoint) == ("ok", "new.example:5432/crm")


def test_a_form_sent_twice_makes_one_version(one: OneSecret, editor: Client) -> None:
    form = one.form(editor) | {"host": "new.example"}
    assert [one.post(editor, "edit", form).status_code for _ in range(3)] == [302, 302, 302]
    assert_written_once(one)


@pytest.mark.parametrize(("kind", "how"), [("lost", {}), ("drop", {}), ("lost", {"times": 1}), ("drop", {"times": 1})])
def test_a_secret_is_created_once(one: OneSecret, editor: Client, kind: str, how: dict[str, Any]) -> None:
    one.aws.calls.clear()
    one.key = "fresh"
    form = {"prefix": one.prefix.pk, "key": "fresh", "mode": "raw", "text": NEW, "token": "t" * 36, "action": "save"}
    one.aws.faults.add("CreateSecret", kind, **how)
    answer = editor.post("/secrets/new", form)
    one.aws.faults.clear()
    if answer.status_code == 503:
        assert DOUBT in text_of(answer)
        answer = editor.post("/secrets/new", form_of(answer.content.decode()))
    assert answer.status_code == 302, text_of(answer)
    assert one.value == NEW
    assert one.record.endpoint == "new.example:5432/crm"
    assert_written_once(one, "CreateSecret")


Change = Callable[[OneSecret, Client], Any]


def put_back(one: OneSecret, client: Client) -> Any:
    newer, older = one.aws.store().versions(one.name)
    return one.post(client, "put-back", {"version": older.version_id, "base_version": newer.version_id})


# Each with the call that it makes.
CHANGES: Final[dict[str, tuple[Change, str]]] = {
    "delete": (lambda one, client: one.post(client, "delete", {"recovery_days": "7"}), "DeleteSecret"),
    "tag": (lambda one, client: one.post(client, "tags", {"tag_key": "team", "tag_value": "sales"}), "TagResource"),
    "describe": (lambda one, client: one.post(client, "details", {"description": "Changed"}), "UpdateSecret"),
    "put back": (put_back, MOVE),
}


@pytest.mark.parametrize("kind", ["lost", "drop", "hang", "internal"])
@pytest.mark.parametrize("change", CHANGES)
def test_no_other_change_is_called_done_before_it_is_known(
    one: OneSecret, editor: Client, change: str, kind: str
) -> None:
    one.save(NEW)
    one.index()
    make, operation = CHANGES[change]
    one.aws.faults.add(operation, kind, seconds=0.5)
    answer = make(one, editor)
    one.aws.faults.clear()
    assert answer.status_code == 503
    assert DOUBT in text_of(answer)
    assert SecretRecord.objects.get(name=one.name).status == "stale"
    # It can be done again, and a refresh tells the truth.
    assert make(one, editor).status_code in (302, 409, 422)
    press_refresh(editor, one.prefix)
    record = SecretRecord.objects.get(name=one.name)
    assert record.status == ("deleted" if change == "delete" else "ok")
    assert versions(one) == 2
