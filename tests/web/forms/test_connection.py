from __future__ import annotations

import json
from typing import Any

import pytest

from secretsui.core.sensitive import MASK
from secretsui.web.forms.connection import ConnectionFields
from tests.web.forms.sending import as_sent, fields, saved, stored, typed_in

PEM = "-----BEGIN KEY-----\nab+/=\n-----END KEY-----\n"
EXTRA: dict[str, Any] = {"flag": "de", "crew": 7, "armed": False, "hold": {"tea": 1}, "key": PEM, "other": "hidden"}
SHIP = json.dumps({"conn_type": "ship", "host": "h", "password": "p", "extra": EXTRA})


def extra_of(text: str) -> Any:
    return json.loads(text).get("extra")


def change(typed: dict[str, str], text: str = SHIP) -> Any:
    return extra_of(saved(stored(text), typed).text.reveal())


def new(**typed: str) -> Any:
    return extra_of(saved(None, {"conn_type": "ship", **typed}, conn_type="ship").text.reveal())


def errors(base: str | None, typed: dict[str, str]) -> dict[str, list[str]]:
    return dict(typed_in(stored(base) if base else None, typed, conn_type="" if base else "ship").errors)


def test_each_typed_extra_has_an_input_that_shows_what_is_stored() -> None:
    form = fields(stored(SHIP))
    shown = {name: form[name].value() for name in form.fields if name.startswith("x-")}
    assert {name: value for name, value in shown.items() if value} == {
        "x-flag": "de",
        "x-crew": "7",
        "x-armed": "false",
        "x-hold": '{\n  "tea": 1\n}',
    }


@pytest.mark.parametrize("name", ["x-key", "extra", "login", "password"])
def test_what_is_secret_is_not_on_the_page(name: str) -> None:
    assert not fields(stored(SHIP))[name].value()


def test_a_secret_extra_is_kept_replaced_or_removed() -> None:
    assert change({"host": "h2"}) == EXTRA
    assert change({"x-key": "new\nkey\n"}) == EXTRA | {"key": "new\nkey\n"}
    assert change({"remove_x-key": "on"}) == {name: value for name, value in EXTRA.items() if name != "key"}
    assert "x-key" in errors(SHIP, {"x-key": "new", "remove_x-key": "on"})


def test_shown_values_are_kept_as_they_are() -> None:
    form = fields(stored(SHIP), shown=True)
    assert form["x-key"].value() == PEM
    assert json.loads(form["extra"].value()) == {"other": "hidden"}
    assert saved(stored(SHIP), {}, shown=True).text.reveal() == SHIP


def test_an_input_changes_its_key_and_no_other() -> None:
    assert change({"x-crew": "8", "x-armed": "true", "x-draught": "2.50"}) == EXTRA | {
        "crew": 8,
        "armed": True,
        "draught": 2.5,
    }


def test_an_emptied_input_takes_its_key_away() -> None:
    assert "flag" not in change({"x-flag": ""})
    assert change({"x-flag": ""}, '{"conn_type": "ship", "extra": {"flag": "de"}}') is None


def test_an_input_that_was_not_on_the_page_changes_nothing() -> None:
    sent = as_sent(fields(stored(SHIP)))
    del sent["x-flag"]
    form = ConnectionFields(sent, base=stored(SHIP))
    assert form.is_valid()
    assert form.changes() == {}


def test_raw_json_replaces_the_rest_and_leaves_the_inputs() -> None:
    rest = {name: value for name, value in EXTRA.items() if name != "other"}
    assert change({"extra": '{"new": [1]}'}) == rest | {"new": [1]}
    assert change({"remove_extra": "on"}) == rest


def test_a_key_typed_into_the_json_moves_to_its_input() -> None:
    form = typed_in(None, {"conn_type": "ship", "extra": '{"flag": "de", "more": 1.10, "crew": "no number"}'})
    assert form["x-flag"].value() == "de"
    assert form["extra"].value() == '{"more": 1.10, "crew": "no number"}'
    assert not form["x-crew"].value()


def test_a_whole_json_that_moves_still_replaces_the_hidden_rest() -> None:
    kept = {name: value for name, value in EXTRA.items() if name not in ("other", "key")}
    assert change({"extra": '{"key": "new"}', "x-key": ""}) == kept | {"key": "new"}


def test_different_values_in_both_are_an_error_that_names_the_key() -> None:
    found = errors(SHIP, {"extra": '{"flag": "nl"}'})
    assert found["extra"] == ["flag stands in this JSON and in a field of its own, with different values. Keep one."]
    assert errors(SHIP, {"extra": '{"flag": "de"}'}) == {}


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("crew", "seven", "Write a number, as in 2.5."),
        ("crew", "1.5", "Write a whole number, as in 30."),
        ("crew", "0", "Write a number from 1 to 99."),
        ("draught", "deep", "Write a number, as in 2.5."),
        ("hold", "[]", 'Write a JSON object, as in {"key": "value"}.'),
        ("hold", "{", "This is not valid JSON. (line 1, column 2)"),
        ("ports", "{}", 'Write a JSON list, as in ["one", "two"].'),
        ("flag", "xx", "Choose one of: de, nl."),
    ],
)
def test_a_text_that_does_not_fit_is_named(name: str, text: str, says: str) -> None:
    assert errors(None, {"conn_type": "ship", f"x-{name}": text}) == {f"x-{name}": [says]}


