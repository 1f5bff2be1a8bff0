from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import QueryDict

from secretsui.core.sensitive import Sensitive
from secretsui.web.connection_form import bind, to_text
from secretsui.web.forms.stored import Stored
from secretsui.web.review import Review, review

STORED = {"conn_type": "postgres", "host": "h", "login": "l", "password": "per%20cent"}


def reviewed(typed: dict[str, str], stored: dict[str, Any] | None = None, kind: str = "connection") -> Review:
    sent = QueryDict(mutable=True)
    sent.update({"written_as": "json", **typed})
    base = Stored(Sensitive(json.dumps(stored)), "v1", "version 1") if stored else None
    form = bind(sent, kind, base, mode=typed.get("mode", ""))
    assert form.is_valid(), form.errors
    return review("crm", to_text(form), form, kind)


def raw(text: str, kind: str = "connection") -> Review:
    return reviewed({"mode": "raw", "text": text}, kind=kind)


def told(found: Review) -> list[tuple[str, str]]:
    return [(remark.severity, remark.rule or remark.code) for remark in found.remarks]


def test_what_the_guard_and_a_rule_both_say_is_said_once() -> None:
    found = raw('"postgres://login:long-password@h/x"')
    assert [remark.rule for remark in found.remarks] == ["R-25"]
    assert found.errors[0].repair == "unquote:text"
    assert found.errors[0].button


@pytest.mark.parametrize(
    ("text", "weight", "rule"),
    [
        ('{"conn_type": "postgress", "host": "h", "login": "l", "password": "long-password"}', "warning", "R-31"),
        ('{"conn_type": "postgres", "host": "h", "login": "l", "password": "abc"}', "note", "R-43"),
        ("postgres://l:pass/word@h/x", "error", "R-24"),
    ],
)
def test_a_finding_weighs_by_its_severity(text: str, weight: str, rule: str) -> None:
    assert (weight, rule) in told(raw(text))


def test_a_note_does_not_hold_a_save_up() -> None:
    found = raw('{"conn_type": "postgres", "host": "h", "login": "l", "password": "abc"}')
    assert found.remarks
    assert not found.blocking


def test_what_holds_a_save_up_comes_first() -> None:
    found = raw('{"conn_type": "postgress", "host": "h", "login": "l", "password": "abc"}')
    assert [remark.severity for remark in found.remarks] == sorted(
        (remark.severity for remark in found.remarks), key=["error", "warning", "note"].index
    )
    assert len(found.remarks) > 1


def test_a_fault_of_the_stored_text_is_told_and_not_asked_about_again() -> None:
    assert ("warning", "R-33") in told(reviewed({"conn_type": "postgres", "host": "h", "password": "per%20cent"}))
    kept = reviewed({"conn_type": "postgres", "host": "other"}, STORED)
    assert ("note", "R-33") in told(kept)
    assert not kept.blocking


def test_what_is_kept_is_not_mended_in_passing() -> None:
    kept = reviewed({"conn_type": "postgres", "host": "other"}, STORED)
    assert [remark.repair for remark in kept.remarks] == [""] * len(kept.remarks)


def test_a_uri_that_is_not_faithful_is_refused_once_with_json_beside_it() -> None:
    found = reviewed(
        {"conn_type": "postgres", "host": "Upper.Example", "written_as": "uri", "password": "long-password"}
    )
    assert [remark.code for remark in found.errors] == ["differs"]
    assert found.errors[0].repair == "to-json:written_as"
    assert not {"R-44", "R-45"} & {remark.rule for remark in found.remarks}


def test_a_quoted_variable_is_asked_about_once() -> None:
    assert told(raw('"text"', "variable")) == [("warning", "R-37")]


def test_no_remark_holds_a_value() -> None:
    for text in ("postgres://l:Kan4/rien@h/x", '{"conn_type": "Kan4rien", "password": "Kan4%20rien"}', '"Kan4rien"'):
        assert "Kan4" not in repr(raw(text))
