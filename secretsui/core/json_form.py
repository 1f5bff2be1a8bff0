"""Connections as JSON: what Airflow reads from it, and what it writes."""

from __future__ import annotations

from typing import Any

from secretsui.core import json_text
from secretsui.core.codec_errors import DecodeError, EncodeError
from secretsui.core.connection import Connection, plain
from secretsui.core.construct import construct, normal_type
from secretsui.core.dialects import RULES, Dialect
from secretsui.core.json_extra import extra_object


def read(text: str, dialect: Dialect, conn_id: object = "") -> Connection:
    found = json_text.load(text, DecodeError)
    if not isinstance(found, dict):
        raise DecodeError("TypeError" if isinstance(found, list) else "AttributeError", "not-object")
    return from_object(found, dialect, conn_id)


def from_object(found: dict[str, Any], dialect: Dialect, conn_id: object = "") -> Connection:
    """Three fields are prepared, and left out where they are false; the rest goes to the constructor as it is."""
    fields = {name: value for name, value in found.items() if name not in ("extra", "conn_type", "port")}
    if extra := found.get("extra"):
        fields["extra"] = extra if isinstance(extra, str) else json_text.dump(extra, DecodeError, subject="extra")
    if conn_type := found.get("conn_type"):
        fields["conn_type"] = normal_type(conn_type)
    if port := found.get("port"):
        fields["port"] = _whole_number(port)
    if "conn_id" in fields:
        raise DecodeError("TypeError", "unknown-key", "conn_id")
    return construct(fields, dialect, conn_id)


def _whole_number(port: Any) -> int:
    """Whatever Python's `int` takes: text with spaces, a fraction, true."""
    try:
        return int(port)
    except (ValueError, TypeError, OverflowError) as found:
        airflow_class = type(found).__name__
    raise DecodeError(airflow_class, "bad-port", "port")


def write(conn: Connection, dialect: Dialect) -> str:
    rules = RULES[dialect]
    fields = {
        "conn_type": conn.conn_type,
        "description": conn.description,
        "host": conn.host,
        "login": plain(conn.login),
        "password": plain(conn.password if conn.password or not rules.is_model else None),
        "schema": conn.schema,
        "port": conn.port,
    }
    kept = _standard(fields)
    if extra := extra_object(conn.extra, rules):
        kept["extra"] = extra
    return json_text.dump(kept, EncodeError)


def _standard(fields: dict[str, Any]) -> dict[str, Any]:
    try:
        return {name: _without_nulls(value) for name, value in fields.items() if value is not None}
    except RecursionError:
        failure = EncodeError("RecursionError", "too-deep")
    raise failure


def _without_nulls(value: Any) -> Any:
    """Nulls are left out at every depth of the standard fields, though not of the extra."""
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_nulls(each) for each in value if each is not None]
    return value
