"""What the real `airflow connections export` and `variables export` write is read as the rows that were exported."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from secretsui.airflow.exported import Kind, read
from secretsui.core import codec
from secretsui.core.codec import Dialect
from secretsui.core.connection import FIELDS, Connection, conceal
from secretsui.core.sensitive import Hidden, Sensitive
from tests.airflow_live import servers
from tests.airflow_live.environments import LAB, Generation, NoAirflow, airflow_python
from tests.needs import need

pytestmark = pytest.mark.airflow_live

CONNECTIONS: list[dict[str, Any]] = [
    {
        "conn_id": "warehouse",
        "conn_type": "postgres",
        "description": "Reporting: “all”, and\nmore",
        "host": "db.example.com",
        "login": "re:porter",
        "password": "s3cret/pass @#=\n'\"%",
        "schema": "main",
        "port": 5432,
        "extra": json.dumps({"sslmode": "require", "nested": {"n": [1, None, "yes"]}}),
    },
    {"conn_id": "bare-1.2:3", "conn_type": "http", "host": "https://api.example.com"},
    {"conn_id": "no", "conn_type": "google_cloud_platform", "extra": '{"project": "ünï"}'},
    {"conn_id": "10", "conn_type": "generic", "login": "2020-01-01", "password": "null", "schema": "0x1f"},
]
VARIABLES = [
    {"key": "plain", "val": "hello"},
    {"key": "described", "val": "hello", "description": "Says hello"},
    {"key": "described json", "val": '{"value": 1}', "description": "Of one"},
    {"key": "empty", "val": ""},
    {"key": "lines", "val": "a\nb = 'ü'\n"},
    {"key": "number", "val": "12"},
    {"key": "true", "val": "true"},
    {"key": "null", "val": "null"},
    {"key": "quoted", "val": '"in quotes"'},
    {"key": "object", "val": '{"a":   1e5, "b": ["ü"]}'},
    {"key": "value", "val": '{"value": "v"}'},
]
# As the 2.11 gives them without quotes; it neither exports descriptions.
UNQUOTED: Mapping[Dialect, str] = {"2.11": "in quotes", "3.3": '"in quotes"'}
FILES: Mapping[str, list[str]] = {
    "c.json": ["connections", "export"],
    "c.yaml": ["connections", "export"],
    "uri.env": ["connections", "export"],
    "json.env": ["connections", "export", "--serialization-format", "json"],
    "v.json": ["variables", "export"],
}
Exported = tuple[Dialect, Mapping[str, str]]


@pytest.fixture(scope="module", params=[2, 3])
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    generation: Generation = request.param
    try:
        python = airflow_python(generation)
    except NoAirflow as reason:
        need(False, f"no Airflow that exports: {reason}")
    home = tmp_path_factory.mktemp("exported")
    shutil.copy(servers._template(generation, python) / "airflow.db", home)
    commands = [[*words, str(home / name)] for name, words in FILES.items()]
    asked = {"connections": CONNECTIONS, "variables": VARIABLES, "commands": commands}
    done = subprocess.run(
        [str(python), str(LAB / "exporting.py")],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        env=servers._environment(generation, home),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return ("2.11" if generation == 2 else "3.3"), {name: (home / name).read_text() for name in FILES}


def rows_of(exported: Exported, name: str, kind: Kind = "connection") -> dict[str, Any]:
    dialect, files = exported
    found = read(files[name], kind, dialect=dialect)
    assert not found.problems
    return {row.conn_id: row.connection for row in found.connections} | {row.key: row for row in found.variables}


def expected() -> dict[str, Connection]:
    secret = ("login", "password", "extra")
    fields = {
        row["conn_id"]: {name: conceal(row.get(name)) if name in secret else row.get(name) for name in FIELDS}
        for row in CONNECTIONS
    }
    return {conn_id: Connection(**each) for conn_id, each in fields.items()}


@pytest.mark.parametrize("name", ["c.json", "c.yaml", "json.env"])
def test_every_field_of_every_connection_is_read(exported: Exported, name: str) -> None:
    assert rows_of(exported, name) == expected()


def test_connections_on_lines_of_uris_are_read_as_airflow_would(exported: Exported) -> None:
    dialect = exported[0]
    read_back = {
        conn_id: codec.from_uri(codec.to_uri(conn, dialect).reveal(), dialect) for conn_id, conn in expected().items()
    }
    found = rows_of(exported, "uri.env")
    assert all(isinstance(conn.description, Hidden) for conn in found.values())
    assert {conn_id: replace(conn, description=None) for conn_id, conn in found.items()} == read_back


def test_variables_are_read_as_the_text_or_the_json_they_hold(exported: Exported) -> None:
    dialect = exported[0]
    found = {key: row.value for key, row in rows_of(exported, "v.json", "variable").items()}
    assert isinstance(found.pop("null"), Hidden)
    texts = {
        "plain": "hello",
        "described": "hello",
        "described json": '{"value": 1}',
        "empty": "",
        "lines": "a\nb = 'ü'\n",
        "number": "12",
        "true": "true",
        "quoted": UNQUOTED[dialect],
        "object": json.dumps({"a": 1e5, "b": ["ü"]}),
        "value": '{"value": "v"}',
    }
    assert found == {key: Sensitive(text) for key, text in texts.items()}


def test_descriptions_of_variables_are_exported_by_airflow_3_alone(exported: Exported) -> None:
    found = rows_of(exported, "v.json", "variable")["described"].description
    assert found == ("" if exported[0] == "2.11" else "Says hello")
