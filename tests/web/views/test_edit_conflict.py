"""Two people start from the same version: neither text is lost, and no value is on the page that says so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.access.models import AccessEvent, Level
from secretsui.web.views import edit
from tests.conftest import logged_in, person
from tests.web.one_secret import CANARY, OneSecret, form_of, text_of

STORED = {"conn_type": "postgres", "host": "h1", "login": "l1", "password": CANARY, "extra": {"a": 1, "b": 2}}


@pytest.fixture
def editor(alice: User) -> Client:
    return logged_in(alice, recently=True)


@pytest.fixture
def other(grant: Any) -> Client:
    """Somebody else who may write."""
    grant(user := person("walter"), Level.WRITE)
    return logged_in(user, recently=True)


@pytest.fixture
def clashing(one: OneSecret, editor: Client, other: Client) -> Any:
    """Alice's answer, after the other one was quicker."""
    one.make(json.dumps(STORED))
    mine, theirs = one.form(editor), one.form(other)
    theirs |= {"password": "theirs-secret", "extra": '{"a": 1, "b": 3}'}
    assert one.post(other, "edit", theirs).status_code == 302
    return one.post(editor, "edit", mine | {"host": "h2", "password": "mine-secret", "login": ""})


def test_the_second_gets_a_masked_comparison(one: OneSecret, clashing: Any) -> None:
    assert clashing.status_code == 409
    assert "no-store" in clashing.headers["Cache-Control"]
    words = text_of(clashing)
    assert "Somebody else saved version 2 while you were editing" in words
    assert "Host •••••••• hidden Not changed Changed" in words
    assert "Login •••••••• hidden Not changed Not changed" in words
    assert "Password Both changed •••••••• hidden Changed Changed" in words
    assert "Extra, b •••••••• hidden Changed Not changed" in words
    for value in (CANARY, "theirs-secret", "l1"):
        assert value not in clashing.content.decode()
    assert json.loads(one.value)["password"] == "theirs-secret"


def test_what_was_typed_is_still_in_the_form(clashing: Any) -> None:
    form = form_of(clashing.content.decode())
    assert form["host"] == "h2"
    assert form["password"] == "mine-secret"
    assert '<input type="password" name="password" value="mine-secret"' in clashing.content.decode()


def test_comparing_is_recorded(clashing: Any) -> None:
    assert AccessEvent.objects.filter(action="compare", actor="alice").count() == 1


def test_mine_over_theirs(one: OneSecret, editor: Client, clashing: Any) -> None:
    answer = one.post(editor, "edit", form_of(clashing.content.decode()) | {"action": "over"})
    assert answer.status_code == 302
    assert json.loads(one.value) == STORED | {"host": "h2", "password": "mine-secret"}
    assert "theirs-secret" in _texts(one)


def test_mine_on_top_of_theirs(one: OneSecret, editor: Client, clashing: Any) -> None:
    one.post(editor, "edit", form_of(clashing.content.decode()) | {"action": "merge"})
    assert json.loads(one.value) == STORED | {"host": "h2", "password": "mine-secret", "extra": {"a": 1, "b": 3}}


def test_on_top_of_theirs_keeps_the_keys_that_only_they_changed(one: OneSecret, editor: Client, other: Client) -> None:
    one.make(json.dumps(STORED))
    mine, theirs = one.form(editor), one.form(other)
    one.post(other, "edit", theirs | {"extra": '{"a": 1, "b": 3, "theirs": 4}'})
    clashing = one.post(editor, "edit", mine | {"extra": '{"a": 5, "b": 2}'})
    assert "Extra, b •••••••• hidden Changed Not changed" in text_of(clashing)
    one.post(editor, "edit", form_of(clashing.content.decode()) | {"action": "merge"})
    assert json.loads(one.value) == STORED | {"extra": {"a": 5, "b": 3, "theirs": 4}}


