from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.access.models import AccessEvent
from secretsui.core.sensitive import MASK
from tests.conftest import PASSWORD, logged_in
from tests.web.one_secret import CANARY, URI, OneSecret, form_of, seen_of, text_of
from tests.web.test_markup import check_whole

SECRET = "pw-Kan4rien/v0gel-7f3a"  # as Airflow reads it


@pytest.fixture
def editor(alice: User) -> Client:
    return logged_in(alice, recently=True)


def saved(one: OneSecret, client: Client, **typed: str) -> Any:
    """Open the editor, type, save."""
    return one.post(client, "edit", one.form(client) | typed)


def test_the_page_carries_no_hidden_value(one: OneSecret, editor: Client) -> None:
    page = one.make(f"{URI}&unlisted=app-name").get(editor, "edit")
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    assert "Leave empty to keep version 1." in text_of(page)
    for piece in (SECRET, CANARY, "reader", "unlisted", "app-name"):
        assert piece not in page.content.decode()
    assert one.form(editor)["host"] == "crm-db.example"
    assert one.form(editor)["x-sslmode"] == "require"
    assert one.events()[0] == ("open-editor", "allowed")


def test_saving_makes_a_version_and_comes_back(one: OneSecret, editor: Client) -> None:
    one.make()
    before = one.version
    answer = saved(one, editor, host="crm-db-2.example")
    assert answer.headers["Location"] == one.url()
    assert one.value == f"postgres://reader:{CANARY}@crm-db-2.example:5432/crm?sslmode=require"
    assert one.version != before
    assert one.record.endpoint == "crm-db-2.example:5432/crm"
    assert "Version 2 saved." in text_of(one.get(editor))
    assert one.events()[-1] == ("write", "allowed")


def test_nothing_changed_makes_no_version(one: OneSecret, editor: Client) -> None:
    one.make()
    before = one.version
    saved(one, editor)
    assert one.version == before
    assert "Nothing was changed, so no version was made." in text_of(one.get(editor))


def test_the_same_form_sent_twice_saves_once(one: OneSecret, editor: Client) -> None:
    form = one.make().form(editor) | {"host": "other.example"}
    for _ in range(2):
        assert one.post(editor, "edit", form).headers["Location"] == one.url()
    assert len(one.aws.store().versions(one.name)) == 2


def test_current_values_come_on_demand_and_change_nothing(one: OneSecret, editor: Client) -> None:
    one.make()
    form = one.form(editor) | {"host": "typed.example", "action": "show"}
    page = one.post(editor, "edit", form)
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    shown = form_of(page.content.decode())
    assert shown["login"] == "reader"
    assert shown["password"] == SECRET
    assert shown["x-sslmode"] == "require"
    assert shown["host"] == "typed.example"
    one.post(editor, "edit", shown | {"host": "crm-db.example"})
    assert one.value == URI


def test_showing_keeps_what_was_typed(one: OneSecret, editor: Client) -> None:
    form = one.make().form(editor) | {"password": "typed", "action": "show"}
    assert form_of(one.post(editor, "edit", form).content.decode())["password"] == "typed"


@pytest.mark.parametrize("field", ["login", "password", "extra"])
def test_a_hidden_field_is_removed_by_its_box_alone(one: OneSecret, editor: Client, field: str) -> None:
    one.make(json.dumps({"conn_type": "ftp", "host": "h", "login": "l", "password": "p", "extra": {"a": 1}}))
    saved(one, editor, **{f"remove_{field}": "on"})
    assert set(json.loads(one.value)) == {"conn_type", "host", "login", "password", "extra"} - {field}


def test_typing_and_removing_contradict_each_other(one: OneSecret, editor: Client) -> None:
    answer = saved(one.make(), editor, password="new", remove_password="on")
    assert answer.status_code == 422
    assert "Either type a new value or remove the stored one." in text_of(answer)


def test_an_emptied_open_field_is_gone(one: OneSecret, editor: Client) -> None:
    one.make(json.dumps({"conn_type": "ftp", "host": "h", "port": 21}))
    saved(one, editor, port="")
    assert json.loads(one.value) == {"conn_type": "ftp", "host": "h"}


