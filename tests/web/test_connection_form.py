from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from secretsui.core.codec import DIALECTS, decode_secrets_manager
from secretsui.core.connection import Connection
from secretsui.core.sensitive import MASK, Sensitive
from secretsui.web.connection_form import Composed, bind, of_text, to_text
from secretsui.web.forms.connection import ConnectionFields
from secretsui.web.forms.raw import RawText
from secretsui.web.forms.stored import Stored
from secretsui.web.review import Review, review

OLD = {"conn_type": "postgres", "host": "h", "login": "l", "password": "p", "schema": "s", "port": 1, "extra": {"a": 1}}


def data(**fields: str) -> QueryDict:
    found = QueryDict(mutable=True)
    found.update({"written_as": "json", **fields})
    return found


def stored(text: str) -> Stored:
    return Stored(Sensitive(text), "v5", "version 5")


def composed(text: str | None, **fields: str) -> Composed:
    """What the form for this stored text says with these fields typed, the open ones as they were shown."""
    base = stored(text) if text is not None else None
    shown = bind(None, "connection", base)
    opened = {name: str(value) for name, value in shown.initial.items() if value}
    form = bind(data(**opened | fields), "connection", base)
    assert form.is_valid(), form.errors
    return to_text(form)


def text(result: Composed) -> str:
    return result.text.reveal()


def test_a_connection_has_fields_and_anything_else_a_text() -> None:
    assert isinstance(bind(None, "connection", None), ConnectionFields)
    assert isinstance(bind(None, "connection", None, mode="raw"), RawText)
    assert isinstance(bind(None, "connection", stored("broken")), RawText)
    assert isinstance(bind(None, "variable", None, mode="fields"), RawText)


@pytest.mark.parametrize(
    "value",
    [
        json.dumps(OLD),
        json.dumps(OLD, indent=4) + "\n",
        '{"engine":"mysql","username":"u","pass":"p","host":"h","dbname":"ignored"}',
        "postgres://l:p%40@h:1/s?a=1",
        "http://https://h/?__extra__=%7B%22a%22%3A+%5B1%5D%7D",
        "ftp://Upper.Example",
        " postgres://h ",
    ],
)
def test_an_untouched_form_is_the_stored_text(value: str) -> None:
    assert text(composed(value)) == value


@pytest.mark.parametrize("field", ["login", "password", "extra"])
def test_hidden_values_are_not_in_the_form(field: str) -> None:
    form = bind(None, "connection", stored(json.dumps(OLD)))
    assert field not in form.initial
    assert "version 5" in form.fields[field].widget.attrs["placeholder"]


def test_json_is_changed_in_place() -> None:
    value = '{\n  "user": "l",\n  "engine": "mysql",\n  "host": "h",\n  "id": 7\n}'
    assert text(composed(value, login="new")) == value.replace('"l"', '"new"')


def test_removing_takes_every_name_of_a_field() -> None:
    value = json.dumps({"conn_type": "ftp", "user": "a", "login": "b"})
    assert json.loads(text(composed(value, remove_login="on"))) == {"conn_type": "ftp"}


def test_a_new_field_goes_under_its_portable_name() -> None:
    value = json.dumps({"engine": "mysql", "host": "h"})
    assert json.loads(text(composed(value, port="3306"))) == {"engine": "mysql", "host": "h", "port": 3306}


def test_the_extra_becomes_an_object() -> None:
    value = json.dumps({"conn_type": "ftp", "extra": '{"a": 1}'})
    assert json.loads(text(composed(value, extra='{"a": 2}')))["extra"] == {"a": 2}
    assert json.loads(text(composed(value, host="h")))["extra"] == '{"a": 1}'


def test_ascii_stays_ascii_and_other_text_as_it_is() -> None:
    assert "\\u00fc" in text(composed('{"conn_type": "ftp", "host": "h"}', login="ü"))
    assert "ü" in text(composed('{"conn_type": "ftp", "host": "ä"}', login="ü"))


def test_a_uri_stays_a_uri() -> None:
    result = composed("postgres://l:p@h:1/s?a=b", password="p@ss/w rd")
    assert text(result) == "postgres://l:p%40ss%2Fw%20rd@h:1/s?a=b"
    assert all(reading.is_faithful for reading in result.readings)


def test_a_uri_becomes_json_with_the_seven_keys() -> None:
    assert json.loads(text(composed("postgres://l:p@h:1/s?a=b", written_as="json"))) == {
        **OLD,
        "extra": {"a": "b"},
    }


