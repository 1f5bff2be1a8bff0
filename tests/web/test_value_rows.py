from __future__ import annotations

import json
from typing import Any

import pytest

from secretsui.core.sensitive import Sensitive
from secretsui.inventory.models import SecretRecord
from secretsui.web.value_rows import Row, endpoint_parts, masked, revealed


def record(**facts: Any) -> SecretRecord:
    known = {"form": "json", "value_version": "v1", "conn_type": "postgres", "fingerprints": {"text": "x"}}
    return SecretRecord(**known | facts)


def states(rows: Any) -> dict[str, str]:
    return {row.field: row.state for row in rows}


@pytest.mark.parametrize(
    ("endpoint", "fields", "parts"),
    [
        ("h:1/s", "host port schema", ("h", "1", "s")),
        ("h:1", "host port schema", ("h", "1", "")),
        ("h/s", "host schema", ("h", "", "s")),
        ("https://h.example:443", "host port", ("https://h.example", "443", "")),
        ("https://h.example", "host schema", ("https://h.example", "", "")),
        ("a:1,b:2", "host", ("a:1,b:2", "", "")),
        ("[::1]:5432/s", "host port schema", ("[::1]", "5432", "s")),
        ("", "host", None),
    ],
)
def test_an_endpoint_is_taken_apart_by_what_is_set(endpoint: str, fields: str, parts: Any) -> None:
    found = endpoint_parts(record(endpoint=endpoint, fingerprints=dict.fromkeys(fields.split(), "x")))
    assert found == ({} if parts is None else dict(zip(("host", "port", "schema"), parts, strict=True)))


def test_fields_of_the_index_are_open_hidden_or_unset() -> None:
    found = record(endpoint="h:1", fingerprints=dict.fromkeys(("text", "host", "port", "password"), "x"))
    assert states(masked(found, "connection")) == {
        "conn_type": "open",
        "description": "unset",
        "host": "open",
        "schema": "unset",
        "login": "unset",
        "password": "hidden",
        "port": "open",
        "extra": "unset",
        "text": "hidden",
    }


def test_what_was_never_read_is_not_known() -> None:
    found = states(masked(record(conn_type="", value_version="", fingerprints={}), "connection"))
    assert found["password"] == found["host"] == "unknown"


def test_no_row_prints_its_value() -> None:
    rows = revealed(Sensitive(json.dumps({"conn_type": "ftp", "password": "Kan4rien"})), "connection", "all")
    assert "Kan4rien" not in repr(rows)
    assert next(row for row in rows if row.field == "password").shown == "Kan4rien"


def test_wrongly_typed_fields_are_spelled_as_json() -> None:
    rows = revealed(Sensitive('{"conn_type": "ftp", "host": ["a"], "login": 5}'), "connection", "all")
    shown = {row.field: row.shown for row in rows if row.state == "clear"}
    assert shown["host"] == '["a"]'
    assert shown["login"] == "5"


def test_a_row_knows_whether_it_shows_the_value_exactly() -> None:
    assert Row("text", "Val", "clear", Sensitive("a\tb")).is_exact
    assert not Row("text", "Val", "clear", Sensitive("a\x00b")).is_exact
