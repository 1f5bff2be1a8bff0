"""What may be known about a stored value without showing it: form, type, endpoint, and why Airflow cannot use it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from secretsui.core import codec, fault, prints
from secretsui.core.codec_errors import DecodeError
from secretsui.core.connection import Connection
from secretsui.core.construct import EXTRA_KEY
from secretsui.core.decoding import Decode
from secretsui.core.dialects import DIALECTS, Dialect
from secretsui.core.endpoint import endpoint_of
from secretsui.core.sensitive import Sensitive
from secretsui.core.variable import Variable

Form = Literal["uri", "json", "text"]

_URI_START: Final = re.compile(r"[^\s/?#@]*:?//")
_TYPE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.+]{0,79}")


# Raised with every change of what is found in the same text, so that an index reads all values again.
REVISION: Final = 4


@dataclass(frozen=True, slots=True)
class Facts:
    """`problem` is a code of `core.fault`, `detail` a place or a count in words; neither ever quotes.

    `endpoint` is "" whenever a piece of a credential could be in it. `parts` holds the text, and of a connection the
    places that `core.prints` compares. `unreadable` names the dialects that cannot use the value at all.
    """

    form: Form
    conn_type: str = ""
    endpoint: str = ""
    parts: prints.Places = field(default_factory=dict)
    problem: str = ""
    detail: str = ""
    unreadable: Sequence[Dialect] = ()


def facts(text: Sensitive, kind: str, decode: Decode = codec.decode_secrets_manager) -> Facts:
    """Of a value of this kind (connection, variable, config, other), as Airflow reads it; by default, from Secrets
    Manager. `core.decoding` knows other stores' ways.
    """
    if kind != "connection":
        return Facts(Variable(text).form, parts=prints.places(text))
    return _of_connection(text, decode)


def _of_connection(text: Sensitive, decode: Decode) -> Facts:
    readings = {dialect: _read(text, dialect, decode) for dialect in DIALECTS}
    faults = list(fault.each(text.reveal(), readings)) or [fault.Fault()]
    conn = None if any(found.spoils_reading for found in faults) else _best(readings)
    read = {name: None if isinstance(reading, DecodeError) else reading for name, reading in readings.items()}
    parts = _places(text.reveal(), read) if conn else prints.untold(read)
    return Facts(
        form=_form(text.reveal()),
        conn_type=conn_type_of(conn),
        endpoint=endpoint_of(text.reveal(), conn) if conn else "",
        parts={prints.TEXT: text, **parts},
        problem=faults[0].code,
        detail=faults[0].detail,
        unreadable=prints.unreadable(parts),
    )


def _read(text: Sensitive, dialect: Dialect, decode: Decode) -> Connection | DecodeError:
    try:
        return decode(text.reveal(), dialect)
    except DecodeError as failure:
        return failure


def _places(text: str, readings: prints.Readings) -> prints.Places:
    return prints.places(readings, names_keys=_form(text) == "json" or f"{EXTRA_KEY}=" in text)


def _best(readings: Mapping[Dialect, Connection | DecodeError]) -> Connection | None:
    """Airflow 3.3's own reading; where it has none, that of one which has."""
    found = (readings[dialect] for dialect in ("3.3", "2.11", "3.3-sdk"))
    return next((reading for reading in found if isinstance(reading, Connection)), None)


def _form(text: str) -> Form:
    stripped = text.strip()
    if stripped.startswith("{"):
        return "json"
    return "uri" if _URI_START.match(stripped) else "text"


def conn_type_of(conn: Connection | None) -> str:
    """Only what looks like a type: a misread text leaves other things in its place."""
    conn_type = conn.conn_type if conn else ""
    return conn_type if isinstance(conn_type, str) and _TYPE.fullmatch(conn_type) else ""
