"""A connection in every form in which somebody writes one down, each of them exactly."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, Literal

from secretsui.core import codec, for_code, for_shells, json_pieces, uri_pieces
from secretsui.core.codec_errors import CodecError
from secretsui.core.compare import compare
from secretsui.core.connection import Connection
from secretsui.core.dialects import DIALECTS, Dialect
from secretsui.core.pieces import Piece, Tone, real
from secretsui.core.rendering import Rendering, Subject
from secretsui.core.secrecy import Secrecy

__all__ = ["IDS", "LABELS", "Piece", "Rendering", "Tone", "renderings", "survives"]

WrittenAs = Literal["json", "uri"]

PLACEHOLDER: Final = "my_conn"
LABELS: Final = {
    "uri": "URI",
    "json": "JSON",
    "environment": "Environment",
    "cli": "Airflow CLI",
    "dotenv": ".env",
    "helm": "Helm",
    "terraform": "Terraform",
    "aws": "AWS CLI",
    "python": "Python",
}
IDS: Final = tuple(LABELS)
_TOOLS: Final[Sequence[Callable[[Subject], Rendering]]] = (
    for_shells.environment,
    for_shells.cli,
    for_shells.dotenv,
    for_code.helm,
    for_code.terraform,
    for_shells.aws,
    for_code.python,
)
_EVERYDAY_URI: Final = re.compile(r"[A-Za-z0-9_.~%:/@?&=+-]*")

NO_URI: Final = "Airflow cannot write this connection as a URI."
URI_DIFFERS: Final = "Not every Airflow reads this URI as it is meant. The JSON is safe."
INSTEAD: Final = "This carries the JSON, because not every Airflow would read the URI as it is meant."
JSON_DIFFERS: Final = "Not every Airflow reads this connection as it is meant, whichever way it is written."
TOO_DEEP: Final = "A field is nested too deeply to be written down."


def renderings(
    conn: Connection,
    *,
    conn_id: str,
    dialect: Dialect,
    written_as: WrittenAs,
    secret_name: str = "",
    region: str = "",
    secrecy: Secrecy | None = None,
) -> Sequence[Rendering]:
    """All of them, in the order of `IDS`. Those of a tool carry JSON unless a URI is asked for and every Airflow reads
    it as it is meant. What is secret the catalogue says, unless another `secrecy` is given.
    """
    conn_id = conn_id or PLACEHOLDER
    secret_name = secret_name or f"airflow/connections/{conn_id}"
    try:
        return _renderings(
            conn, conn_id, dialect, written_as, secret_name, region, secrecy or Secrecy.of(conn.conn_type)
        )
    except RecursionError:
        return [Rendering(id_, label, (), (TOO_DEEP,)) for id_, label in LABELS.items()]


def _renderings(
    conn: Connection,
    conn_id: str,
    dialect: Dialect,
    written_as: WrittenAs,
    secret_name: str,
    region: str,
    secrecy: Secrecy,
) -> Sequence[Rendering]:
    uri = _uri(conn, dialect, secrecy)
    as_uri = written_as == "uri" and not uri.notes
    subject = Subject(
        conn=conn,
        conn_id=conn_id,
        secrecy=secrecy,
        value=uri.pieces if as_uri else json_pieces.pieces(conn, secrecy),
        is_json=not as_uri,
        notes=(INSTEAD,) if written_as == "uri" and not as_uri else (),
        secret_name=secret_name,
        region=region,
    )
    return [uri, _json(subject), *(write(subject) for write in _TOOLS)]


def survives(text: str, conn: Connection) -> bool:
    """Does every Airflow read this text as this connection?"""
    return all(_reads(text, conn, dialect) for dialect in DIALECTS)


def _reads(text: str, conn: Connection, dialect: Dialect) -> bool:
    try:
        found = codec.decode_secrets_manager(text, dialect)
    except CodecError:
        return False
    return all(each.state == "same" for each in compare(conn, found) if each.field != "description")


def _uri(conn: Connection, dialect: Dialect, secrecy: Secrecy) -> Rendering:
    try:
        pieces = uri_pieces.pieces(conn, dialect, secrecy)
    except CodecError:
        return Rendering("uri", LABELS["uri"], (), (NO_URI,))
    text = real(pieces)
    is_safe = bool(_EVERYDAY_URI.fullmatch(text)) and survives(text, conn)
    return Rendering("uri", LABELS["uri"], pieces, () if is_safe else (URI_DIFFERS,))


def _json(subject: Subject) -> Rendering:
    pieces = json_pieces.pieces(subject.conn, subject.secrecy, indented=True)
    notes = () if survives(real(pieces), subject.conn) else (JSON_DIFFERS,)
    return Rendering("json", LABELS["json"], pieces, notes)
