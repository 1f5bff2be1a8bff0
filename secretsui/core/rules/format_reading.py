"""Rules about what Airflow makes of a connection: whether it can read it, its type, and whether it keeps it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from secretsui.core import catalogue, codec, compare
from secretsui.core.codec_errors import CodecError
from secretsui.core.connection import FIELDS, Connection
from secretsui.core.dialects import Dialect
from secretsui.core.fault import Fault
from secretsui.core.findings import Severity
from secretsui.core.rules.format_text import starts_with_quote
from secretsui.core.rules.format_uri import REPEATED_PROTOCOL
from secretsui.core.rules.value import Hit, Value, field_text, is_same

_UNREADABLE: Final = (
    "bad-uri",
    "bad-port",
    "bad-json",
    "not-utf8",
    "too-deep",
    "number-too-long",
    "wrong-type",
    "repeated-protocol",
)
_REPAIRS: Final[Mapping[tuple[str, str], str]] = {
    ("bad-uri", "more than two ://"): "encode",
    ("bad-uri", "login or port before the second ://"): "protocol-first",
    ("bad-uri", "host"): "encode",
}
_JDBC: Final = re.compile(r"jdbc:[a-z0-9:]+[:/]", re.IGNORECASE)
_TELLING: Final = 6
# Drivers that the hook of the type uses anyway, so that the name can go without a loss.
_USUAL_DRIVERS: Final = frozenset(
    {"postgresql+psycopg2", "postgres+psycopg2", "mysql+mysqldb", "mssql+pymssql", "oracle+oracledb"}
)


def unreadable(value: Value) -> Iterator[Hit]:
    """It raises, or the second :// makes Airflow look for the host in the wrong place."""
    seen: set[tuple[str, str]] = set()
    for found in value.faults_of(*_UNREADABLE, "unescaped"):
        place = (found.code, _field(found.detail))
        if place in seen or (found.code == "unescaped" and "://" not in found.detail):
            continue
        seen.add(place)
        severity: Severity | None = "high" if value.connections else None
        yield Hit(*place, found.detail, repair=_repair(value, found), severity=severity)


def _repair(value: Value, found: Fault) -> str:
    if REPEATED_PROTOCOL.match(value.stripped):
        return "to-json"
    return _REPAIRS.get((found.code, found.detail), "encode" if found.code == "unescaped" else "")


def _field(detail: str) -> str:
    word = re.split(r"[ ,]", detail)[0]
    return word if word in FIELDS else "text"


def no_type(value: Value) -> Iterator[Hit]:
    if starts_with_quote(value) or _JDBC.match(value.stripped):
        return
    for found in value.faults_of("missing-type", "not-a-uri"):
        yield Hit(found.code, "conn_type", found.detail)


def unknown_type(value: Value) -> Iterator[Hit]:
    if _JDBC.match(value.stripped):
        yield Hit("jdbc-address", "conn_type")
        return
    name = field_text(value.connection, "conn_type")
    if not name or catalogue.find(name) or name in value.context.known_types:
        return
    if meant := catalogue.near(name):
        yield _near(name, meant.conn_type)
    else:
        # A team's own provider may well have it.
        yield Hit("unknown-type", "conn_type", severity="low")


def _near(name: str, meant: str) -> Hit:
    facts = {"meant": meant}
    if "+" in name:
        return Hit("driver-in-type", "conn_type", facts=facts, repair="known-type" if name in _USUAL_DRIVERS else "")
    if len(name) < _TELLING and name.lower() != meant:
        # Many others are but one letter away.
        return Hit("near-type", "conn_type", facts=facts, severity="medium")
    return Hit("near-type", "conn_type", facts=facts, repair="known-type")


def lossy(value: Value) -> Iterator[Hit]:
    """Written in its own form and read again by the same Airflow, or read by different ones."""
    if value.connection is None or len(value.connections) < len(value.readings):
        return
    for dialect, conn in value.readings.items():
        if isinstance(conn, Connection) and (field := _lost(conn, dialect, value.is_uri)):
            yield Hit("round-trip", field, f"written by Airflow {dialect}", repair="to-json")
            return
    first, *others = value.connections
    if differing := [other for other in others if not is_same(first, other)]:
        yield Hit("read-differently", _first_difference(first, differing[0]), severity="low")


def _lost(conn: Connection, dialect: Dialect, as_uri: bool) -> str:
    """The first field that is not the same after it, "" where all are."""
    try:
        if as_uri:
            return _first_difference(conn, codec.from_uri(codec.to_uri(conn, dialect).reveal(), dialect))
        return _first_difference(conn, codec.from_json(codec.to_json(conn, dialect).reveal(), dialect))
    except CodecError:
        return "text"


def _first_difference(left: Connection, right: Connection) -> str:
    """ "" where there is none."""
    if compare.is_alike(left, right):
        return ""
    differing = (diff.field for diff in compare.compare(left, right) if diff.state != "same")
    return compare.field_of(next(differing, ""))
