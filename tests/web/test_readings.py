from __future__ import annotations

import json
from typing import Any

import pytest

from secretsui.core import codec
from secretsui.core.connection import Connection
from secretsui.core.sensitive import Sensitive
from secretsui.web import problems
from secretsui.web.connection_form import Composed, of_text, readings
from secretsui.web.readings import Table, cause_of_loss, table


def as_uri(**fields: Any) -> Composed:
    """What the form composes for these fields when they are to be a URI."""
    for name in ("login", "password", "extra"):
        if name in fields:
            fields[name] = Sensitive(fields[name])
    meant = Connection(**fields)
    text = codec.to_uri(meant, "3.3")
    return Composed(text, "uri", meant, readings(text, meant))


def shown(found: Table | None, label: str) -> list[str]:
    """What stands in the three cells of a line: state, keys and values, secrets as dots."""
    assert found is not None
    line = next(line for line in found.lines if str(line.label) == label)
    return [
        " ".join([cell.state, *(f"{bit.key}={bit.piece.masked}" for bit in cell.bits)]).strip() for cell in line.cells
    ]


def test_every_field_that_is_set_has_a_line() -> None:
    found = table(of_text(Sensitive("postgres://u:p@h:5/s?sslmode=require"), "connection"), values=True)
    assert found is not None
    assert [str(line.label) for line in found.lines] == [
        "Connection Type",
        "Host",
        "Schema",
        "Login",
        "Password",
        "Port",
        "Extra",
    ]
    assert found.is_faithful
    assert not found.needs_json


def test_login_password_and_secret_extras_are_secret() -> None:
    text = json.dumps(
        {
            "conn_type": "postgres",
            "login": "l",
            "password": "p",
            "extra": {"sslmode": "require", "token": "t", "unheard_of": "u"},
        }
    )
    found = table(of_text(Sensitive(text), "connection"), values=True)
    assert shown(found, "Login") == ["same =••••••••"] * 3
    assert shown(found, "Password") == ["same =••••••••"] * 3
    assert shown(found, "Extra") == ["same sslmode=require token=•••••••• unheard_of=••••••••"] * 3


def test_an_extra_that_is_no_object_is_secret_as_a_whole() -> None:
    found = table(of_text(Sensitive('{"conn_type": "x", "extra": "sesame"}'), "connection"), values=True)
    assert shown(found, "Extra")[0].endswith("••••••••")


def test_without_values_there_are_states_alone() -> None:
    found = table(of_text(Sensitive("postgres://u:p@h"), "connection"))
    assert shown(found, "Host") == ["same"] * 3


def test_an_airflow_that_reads_nothing_says_why() -> None:
    found = table(of_text(Sensitive("http://h:port"), "connection"), values=True)
    assert found is not None
    assert ["port" in column.problem for column in found.columns] == [True] * 3
    assert found.lines == []


def test_no_connection_has_no_table() -> None:
    assert table(of_text(Sensitive("text"), "variable")) is None


@pytest.mark.parametrize(
    ("fields", "label", "code"),
    [
        ({"conn_type": "http", "host": "Upper.Example"}, "Host", "host-case"),
        ({"conn_type": "Http", "host": "h"}, "Connection Type", "conn_type-case"),
        ({"conn_type": "3com", "host": "h"}, "Connection Type", "conn_type"),
        ({"conn_type": "http", "host": "h", "extra": '{"retries": "10"}'}, "Extra", "extra-text"),
        ({"conn_type": "http", "host": "h", "extra": '{"__extra__": "x"}'}, "Extra", "extra-name"),
    ],
)
def test_what_no_uri_carries_is_told_with_its_cause(fields: dict[str, str], label: str, code: str) -> None:
    found = table(as_uri(**fields), values=True)
    assert found is not None
    loss = next(loss for loss in found.losses if str(loss.label) == label)
    assert loss.why == problems.LOSSES[code]
    assert "Airflow" in loss.readers
    assert found.needs_json
    assert not found.is_faithful


def test_only_those_who_lose_it_are_named() -> None:
    found = table(as_uri(conn_type="http", host="h", extra='{"retries": "10"}'))
    assert found is not None
    assert [loss.readers for loss in found.losses] == ["Airflow 3.3"]


def test_what_is_read_in_the_place_of_a_value_is_shown() -> None:
    found = table(as_uri(conn_type="http", host="Upper.Example"), values=True)
    assert shown(found, "Host") == ["differs =upper.example"] * 3


def test_a_field_that_is_lost_otherwise_still_has_a_sentence() -> None:
    meant, found = Connection(schema="a"), Connection(schema="b")
    assert cause_of_loss("schema", meant, found) == "schema"
    assert problems.words_of_loss("schema")


def test_json_is_offered_only_where_it_is_read_alike() -> None:
    found = table(as_uri(conn_type="http", host="h", extra='{"__extra__": "x"}'))
    assert found is not None
    assert found.needs_json
    unreadable = Composed(Sensitive("http://h:port"), "uri", None, readings(Sensitive("http://h:port"), None))
    found = table(unreadable)
    assert found is not None
    assert not found.needs_json


def test_nothing_prints_a_value() -> None:
    assert "Kan4rien" not in repr(table(of_text(Sensitive("http://u:Kan4rien@h"), "connection"), values=True))
