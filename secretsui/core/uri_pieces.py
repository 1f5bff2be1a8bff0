"""A connection as the URI that Airflow writes, in pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import unquote_plus

from secretsui.core.connection import Connection
from secretsui.core.construct import EXTRA_KEY
from secretsui.core.dialects import RULES, Dialect
from secretsui.core.pieces import Piece, Tone, with_escapes
from secretsui.core.secrecy import Secrecy
from secretsui.core.uri_writer import write

# Every part is quoted by then, so that these separators stand only where they separate.
_BEHIND_PROTOCOL: Final = re.compile(
    r"(?:([^:@/?]*)(:[^@/?]*)?(@))?([^:@/?]*)(:[0-9]+)?(/[^?]*)?(?:(\?)(.*))?", re.DOTALL
)


def pieces(conn: Connection, dialect: Dialect, secrecy: Secrecy) -> Sequence[Piece]:
    """Together they are what `codec.to_uri` writes. Raises `EncodeError`."""
    uri = write(conn, RULES[dialect])
    # By its length: nobody keeps slashes from a type that is made up.
    scheme = len(conn.conn_type.lower()) if conn.conn_type else 0
    slashes = uri.index("//", scheme) + 2
    protocol = _protocol(conn.host, uri[slashes:])
    start = (
        Piece(uri[:scheme], "type"),
        Piece(uri[scheme:slashes]),
        Piece(protocol, _tone("host", secrecy)),
    )
    found = _BEHIND_PROTOCOL.fullmatch(uri, slashes + len(protocol))
    # A port that is no number is not a part of any URI that Airflow reads.
    parts = _parts(found, secrecy) if found else [Piece(uri[slashes + len(protocol) :], "secret")]
    return [piece for piece in (*start, *parts) if piece.text]


def _protocol(host: Any, rest: str) -> str:
    if not isinstance(host, str) or "://" not in host:
        return ""
    protocol = host[: host.index("://") + 3]
    return protocol if rest.startswith(protocol) else ""


def _parts(found: re.Match[str], secrecy: Secrecy) -> Iterator[Piece]:
    login, password, at, host, port, schema, mark, query = found.groups(default="")
    yield Piece(login, "secret")
    yield Piece(password[:1])
    yield Piece(password[1:], "secret")
    yield Piece(at)
    yield from _spelled(host, _tone("host", secrecy))
    yield Piece(port)
    yield Piece(schema[:1])
    yield from _spelled(schema[1:], _tone("schema", secrecy))
    yield Piece(mark)
    if query:
        yield from _query(query, secrecy)


def _tone(field: str, secrecy: Secrecy) -> Tone:
    if secrecy.hides(field):
        return "secret"
    return "host" if field == "host" else "plain"


def _spelled(text: str, tone: Tone) -> Iterator[Piece]:
    yield from [Piece(text, tone)] if tone == "secret" else with_escapes(text, tone)


def _query(query: str, secrecy: Secrecy) -> Iterator[Piece]:
    for place, parameter in enumerate(query.split("&")):
        name, _, value = parameter.partition("=")
        key = unquote_plus(name)
        yield Piece("&" if place else "")
        yield from with_escapes(name, "key")
        yield Piece("=")
        yield from _spelled(value, "secret" if key == EXTRA_KEY or secrecy.hides_extra(key) else "plain")
