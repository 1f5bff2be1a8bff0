"""Answers of real Airflow releases, recorded: every row must come out the same in each dialect that it names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from secretsui.core import codec
from secretsui.core.codec import DIALECTS, CodecError, Dialect
from secretsui.core.connection import Connection, plain
from secretsui.core.construct import construct

VECTORS = Path(__file__).parent / "vectors"
COLUMNS: dict[Dialect, str] = {"2.11": "airflow2", "3.3": "airflow3", "3.3-sdk": "airflow3_sdk"}


def rows(name: str) -> list[Any]:
    lines = (VECTORS / f"connection-{name}-vectors.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        pytest.param(json.loads(line), dialect, id=f"{number}-{dialect}")
        for number, line in enumerate(lines, 1)
        for dialect in DIALECTS
    ]


def fields(conn: Connection) -> dict[str, Any]:
    return {
        "conn_type": conn.conn_type,
        "login": plain(conn.login),
        "password": plain(conn.password),
        "host": conn.host,
        "port": conn.port,
        "schema": conn.schema,
        "extra": plain(conn.extra),
        "description": conn.description,
    }


def error_class(recorded: str) -> str:
    return recorded.partition(":")[0]


def check(expected: dict[str, Any], text: str, read: Any, dialect: Dialect) -> None:
    if "error" in expected:
        with pytest.raises(CodecError) as caught:
            read(text, dialect)
        assert caught.value.airflow_class == error_class(expected["error"])
    else:
        assert fields(read(text, dialect)) == expected


@pytest.mark.parametrize(("row", "dialect"), rows("uri"))
def test_a_connection_is_written_as_airflow_writes_it(row: dict[str, Any], dialect: Dialect) -> None:
    column, given = COLUMNS[dialect], dict(row["conn"])
    if dialect == "3.3-sdk" and isinstance(given.get("extra"), dict):
        given["extra"] = json.dumps(given["extra"])  # this class takes text only
    if row[f"uri_{column}"] is None:
        with pytest.raises(CodecError) as caught:
            construct(given, dialect)
        assert caught.value.airflow_class == error_class(row[f"error_{column}"])
        return
    conn = construct(given, dialect)
    assert codec.to_uri(conn, dialect).reveal() == row[f"uri_{column}"]
    assert codec.to_json(conn, dialect).reveal() == row[f"json_{column}"]
    check(row[f"reparsed_{column}"], row[f"uri_{column}"], codec.from_uri, dialect)


@pytest.mark.parametrize(("row", "dialect"), rows("uri-parse"))
def test_a_uri_is_read_as_airflow_reads_it(row: dict[str, Any], dialect: Dialect) -> None:
    check(row[COLUMNS[dialect]], row["uri"], codec.from_uri, dialect)


@pytest.mark.parametrize(("row", "dialect"), rows("json-parse"))
def test_json_is_read_as_airflow_reads_it(row: dict[str, Any], dialect: Dialect) -> None:
    check(row[COLUMNS[dialect]], row["json"], codec.from_json, dialect)