def test_saving_again_without_a_decision_asks_again(one: OneSecret, editor: Client, clashing: Any) -> None:
    before = one.value
    assert one.post(editor, "edit", form_of(clashing.content.decode())).status_code == 409
    assert one.value == before


def test_a_third_save_makes_a_new_conflict(one: OneSecret, editor: Client, clashing: Any) -> None:
    third = one.save(json.dumps(STORED | {"host": "h3"}))
    answer = one.post(editor, "edit", form_of(clashing.content.decode()) | {"action": "over"})
    assert answer.status_code == 409
    assert form_of(answer.content.decode())["over"] == third
    assert "Somebody else saved version 3" in text_of(answer)


def test_somebody_saves_between_reading_and_writing(
    one: OneSecret, editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = one.make(json.dumps(STORED)).form(editor) | {"host": "h2"}
    check = edit.review

    def slow_review(*args: Any, **kwargs: Any) -> Any:
        one.save(json.dumps(STORED | {"host": "quicker"}))
        monkeypatch.setattr(edit, "review", check)
        return check(*args, **kwargs)

    monkeypatch.setattr(edit, "review", slow_review)
    answer = one.post(editor, "edit", form)
    assert answer.status_code == 409
    again = form_of(answer.content.decode())
    assert again["host"] == "h2"
    assert again["token"] != form["token"]
    assert json.loads(one.value)["host"] == "quicker"
    assert one.post(editor, "edit", again | {"action": "over"}).status_code == 302
    assert json.loads(one.value)["host"] == "h2"


def test_a_spent_token_with_another_text_does_not_overwrite(one: OneSecret, editor: Client) -> None:
    form = one.make(json.dumps(STORED)).form(editor) | {"host": "h2"}
    one.aws.faults.add("UpdateSecretVersionStage", "internal")
    one.post(editor, "edit", form)
    one.aws.faults.clear()
    answer = one.post(editor, "edit", form | {"host": "h3"})
    assert answer.status_code == 409
    assert "This form was saved before with another text." in text_of(answer)
    again = form_of(answer.content.decode())
    assert again["host"] == "h3"
    assert one.post(editor, "edit", again).status_code == 302
    assert json.loads(one.value)["host"] == "h3"


def test_raw_texts_clash_as_a_whole(variable: OneSecret, editor: Client) -> None:
    form = variable.make("one").form(editor) | {"text": "mine"}
    variable.save("theirs")
    answer = variable.post(editor, "edit", form)
    assert answer.status_code == 409
    assert "The whole text Both changed" in text_of(answer)
    assert "on top of" not in text_of(answer)
    assert "theirs" not in form_of(answer.content.decode()).values()
    variable.post(editor, "edit", form_of(answer.content.decode()) | {"action": "over"})
    assert variable.value == "mine"


def test_showing_values_after_somebody_saved_shows_those_of_the_start(one: OneSecret, editor: Client) -> None:
    form = one.make(json.dumps(STORED)).form(editor) | {"action": "show"}
    one.save(json.dumps(STORED | {"password": "theirs-secret"}))
    page = one.post(editor, "edit", form)
    assert form_of(page.content.decode())["password"] == CANARY
    assert "theirs-secret" not in page.content.decode()


def _texts(one: OneSecret) -> str:
    store = one.aws.store()
    values = (store.read_version(one.name, version.version_id) for version in store.versions(one.name))
    return " ".join(value.text.reveal() for value in values)


def test_showing_the_values_of_the_start_is_recorded_as_a_reveal(one: OneSecret, editor: Client, other: Client) -> None:
    form = one.make(json.dumps(STORED)).form(editor)
    base_version = form["base_version"]
    one.post(other, "edit", one.form(other) | {"password": "theirs-secret"})
    one.post(editor, "edit", form | {"action": "show"})
    reveals = AccessEvent.objects.filter(action="reveal", actor="alice")
    assert [event.version_id for event in reveals] == [base_version]
    assert not AccessEvent.objects.filter(action="compare").exists()