def test_json_keeps_its_own_names_and_what_airflow_ignores(one: OneSecret, editor: Client) -> None:
    stored = '{\n  "engine": "postgres",\n  "username": "u",\n  "pass": "p",\n  "host": "h",\n  "dbname": "kept"\n}'
    answer = saved(one.make(stored), editor, password="new")
    assert answer.status_code == 422
    assert "Airflow ignores keys of this JSON" in text_of(answer)
    assert "dbname" in text_of(answer)
    answer = one.post(editor, "edit", form_of(answer.content.decode()) | {"accept": "1"})
    assert answer.status_code == 302
    assert one.value == stored.replace('"p"', '"new"')


def test_a_uri_that_airflow_would_misread_is_refused_and_json_offered(one: OneSecret, editor: Client) -> None:
    answer = saved(one.make(), editor, host="Upper.Example")
    assert answer.status_code == 422
    words = text_of(answer)
    assert "Store it as JSON" in words
    assert "Airflow 2.11: Host" in words
    form = form_of(answer.content.decode())
    assert form["host"] == "Upper.Example"
    assert one.value == URI
    one.post(editor, "edit", form | {"written_as": "json"})
    assert json.loads(one.value) == {
        "conn_type": "postgres",
        "host": "Upper.Example",
        "login": "reader",
        "password": SECRET,
        "schema": "crm",
        "port": 5432,
        "extra": {"sslmode": "require"},
    }


def test_what_the_airflows_read_apart_stays_as_it_is_written(one: OneSecret, editor: Client) -> None:
    saved(one.make("http://h/?retries=10"), editor, host="other.example")
    assert one.value == "http://other.example/?retries=10"


def test_writing_anew_what_the_airflows_read_apart_is_warned_of(one: OneSecret, editor: Client) -> None:
    answer = saved(one.make("http://h/?retries=10"), editor, written_as="json")
    assert answer.status_code == 422
    assert "read the stored value differently already" in text_of(answer)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"port": "70000"}, "Port: A port is a whole number from 1 to 65535."),
        ({"port": "12a"}, "Port: A port is a whole number from 1 to 65535."),
        ({"conn_type": ""}, "Connection Type: This field is required."),
        ({"conn_type": "post gres"}, "Connection Type: Use letters, digits"),
        ({"password": MASK}, "Password: These are the dots that stand for a hidden value."),
        ({"extra": "not json"}, "The extra is not a JSON object."),
        ({"host": "a\x00b"}, "Null characters are not allowed."),
        ({"password": "***"}, "The value holds the dots or stars that stand for a hidden value."),
    ],
)
def test_bad_input_is_named_and_what_was_typed_is_kept(
    one: OneSecret, editor: Client, typed: dict[str, str], says: str
) -> None:
    answer = saved(one.make(), editor, **({"login": "typed by me"} | typed))
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert form_of(answer.content.decode())["login"] == "typed by me"
    assert one.value == URI


def test_white_space_around_a_field_needs_a_second_look(one: OneSecret, editor: Client) -> None:
    answer = saved(one.make(), editor, password=" secret ")
    assert answer.status_code == 422
    assert "White space stands around a field, and Airflow keeps it. Remove it. (Password)" in text_of(answer)
    form = form_of(answer.content.decode())
    assert form["password"] == " secret "
    assert one.post(editor, "edit", form | {"accept": "1"}).status_code == 302


def test_the_raw_text_replaces_the_whole(one: OneSecret, editor: Client) -> None:
    one.make()
    form = one.form(editor, "?mode=raw")
    assert form["text"] == ""
    one.post(editor, "edit", form | {"text": "mysql://u:p@h"})
    assert one.value == "mysql://u:p@h"


def test_a_value_that_airflow_cannot_read_opens_as_raw_text(one: OneSecret, editor: Client) -> None:
    one.make("postgres://u:p/w@h/x")
    assert one.form(editor)["mode"] == "raw"
    assert "p/w@h" not in one.get(editor, "edit", "?mode=fields").content.decode()