@pytest.mark.parametrize("name", ["x-name", "x-code", "x-key"])
def test_dots_are_no_value(name: str) -> None:
    assert name in errors(None, {"conn_type": "ship", name: MASK})


def test_extras_that_exclude_each_other_are_named() -> None:
    found = errors(None, {"conn_type": "ship", "x-code": "1", "x-code_file": "/f"})
    assert found == {"x-code_file": ["Only one of Code and Code file can be set. Empty the others."]}
    clash = '{"conn_type": "ship", "extra": {"code": "1", "code_file": "/f"}}'
    assert errors(clash, {"host": "h2"}) == {}
    assert errors(clash, {"x-code_file": "/g"}).keys() == {"x-code_file"}
    assert errors(clash, {"x-code_file": ""}) == {}


@pytest.mark.parametrize("raw", ["[]", "text", '{"a": 1, "a": 2}'])
def test_beside_filled_inputs_the_json_has_to_be_an_object(raw: str) -> None:
    assert "extra" in errors(None, {"conn_type": "ship", "x-name": "Ada", "extra": raw})
    assert errors(None, {"conn_type": "ship", "extra": raw}) == {}


def test_a_stored_extra_that_is_no_object_takes_no_single_field() -> None:
    text = '{"conn_type": "ship", "extra": "{\\"a\\": 1, \\"a\\": 2}"}'
    assert "Single fields cannot be put into the stored extra" in errors(text, {"x-name": "Ada"})["extra"][0]
    assert change({"extra": '{"a": 1}', "x-name": "Ada"}, text) == {"a": 1, "name": "Ada"}
    assert change({"remove_extra": "on", "x-name": "Ada"}, text) == {"name": "Ada"}
    assert saved(stored(text), {}).text.reveal() == text


def test_what_an_input_cannot_show_stays_in_the_json_until_it_is_typed_over() -> None:
    text = '{"conn_type": "ship", "extra": {"crew": "7", "name": "", "flag": null}}'
    form = fields(stored(text))
    assert not any(form[name].value() for name in ("x-crew", "x-name", "x-flag"))
    assert change({"host": "h"}, text) == {"crew": "7", "name": "", "flag": None}
    assert change({"x-crew": "8"}, text) == {"crew": 8, "name": "", "flag": None}


def test_a_stored_choice_that_is_not_listed_stays_one() -> None:
    text = '{"conn_type": "ship", "extra": {"flag": "se"}}'
    assert ("se", "se") in list(fields(stored(text)).fields["x-flag"].widget.choices)  # type: ignore[attr-defined]
    assert saved(stored(text), {"host": "h"}).in_place


def test_a_standard_field_that_the_type_keeps_secret_is_hidden_like_a_password() -> None:
    text = '{"conn_type": "ship", "host": "h", "schema": "paper"}'
    form = fields(stored(text))
    assert not form["schema"].value()
    assert "schema" in form.removable
    assert json.loads(saved(stored(text), {"host": "h2"}).text.reveal())["schema"] == "paper"
    assert "schema" not in json.loads(saved(stored(text), {"remove_schema": "on"}).text.reveal())


def test_fields_are_named_explained_and_hidden_as_the_type_has_it() -> None:
    form = fields(None, conn_type="ship")
    names = {each.bound.name: str(each.bound.label) for each in form.standard_inputs}
    assert names == {"host": "Harbour", "schema": "Cargo papers", "login": "Captain", "password": "Password"}
    assert form["host"].help_text == "Where it lies. Needed."
    assert form["login"].help_text == "Needed, unless Name is set."
    assert form.fields["host"].widget.attrs["placeholder"] == "pier.example"


def test_a_hidden_field_that_holds_something_is_shown() -> None:
    for form in (
        fields(stored('{"conn_type": "ship", "port": 1}')),
        typed_in(None, {"conn_type": "ship", "port": "x"}, conn_type="ship"),
    ):
        assert "port" in [each.bound.name for each in form.standard_inputs]
        assert "Airflow's own form has no such field for Ship." in form["port"].help_text


def test_many_extras_are_folded_but_not_the_filled_ones() -> None:
    form = fields(stored(SHIP))
    assert {each.name for each in form.extra_groups["first"]} == {name for name in form.fields if name.startswith("x-")}
    assert form.extra_groups["more"] == []


def test_inputs_are_read_as_those_of_the_type_that_the_page_had() -> None:
    typed = {"conn_type": "boat", "x-crew": "9", "x-flag": "nl"}
    composed = saved(stored(SHIP), typed)
    assert json.loads(composed.text.reveal())["conn_type"] == "boat"
    assert extra_of(composed.text.reveal()) == EXTRA | {"crew": 9, "flag": "nl"}


def test_new_extras_are_typed_values() -> None:
    assert new(**{"x-hold": '{"a": [1.5]}', "x-ports": "[]", "extra": '{"b": null}'}) == {
        "b": None,
        "hold": {"a": [1.5]},
        "ports": [],
    }


def test_a_type_that_nobody_knows_has_its_extra_as_json_alone() -> None:
    form = fields(None, conn_type="raft")
    assert form.type is None
    assert form.extra_inputs == []
    assert len(form.standard_inputs) == 5
