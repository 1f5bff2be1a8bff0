"""What may be known about a stored value without showing it: form, type, endpoint, and why Airflow cannot use it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from secretsui.core import codec, fault
from secretsui.core.codec_errors import DecodeError
from secretsui.core.connection import FIELDS, Connection, conceal
from secretsui.core.dialects import DIALECTS, Dialect
from secretsui.core.endpoint import endpoint_of
from secretsui.core.sensitive import Sensitive
from secretsui.core.variable import Variable

Form = Literal["uri", "json", "text"]

_URI_START: Final = re.compile(r"[^\s/?#@]*:?//")
_TYPE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.+]{0,79}")


# Raised with every change of what is found in the same text, so that an index reads all values again.
REVISION: Final = 2


@dataclass(frozen=True, slots=True)
class Facts:
    """`problem` is a code of `core.fault`, `detail` a place or a count in words; neither ever quotes.

    `endpoint` is "" whenever a piece of a credential could be in it. `parts` holds the text, and of a connection each
    field that is set. `unreadable` names the dialects that cannot read the value at all.
    """

    form: Form
    conn_type: str = ""
    endpoint: str = ""
    parts: Mapping[str, Sensitive] = field(default_factory=dict)
    problem: str = ""
    detail: str = ""
    unreadable: Sequence[Dialect] = ()


def facts(text: Sensitive, kind: str) -> Facts:
    """Of a value of this kind (connection, variable, config, other), as Airflow reads it from Secrets Manager."""
    if kind != "connection":
        return Facts(Variable(text).form, parts={"text": text})
    return _of_connection(text)


def _of_connection(text: Sensitive) -> Facts:
    readings = {dialect: _read(text, dialect) for dialect in DIALECTS}
    found = fault.find(text.reveal(), readings)
    conn = None if found.spoils_reading else _best(readings)
    return Facts(
        form=_form(text.reveal()),
        conn_type=_conn_type(conn),
        endpoint=endpoint_of(text.reveal(), conn) if conn else "",
        parts={"text": text, **(_parts(conn) if conn else {})},
        problem=found.code,
        detail=found.detail,
        unreadable=[dialect for dialect, reading in readings.items() if isinstance(reading, DecodeError)],
    )


def _read(text: Sensitive, dialect: Dialect) -> Connection | DecodeError:
    try:
        return codec.decode_secrets_manager(text.reveal(), dialect)
    except DecodeError as failure:
        return failure


def _best(readings: Mapping[Dialect, Connection | DecodeError]) -> Connection | None:
    """Airflow 3.3's own reading; where it has none, that of one which has."""
    found = (readings[dialect] for dialect in ("3.3", "2.11", "3.3-sdk"))
    return next((reading for reading in found if isinstance(reading, Connection)), None)


def _form(text: str) -> Form:
    stripped = text.strip()
    if stripped.startswith("{"):
        return "json"
    return "uri" if _URI_START.match(stripped) else "text"


def _conn_type(conn: Connection | None) -> str:
    conn_type = conn.conn_type if conn else ""
    return conn_type if isinstance(conn_type, str) and _TYPE.fullmatch(conn_type) else ""


def _parts(conn: Connection) -> dict[str, Sensitive]:
    values = {name: getattr(conn, name) for name in FIELDS if name != "conn_type"}
    values["port"] = str(conn.port) if conn.port else None
    parts = {name: value if isinstance(value, Sensitive) else conceal(value) for name, value in values.items()}
    return {name: part for name, part in parts.items() if part}