def test_keys_without_a_place_in_a_uri_are_named() -> None:
    value = json.dumps({"conn_type": "ftp", "host": "h", "dbname": "x", "description": "y"})
    assert composed(value).ignored == ["dbname", "description"]
    assert composed(value, written_as="uri").dropped == ["dbname", "description"]


def test_two_keys_of_one_name_are_not_edited_in_place() -> None:
    result = composed('{"conn_type": "ftp", "host": "a", "host": "b"}', login="l")
    assert json.loads(text(result)) == {"conn_type": "ftp", "host": "b", "login": "l"}


def test_readings_tell_where_an_airflow_differs() -> None:
    result = composed(None, conn_type="http", extra='{"retries": "10"}', written_as="uri")
    by_dialect = {reading.dialect: reading for reading in result.readings}
    assert by_dialect["2.11"].is_faithful
    assert by_dialect["3.3"].differs == ["extra"]


def test_readings_tell_which_airflow_fails() -> None:
    found = of_text(Sensitive('{"conn_type": "http", "extra": "x"}'), "connection").readings
    assert {reading.dialect: reading.problem is not None for reading in found} == {
        "2.11": False,
        "3.3": True,
        "3.3-sdk": False,
    }


def test_a_type_is_meant_as_airflow_spells_it() -> None:
    result = composed(None, conn_type="google-cloud-platform", written_as="uri")
    assert result.meant is not None
    assert result.meant.conn_type == "google_cloud_platform"
    assert all(reading.is_faithful for reading in result.readings)


def test_what_cannot_be_shown_is_kept() -> None:
    value = json.dumps({"conn_type": "ftp", "host": "a\nb", "login": 5})
    form = bind(None, "connection", stored(value))
    assert not form.initial["host"]
    assert "version 5" in form.fields["host"].widget.attrs["placeholder"]
    assert json.loads(text(composed(value, password="p"))) == {**json.loads(value), "password": "p"}


def test_shown_values_are_put_beside_what_was_typed() -> None:
    form = bind(data(login="typed"), "connection", stored(json.dumps(OLD)), shown=True)
    assert form.initial["login"] == "typed"
    assert form.initial["password"] == "p"
    assert not form.is_bound


@pytest.mark.parametrize("field", ["host", "schema", "login", "password", "extra"])
def test_dots_are_no_value(field: str) -> None:
    form = bind(data(conn_type="ftp", **{field: MASK}), "connection", None)
    assert field in form.errors


def test_an_airflow_that_cannot_write_it_is_a_problem_not_a_crash() -> None:
    value = json.dumps({"conn_type": "ftp", "host": "h", "login": 5})
    result = composed(value, written_as="uri", port="1")
    assert result.problem is not None
    assert _review(result, value).errors


def _review(result: Composed, value: str) -> Review:
    return review("x", result, bind(None, "connection", stored(value)), "connection")


PRINTABLE = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20)


@given(
    fields=st.fixed_dictionaries(
        {},
        optional={
            "host": st.from_regex(r"[a-z][a-z0-9.-]{0,20}", fullmatch=True),
            "schema": PRINTABLE,
            "login": PRINTABLE,
            "password": PRINTABLE,
            "port": st.integers(1, 65_535).map(str),
            "extra": st.dictionaries(PRINTABLE, st.integers() | PRINTABLE, max_size=3).map(json.dumps),
        },
    )
)
def test_every_airflow_reads_from_json_what_was_typed(fields: dict[str, Any]) -> None:
    form = bind(data(conn_type="postgres", **fields), "connection", None)
    if not form.is_valid():  # a row of dots
        return
    result = to_text(form)
    for dialect in DIALECTS:
        found = decode_secrets_manager(text(result), dialect)
        assert isinstance(found, Connection)
        assert (found.password.reveal() if found.password else "") == fields.get("password", "")
        assert found.host or fields.get("host", "") == ""
    assert all(reading.is_faithful for reading in result.readings)


def test_a_raw_text_keeps_the_stored_one_when_nothing_is_typed() -> None:
    form = bind(data(text=""), "variable", stored("a\r\nb"))
    assert form.is_valid()
    assert text(to_text(form)) == "a\r\nb"


def test_a_new_raw_text_is_required() -> None:
    assert not bind(data(text=""), "variable", None).is_valid()