def test_a_raw_text_that_airflow_cannot_read_is_refused(one: OneSecret, editor: Client) -> None:
    form = one.make().form(editor, "?mode=raw") | {"text": '{"conn_type": "http",}'}
    answer = one.post(editor, "edit", form)
    assert answer.status_code == 422
    assert "This is not valid JSON." in text_of(answer)
    assert "Same everywhere" not in text_of(answer)
    assert form_of(answer.content.decode())["text"] == form["text"]


def test_preview_without_script_is_a_page(one: OneSecret, editor: Client) -> None:
    form = one.make().form(editor) | {"host": "Upper.Example", "action": "preview"}
    page = one.post(editor, "edit", form)
    assert page.status_code == 200
    assert "Host upper.example Different upper.example Different upper.example Different" in text_of(page)
    assert CANARY not in page.content.decode()
    assert one.value == URI


def test_what_was_typed_is_shown_on_demand_and_what_is_stored_never(one: OneSecret, editor: Client) -> None:
    form = one.make().form(editor) | {"password": "typed/pw"}
    page = one.post(editor, "edit", form | {"action": "preview"})
    assert "typed/pw" not in seen_of(page)
    page = one.post(editor, "edit", form | {"action": "show-preview"})
    assert '"password": " typed/pw "' in seen_of(page)
    assert SECRET not in page.content.decode()
    assert CANARY not in page.content.decode()
    assert one.value == URI


def test_a_repair_mends_what_was_typed_and_saves_nothing(one: OneSecret, editor: Client) -> None:
    form = one.make().form(editor) | {"password": " typed ", "host": "typed.example"}
    page = one.post(editor, "edit", form | {"repair": "strip:password"})
    assert page.status_code == 200
    again = form_of(page.content.decode())
    assert (again["password"], again["host"]) == ("typed", "typed.example")
    assert one.value == URI
    assert one.post(editor, "edit", again).status_code == 302
    assert one.value == "postgres://reader:typed@typed.example:5432/crm?sslmode=require"


def test_a_repair_does_not_touch_what_is_kept(one: OneSecret, editor: Client) -> None:
    one.make("postgres://reader:%20padded%20@h/crm")
    page = one.post(editor, "edit", one.form(editor) | {"repair": "strip:password"})
    assert form_of(page.content.decode())["password"] == ""
    assert one.value == "postgres://reader:%20padded%20@h/crm"


def test_a_binary_value_is_not_edited(one: OneSecret, editor: Client) -> None:
    page = one.make(b"\x00\x01").get(editor, "edit")
    assert "This is a binary value of 2 bytes." in text_of(page)
    assert '<form id="edit"' not in page.content.decode()


def test_outsiders_and_readers_do_not_edit(one: OneSecret, charlie: User, bob: User, rita: User) -> None:
    one.make()
    for user, status in ((charlie, 404), (bob, 403), (rita, 403)):
        client = logged_in(user, recently=True)
        assert one.get(client, "edit").status_code == status
        assert one.post(client, "edit", {"mode": "raw", "text": "x"}).status_code == status
        assert one.post(client, "preview", {"mode": "raw", "text": "x"}).status_code == status
    assert one.value == URI


def test_wrong_methods(one: OneSecret, editor: Client) -> None:
    one.make()
    assert editor.put(one.url("edit")).status_code == 405
    assert one.get(editor, "preview").status_code == 405


def test_opening_asks_for_the_password_first(one: OneSecret, as_alice: Client) -> None:
    answer = one.make().get(as_alice, "edit")
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/?next=")
    assert one.events() == []


