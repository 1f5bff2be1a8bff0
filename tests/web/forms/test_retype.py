"""Choosing another type keeps all that was typed: the form for the new one says the same, or stays the old one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import assume, given
from hypothesis import strategies as st

from secretsui.core import catalogue
from secretsui.web.connection_form import bind, to_text
from secretsui.web.forms.connection import ConnectionFields
from secretsui.web.forms.stored import Stored
from tests.web.forms.conftest import BOAT, SHIP
from tests.web.forms.sending import as_sent, fields, stored

STORED = {"flag": "de", "name": "Ada", "crew": 7, "code": "c-1", "other": "hidden"}


def ship(**extra: Any) -> Stored:
    return stored(json.dumps({"conn_type": "ship", "host": "h", "extra": extra}))


def chosen(base: Stored | None, typed: dict[str, str], kind: str = "boat") -> ConnectionFields:
    start = fields(base, conn_type="" if base else "ship")
    form = bind(as_sent(start, typed), "connection", base, conn_type=kind)
    assert isinstance(form, ConnectionFields)
    return form


def shown(form: ConnectionFields) -> dict[str, str]:
    values = {name: str(form[name].value() or "") for name in form.fields if name not in ("written_as", "form_type")}
    return {name: value for name, value in values.items() if value}


def said(form: ConnectionFields) -> Any:
    sent = ConnectionFields(as_sent(form), base=form.base)
    assert sent.is_valid(), sent.errors
    return json.loads(to_text(sent).text.reveal())


def test_a_new_form_takes_everything_along() -> None:
    typed = {"host": "h", "password": "p", "x-name": "Ada", "x-crew": "7", "x-flag": "de", "extra": '{"more": 1}'}
    form = chosen(None, typed)
    assert not form.is_bound
    found = shown(form)
    assert json.loads(found.pop("extra")) == {"more": 1, "crew": 7, "flag": "de"}
    assert found == {"conn_type": "boat", "host": "h", "password": "p", "x-name": "Ada"}


def test_what_was_typed_wrongly_is_kept_as_well() -> None:
    assert json.loads(shown(chosen(None, {"x-draught": "deep"}))["extra"]) == {"draught": "deep"}
    assert shown(chosen(None, {"x-crew": "seven"}))["x-crew"] == "seven"


def test_json_keys_move_into_the_inputs_of_the_new_type() -> None:
    assert shown(chosen(None, {"extra": '{"oars": 4}'}))["x-oars"] == "4"


def test_what_is_hidden_stays_hidden_and_kept() -> None:
    form = chosen(ship(**STORED), {})
    assert shown(form) == {"conn_type": "boat", "host": "h", "x-name": "Ada"}  # as it was on the page before
    assert said(form)["extra"] == STORED


def test_a_removed_secret_stays_removed() -> None:
    form = chosen(ship(name="Ada", code="c"), {"x-name": "", "remove_x-code": "on"})
    assert said(form) == {"conn_type": "boat", "host": "h"}


def test_a_change_that_only_hidden_json_could_take_stays_where_it_is() -> None:
    form = chosen(ship(**STORED), {"x-flag": "nl"})
    assert form.is_bound
    assert form["x-flag"].value() == "nl"
    assert "Save first, or press Show current values." in form.errors["conn_type"][0]
    assert "code, other" in form.errors["conn_type"][0]


def test_json_that_is_no_object_stays_where_it_is() -> None:
    form = chosen(None, {"extra": "{broken", "x-name": "Ada"})
    assert "Mend it first" in form.errors["conn_type"][0]
    assert form["extra"].value() == "{broken"


def test_an_unknown_type_has_it_all_as_json() -> None:
    form = chosen(None, {"x-crew": "7", "extra": '{"a": 1}'}, "raft")
    assert json.loads(shown(form)["extra"]) == {"a": 1, "crew": 7}


def test_there_and_back_is_where_it_was() -> None:
    there = chosen(ship(**STORED), {"password": "p"})
    back = bind(as_sent(there), "connection", there.base, conn_type="ship")
    assert isinstance(back, ConnectionFields)
    assert said(back) == {"conn_type": "ship", "host": "h", "password": "p", "extra": STORED}


names = st.sampled_from(sorted({field.name for kind in (SHIP, BOAT) for field in kind.fields} | {"other", "more"}))
values = st.sampled_from(["Ada", "7", 7, 2.5, True, None, "", {"a": 1}, [1], "two\nlines", "de"])
extras = st.dictionaries(names, values, max_size=6)
inputs = st.dictionaries(
    st.sampled_from([f"x-{field.name}" for field in SHIP.fields]),
    st.sampled_from(["", "Ada", "7", "true", "{}", "[]", "nl", "2.5"]),
    max_size=4,
)
boxes = st.dictionaries(st.sampled_from(["remove_x-code", "remove_x-key", "remove_extra"]), st.just("on"))
raws = st.just({}) | extras.map(lambda values: {"extra": json.dumps(values)})


@given(extras | st.none(), inputs, raws, boxes, st.sampled_from(["boat", "ship", "raft"]))
def test_whatever_was_typed_the_form_for_another_type_says_the_same(
    was: dict[str, Any] | None, typed: dict[str, str], raw: dict[str, str], ticked: dict[str, str], kind: str
) -> None:
    base = None if was is None else ship(**was)
    start = fields(base, conn_type="" if base else "ship")
    sent = as_sent(start, {"conn_type": "ship", **typed, **raw, **ticked})
    before = ConnectionFields(sent, base=base)
    assume(before.is_valid())
    form = bind(sent, "connection", base, conn_type=kind)
    assert isinstance(form, ConnectionFields)
    if form.is_bound:
        assert form.errors
        return
    after = ConnectionFields(as_sent(form), base=base)
    assume(not _is_stricter(after))
    assert after.is_valid(), after.errors
    assert _extra(after) == _extra(before)


def _is_stricter(form: ConnectionFields) -> bool:
    """The new type may refuse what the first one took."""
    return not form.is_valid() and all(name.startswith("x-") for name in form.errors)


def _extra(form: ConnectionFields) -> Any:
    return json.loads(to_text(form).text.reveal()).get("extra") or {}


@pytest.mark.parametrize("sent", ["", "conn_type=ship"])
def test_choosing_in_an_empty_form_is_no_fault(sent: str) -> None:
    form = bind(QueryDict(sent), "connection", None, conn_type="boat")
    assert form.fields.keys() >= {"x-oars"}
    assert catalogue.find("boat") is BOAT
