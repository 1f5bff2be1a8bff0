"""From fields to text and back nothing that was typed is lost, and nothing hidden is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from secretsui.web.connection_form import Form, to_text
from secretsui.web.forms.connection import ConnectionFields
from secretsui.web.forms.raw import RawText
from secretsui.web.forms.stored import Stored
from secretsui.web.switching import asked_for
from tests.web.forms.sending import as_sent, fields, saved, stored

JSON = '{"conn_type": "postgres", "host": "h", "login": "l", "extra": {"sslmode": "require", "other": 1}}'


def to_raw(base: Stored | None, typed: dict[str, str], **more: Any) -> Form:
    return asked(as_sent(fields(base, **more), typed), base, "raw")


def to_fields(base: Stored | None, text: str) -> Form:
    sent = QueryDict(mutable=True)
    sent.update({"mode": "raw", "text": text})
    return asked(sent, base, "fields")


def asked(sent: QueryDict, base: Stored | None, mode: str) -> Form:
    sent = sent.copy()
    sent["switch"] = mode
    return asked_for(sent, "connection", base)


def test_fields_become_the_text_that_would_be_stored() -> None:
    form = to_raw(None, {"conn_type": "postgres", "host": "h", "password": "p/w", "x-sslmode": "require"})
    assert isinstance(form, RawText)
    assert (
        form["text"].value()
        == '{"conn_type": "postgres", "host": "h", "password": "p/w", "extra": {"sslmode": "require"}}'
    )


def test_an_empty_form_becomes_an_empty_text() -> None:
    form = to_raw(None, {})
    assert isinstance(form, RawText)
    assert not form["text"].value()


def test_an_untouched_form_becomes_the_hidden_text() -> None:
    form = to_raw(stored(JSON), {})
    assert isinstance(form, RawText)
    assert not form["text"].value()


def test_a_text_that_would_show_what_is_hidden_is_not_made() -> None:
    form = to_raw(stored(JSON), {"host": "h2"})
    assert isinstance(form, ConnectionFields)
    assert form["host"].value() == "h2"
    assert "what is hidden here: Login, Extra" in form.non_field_errors()[0]


def test_once_everything_is_shown_or_typed_the_text_is_made() -> None:
    form = to_raw(stored(JSON), {"host": "h2"}, shown=True)
    assert form["text"].value() == JSON.replace('"h"', '"h2"')
    form = to_raw(stored(JSON), {"login": "me", "remove_extra": "on"})
    assert json.loads(form["text"].value())["login"] == "me"


def test_a_form_with_a_fault_stays() -> None:
    form = to_raw(None, {"conn_type": "postgres", "port": "x"})
    assert isinstance(form, ConnectionFields)
    assert form.errors.keys() == {"port"}


def test_fields_that_no_airflow_could_write_stay() -> None:
    base = stored(json.dumps({"conn_type": "ftp", "host": "h", "login": 5}))
    form = to_raw(base, {"port": "1", "written_as": "uri"}, shown=True)
    assert isinstance(form, ConnectionFields)
    assert form.non_field_errors()


def test_a_text_becomes_fields() -> None:
    form = to_fields(None, "postgres://l:p%2Fw@h:5432/db?sslmode=require&unknown=%31")
    assert isinstance(form, ConnectionFields)
    found = {name: form[name].value() for name in form.fields if form[name].value()}
    assert json.loads(found.pop("extra")) == {"unknown": 1}
    assert found == {
        "conn_type": "postgres",
        "host": "h",
        "port": "5432",
        "schema": "db",
        "login": "l",
        "password": "p/w",
        "x-sslmode": "require",
        "written_as": "uri",
    }


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_text_becomes_the_fields_as_they_are_stored(text: str) -> None:
    form = to_fields(stored(JSON), text)
    assert isinstance(form, ConnectionFields)
    assert form["host"].value() == "h"
    assert not form["login"].value()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('"postgres://h"', "Quotation marks"),
        ("postgres://u:p/w@h/x", "("),
        ('{"conn_type": "ftp", "dbname": "x"}', "no place for all of this: dbname."),
        ("postgres://h/?a=1#rest", "what follows the # at character 18"),
        ('{"conn_type": "ftp", "host": "a\\nb"}', "no place for all of this: Host."),
    ],
)
def test_a_text_that_cannot_become_fields_says_why_and_stays(text: str, says: str) -> None:
    form = to_fields(None, text)
    assert isinstance(form, RawText)
    assert form["text"].value() == text
    assert says in form.errors["text"][0]


def test_what_the_stored_text_has_beside_its_fields_is_no_hindrance() -> None:
    base = stored('{"conn_type": "ftp", "dbname": "x"}')
    assert isinstance(to_fields(base, '{"conn_type": "ftp", "host": "h", "dbname": "x"}'), ConnectionFields)


def test_a_stored_text_that_is_no_connection_stays_text() -> None:
    form = to_fields(stored("broken"), "postgres://h")
    assert isinstance(form, RawText)
    assert "Save one that can be read first." in form.errors["text"][0]


def test_a_button_for_the_mode_that_is_on_changes_nothing() -> None:
    sent = as_sent(fields(None), {"conn_type": "ftp", "host": "h"})
    form = asked(sent, None, "fields")
    assert form["host"].value() == "h"


def test_a_variable_has_no_modes() -> None:
    sent = QueryDict("mode=raw&text=x&switch=fields")
    assert isinstance(asked_for(sent, "variable", None), RawText)


PARTS = {
    "host": st.from_regex(r"[a-z][a-z0-9.-]{0,9}", fullmatch=True),
    "login": st.text("abc@/:%é ", min_size=1, max_size=6),
    "password": st.text("abc@/:%é ", min_size=1, max_size=6),
    "schema": st.text("abc/é", min_size=1, max_size=6),
    "port": st.integers(1, 65_535),
    "extra": st.dictionaries(
        st.sampled_from(["sslmode", "connect_timeout", "sslpassword", "a", "b"]),
        st.sampled_from(["require", 7, "7", True, None, {"a": 1}]),
        min_size=1,
        max_size=4,
    ),
}


@given(
    st.fixed_dictionaries({"conn_type": st.just("postgres")}, optional=PARTS),
    st.fixed_dictionaries({"conn_type": st.just("postgres")}, optional=PARTS) | st.none(),
)
def test_fields_of_a_text_say_what_the_text_says(meant: dict[str, Any], was: dict[str, Any] | None) -> None:
    base = stored(json.dumps(was)) if was else None
    form = to_fields(base, json.dumps(meant))
    assert isinstance(form, ConnectionFields)
    sent = ConnectionFields(as_sent(form), base=base)
    assert sent.is_valid(), sent.errors
    assert json.loads(to_text(sent).text.reveal()) == meant


def test_a_round_trip_is_the_same_text() -> None:
    text = saved(None, {"conn_type": "postgres", "host": "h", "extra": '{"a": 1}'}).text.reveal()
    form = to_fields(None, text)
    assert isinstance(form, ConnectionFields)
    assert asked(as_sent(form), None, "raw")["text"].value() == text