def test_a_form_sent_too_late_keeps_its_text_and_asks(one: OneSecret, editor: Client, alice: User) -> None:
    one.make()
    form = one.form(editor) | {"password": "typed for long", "remove_login": "on"}
    late = logged_in(alice)
    answer = one.post(late, "edit", form)
    assert answer.status_code == 403
    assert "What you typed above is kept." in text_of(answer)
    again = form_of(answer.content.decode())
    assert again["password"] == "typed for long"
    assert again["remove_login"] == "on"
    assert one.value == URI
    wrong = one.post(late, "edit", again | {"confirm_password": "wrong"})
    assert wrong.status_code == 403
    assert "That password is not right" in text_of(wrong)
    assert one.post(late, "edit", again | {"confirm_password": PASSWORD}).status_code == 302
    assert one.value == "postgres://:typed%20for%20long@crm-db.example:5432/crm?sslmode=require"


@pytest.mark.parametrize("operation", ["GetSecretValue", "PutSecretValue"])
def test_a_failing_store_keeps_the_text(one: OneSecret, editor: Client, operation: str) -> None:
    one.make()
    form = one.form(editor) | {"password": "typed"}
    one.aws.faults.add(operation, "denied")
    answer = one.post(editor, "edit", form)
    assert answer.status_code == 502
    assert f"secretsmanager:{operation}" in text_of(answer)
    assert form_of(answer.content.decode())["password"] == "typed"
    one.aws.faults.clear()
    assert one.post(editor, "edit", form_of(answer.content.decode())).status_code == 302


def test_an_answer_that_got_lost_is_not_written_twice(one: OneSecret, editor: Client) -> None:
    one.make()
    form = one.form(editor) | {"host": "other.example"}
    one.aws.faults.add("UpdateSecretVersionStage", "internal")
    assert one.post(editor, "edit", form).status_code == 503
    one.aws.faults.clear()
    assert one.post(editor, "edit", form).status_code == 302
    assert len(one.aws.store().versions(one.name)) == 2
    assert "other.example" in one.value


def test_opening_fails_in_words(one: OneSecret, editor: Client) -> None:
    one.make()
    one.aws.faults.add("GetSecretValue", "decrypt")
    page = one.get(editor, "edit")
    assert page.status_code == 502
    assert "kms:Decrypt" in text_of(page)


def test_a_base_version_that_was_never_there_is_an_error(one: OneSecret, editor: Client) -> None:
    form = one.make().form(editor) | {"base_version": str(uuid.uuid4()), "host": "typed.example"}
    answer = one.post(editor, "edit", form)
    assert answer.status_code == 404
    assert form_of(answer.content.decode())["host"] == "typed.example"


def test_no_event_holds_a_value(one: OneSecret, editor: Client) -> None:
    saved(one.make(), editor, password="Kan4rien-neu")
    for event in AccessEvent.objects.all():
        assert "Kan4rien" not in " ".join(str(value) for value in vars(event).values())


def test_the_id_of_an_existing_secret_is_only_warned_of(one: OneSecret, editor: Client) -> None:
    one.key = "a//b"
    answer = saved(one.make(), editor, host="other.example")
    assert answer.status_code == 422
    assert "two slashes in a row" in text_of(answer)
    assert one.post(editor, "edit", form_of(answer.content.decode()) | {"accept": "1"}).status_code == 302


TYPED = json.dumps(
    {"conn_type": "postgres", "host": "h", "extra": {"sslmode": "require", "sslpassword": SECRET, "other": "hidden"}}
)


def test_typed_extras_are_edited_one_by_one(one: OneSecret, editor: Client) -> None:
    page = one.make(TYPED).get(editor, "edit").content.decode()
    check_whole(page)
    assert SECRET not in page
    assert "hidden" not in [form_of(page).get("extra"), form_of(page).get("x-sslpassword")]
    saved(one, editor, **{"x-sslmode": "verify-full", "x-connect_timeout": "10"})
    assert one.value == TYPED.replace('"require"', '"verify-full"').replace(
        '"other": "hidden"', '"other": "hidden", "connect_timeout": 10'
    )
    saved(one, editor, **{"remove_x-sslpassword": "on", "x-connect_timeout": ""})
    assert json.loads(one.value)["extra"] == {"sslmode": "verify-full", "other": "hidden"}


