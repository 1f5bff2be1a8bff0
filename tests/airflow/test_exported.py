from __future__ import annotations

import json
from typing import Any

import pytest

from secretsui.airflow.exported import ExportedRows, Kind, read
from secretsui.core.connection import FIELDS, Connection
from secretsui.core.masked import MaskedObject
from secretsui.core.sensitive import Hidden, Sensitive

ROW = {
    "conn_type": "postgres",
    "description": "Reporting",
    "login": "reporter",
    "password": "s3cret/pass",
    "host": "db.example.com",
    "port": 5432,
    "schema": "main",
    "extra": '{"sslmode": "require"}',
}
CONNECTION = Connection(
    conn_type="postgres",
    description="Reporting",
    login=Sensitive("reporter"),
    password=Sensitive("s3cret/pass"),
    host="db.example.com",
    port=5432,
    schema="main",
    extra=Sensitive('{"sslmode": "require"}'),
)
YAML = """\
bare:
  conn_type: http
  description: null
  extra: null
  host: https://api.example.com
  login: null
  password: null
  port: null
  schema: null
with:colon:
  conn_type: generic
"""


def connections(rows: ExportedRows) -> dict[str, Connection]:
    return {row.conn_id: row.connection for row in rows.connections}


def problems(text: str, kind: Kind = "connection") -> list[tuple[str, int]]:
    return [(each.code, each.line) for each in read(text, kind).problems]


def value(row: object) -> Any:
    found = read(json.dumps({"k": row}), "variable").variables[0].value
    return found.reveal() if isinstance(found, Sensitive) else found


def test_json_has_every_field() -> None:
    rows = read(json.dumps({"warehouse": ROW}, indent=2), "connection")
    assert connections(rows) == {"warehouse": CONNECTION}
    assert rows.is_complete


def test_json_on_lines_has_every_field_too() -> None:
    assert connections(read(f"warehouse={json.dumps(ROW)}\n", "connection")) == {"warehouse": CONNECTION}


def test_a_field_that_an_older_airflow_leaves_out_is_not_told() -> None:
    found = connections(read(YAML, "connection"))
    assert found["bare"] == Connection(conn_type="http", host="https://api.example.com")
    assert all(isinstance(getattr(found["with:colon"], name), Hidden) for name in FIELDS if name != "conn_type")


def test_a_uri_on_a_line_tells_all_but_the_description() -> None:
    found = connections(read("# made today\n\na.b=postgres://u:p%40@h:1/s?x=1\n", "connection"))["a.b"]
    assert (found.conn_type, found.host, found.port, found.schema) == ("postgres", "h", 1, "s")
    assert (found.login, found.password) == (Sensitive("u"), Sensitive("p@"))
    assert isinstance(found.description, Hidden)


@pytest.mark.parametrize(("dialect", "extra"), [("2.11", '{"x": "1"}'), ("3.3", '{"x": 1}')])
def test_a_uri_is_read_by_the_airflow_that_wrote_it(dialect: Any, extra: str) -> None:
    assert connections(read("a=http://h/?x=1", "connection", dialect=dialect))["a"].extra == Sensitive(extra)


def test_masks_are_never_text() -> None:
    masked = {**ROW, "password": "***", "host": "***", "extra": '{"api_key": "***", "n": 1}'}
    found = connections(read(json.dumps({"a": masked}), "connection"))["a"]
    assert isinstance(found.password, Hidden)
    assert isinstance(found.host, Hidden)
    assert isinstance(found.extra, MaskedObject)
    assert isinstance(value("***"), Hidden)
    assert isinstance(value({"a": "***"}), Hidden)


def test_a_variable_is_text_or_the_json_that_airflow_made_of_it() -> None:
    assert value("hello") == "hello"
    assert value("") == ""
    assert value({"a": [1, 2.5, None]}) == '{"a": [1, 2.5, null]}'
    assert value(12) == "12"
    assert value(True) == "true"
    assert isinstance(value(None), Hidden)  # the text null, or one that could not be decrypted


def test_airflow_3_writes_descriptions_around_values() -> None:
    text = json.dumps({"k": {"value": "v", "description": "d"}, "plain": {"value": "v"}})
    first, plain = read(text, "variable").variables
    assert (first.value, first.description) == (Sensitive("v"), "d")
    assert plain.value == Sensitive('{"value": "v"}')
    assert read(text, "variable", dialect="2.11").variables[0].value == Sensitive('{"value": "v", "description": "d"}')


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [("empty", 0)]),
        ("\n  \n# nothing\n", [("empty", 0)]),
        ('{"a": {\n"b": 1,\n}}', [("bad-json", 3)]),
        ('{"a": ' + "9" * 5000 + "}", [("bad-json", 1)]),
        ("{" * 200_000, [("bad-json", 1)]),
        ("[1]", [("not-object", 0)]),
        ("a:\n  b: 'x\n", [("bad-yaml", 3)]),
        ("a:\n  b: !!python/object:os.system {}\n", [("bad-yaml", 2)]),
        ("a: &x {conn_type: http}\nb: *x\n", [("alias", 2)]),
        ("1: {conn_type: http}\n", [("not-object", 0)]),
        ("a=http://h\nnonsense\n=x\nb=\n", [("bad-line", 2), ("bad-line", 3), ("bad-line", 4)]),
        ("a=http://h\na=http://i\n", [("duplicate", 2)]),
        ("AIRFLOW_CONN_A=http://h\n", [("environment", 1)]),
        ("x" * 20_000_001, [("too-long", 0)]),
    ],
)
def test_a_broken_file_is_named_by_its_line(text: str, found: list[tuple[str, int]]) -> None:
    assert problems(text) == found
    assert not read(text, "connection").is_complete


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("hello canary", "Entry 2 of 2 is no connection."),
        (7, "Entry 2 of 2 is no connection."),
        ({"host": "canary"}, "Entry 2 of 2 is no connection."),
        ({"conn_type": "http", "canary": 1}, "Entry 2 of 2 has a field that no connection has."),
        ({"conn_type": "http", "port": "canary"}, "Field port of entry 2 of 2 is not a whole number."),
        ({"conn_type": "http", "port": True}, "Field port of entry 2 of 2 is not a whole number."),
        ({"conn_type": "http", "extra": {"canary": 1}}, "Field extra of entry 2 of 2 is not text."),
        ("http://[canary", "The connection in entry 2 of 2 cannot be read. The URI cannot be taken apart."),
        ("{canary://", "The connection in entry 2 of 2 cannot be read. This is not valid JSON."),
    ],
)
def test_a_broken_entry_is_named_by_its_number_and_the_others_are_read(entry: object, sentence: str) -> None:
    rows = read(json.dumps({"a": ROW, "b": entry}), "connection")
    assert list(connections(rows)) == ["a"]
    assert [problem.sentence.startswith(sentence) for problem in rows.problems] == [True]
    assert "canary" not in rows.problems[0].sentence


def test_connections_are_no_variables() -> None:
    assert problems(json.dumps({"a": ROW}), "variable") == [("other-kind", 0)]


@pytest.mark.parametrize("kind", ["connection", "variable"])
def test_nothing_exported_is_nothing_and_complete(kind: Kind) -> None:
    found = read("{}", kind)
    assert found.is_complete
    assert not found.connections
    assert not found.variables


def test_nothing_of_a_file_is_printed() -> None:
    assert "s3cret" not in repr(read(json.dumps({"a": ROW}), "connection"))