def test_typed_extras_that_were_sent_too_late_are_kept(one: OneSecret, editor: Client, alice: User) -> None:
    form = one.make(TYPED).form(editor) | {"x-sslmode": "", "x-connect_timeout": "5", "remove_x-sslpassword": "on"}
    late = logged_in(alice)
    again = form_of(one.post(late, "edit", form).content.decode())
    assert (again["x-sslmode"], again["x-connect_timeout"], again["remove_x-sslpassword"]) == ("", "5", "on")
    assert one.post(late, "edit", again | {"confirm_password": PASSWORD}).status_code == 302
    assert json.loads(one.value)["extra"] == {"other": "hidden", "connect_timeout": 5}


def test_one_parameter_of_a_uri_is_edited_in_its_place(one: OneSecret, editor: Client) -> None:
    one.make("postgres://h/db?application_name=%61irflow&sslmode=require&retries=10")
    saved(one, editor, **{"x-sslmode": "verify-full"})
    assert one.value == "postgres://h/db?application_name=%61irflow&sslmode=verify-full&retries=10"


def test_a_number_beside_one_that_the_airflows_read_apart_is_warned_of(one: OneSecret, editor: Client) -> None:
    answer = saved(one.make("postgres://h/db?retries=10"), editor, **{"x-connect_timeout": "5"})
    assert answer.status_code == 422
    assert "read the stored value differently already" in text_of(answer)


def test_choosing_a_type_keeps_what_was_typed(one: OneSecret, editor: Client) -> None:
    form = one.make(TYPED).form(editor) | {"host": "typed.example", "type": "mysql"}
    answer = one.post(editor, "edit", form)
    assert answer.status_code == 200
    check_whole(answer.content.decode())
    now = form_of(answer.content.decode())
    assert (now["conn_type"], now["host"], now["base_version"]) == ("mysql", "typed.example", one.version)
    assert SECRET not in answer.content.decode()
    assert one.post(editor, "edit", now | {"action": "save", "accept": "1"}).status_code == 302
    assert json.loads(one.value) == json.loads(TYPED) | {"conn_type": "mysql", "host": "typed.example"}


def test_a_type_that_would_uncover_something_is_not_taken(one: OneSecret, editor: Client) -> None:
    form = one.make(TYPED).form(editor) | {"x-sslmode": "verify-ca", "type": "http"}
    answer = one.post(editor, "edit", form)
    assert answer.status_code == 422
    assert "Save first, or press Show current values." in text_of(answer)
    assert form_of(answer.content.decode())["x-sslmode"] == "verify-ca"
    assert SECRET not in answer.content.decode()


def test_switching_to_text_uncovers_nothing(one: OneSecret, editor: Client) -> None:
    form = one.make(TYPED).form(editor)
    untouched = one.post(editor, "edit", form | {"switch": "raw"})
    assert (untouched.status_code, form_of(untouched.content.decode())["text"]) == (200, "")
    answer = one.post(editor, "edit", form | {"host": "typed.example", "switch": "raw"})
    assert answer.status_code == 422
    assert "The text would show what is hidden here" in text_of(answer)
    assert SECRET not in answer.content.decode()
    shown = form_of(one.post(editor, "edit", form | {"action": "show"}).content.decode())
    raw = one.post(editor, "edit", shown | {"host": "typed.example", "switch": "raw"})
    assert json.loads(form_of(raw.content.decode())["text"]) == json.loads(TYPED) | {"host": "typed.example"}


def test_switching_to_fields_takes_the_typed_text_along(one: OneSecret, editor: Client) -> None:
    form = one.make(TYPED).form(editor, "?mode=raw") | {"text": "postgres://me@h2/?sslmode=prefer", "switch": "fields"}
    now = form_of(one.post(editor, "edit", form).content.decode())
    assert (now["host"], now["login"], now["x-sslmode"], now["written_as"]) == ("h2", "me", "prefer", "uri")
    assert one.post(editor, "edit", now | {"action": "save", "accept": "1"}).status_code == 302
    assert one.value == "postgres://me@h2/?sslmode=prefer"
