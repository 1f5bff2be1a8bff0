"""Where a connection leads, as host:port/schema; nothing at all where a piece of a credential might be among it."""

from __future__ import annotations

import re
from typing import Final

from secretsui.core.connection import Connection

_PROTOCOL: Final = r"(?:(?:https?|grpcs?|wss?|tcp|udp|ssl|tls|ftps?|sftp|ldaps?|k8s|thrift)://)?"
# Whoever forgets to escape a character of the password puts a second "@", or a first one behind the host.
_UNDOUBTED_URI: Final = re.compile(
    rf"[a-z][a-z0-9+.-]*://{_PROTOCOL}(?:[^/?#@\s]*@)?[^/?#@\s]*(?:/[^?#@\s]*)?(?:\?[^#@\s]*)?", re.IGNORECASE
)
_NAME: Final = r"(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?|\[?[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.]*\]?)"
_ONE: Final = rf"{_NAME}(?::[0-9]{{1,5}})?"
# The path of a host given as a web address is left out: a webhook keeps its token there.
_HOST: Final = re.compile(rf"({_PROTOCOL}{_ONE}(?:,{_ONE})*)(?:/[^@]*)?", re.IGNORECASE)
_BARE_IPV6: Final = re.compile(r"[0-9a-f.]*:[0-9a-f.:]*:[0-9a-f.]*", re.IGNORECASE)
_SCHEMA: Final = re.compile(r"[A-Za-z0-9_.$-]{1,64}")
_TOKEN_IN_PATH: Final = re.compile(r"https?|.*(?:slack|hook|discord|teams|telegram|opsgenie|pagerduty|datadog)")
_LONGEST: Final = 300


def endpoint_of(text: str, conn: Connection) -> str:
    """`conn` is the reading of `text`."""
    stripped = text.strip()
    host = _host(conn)
    if not host or (not stripped.startswith("{") and not _is_undoubted(stripped, host)):
        return ""
    port = f":{conn.port}" if conn.port else ""
    schema = f"/{conn.schema}" if _may_show_schema(conn) else ""
    found = host + port + schema
    return found if len(found) <= _LONGEST else ""


def _is_undoubted(uri: str, host: str) -> bool:
    # Without any "@", a lone word in the place of the host may as well be a login or a key.
    return bool(_UNDOUBTED_URI.fullmatch(uri)) and ("@" in uri or "." in host or host[0] == "[" or host == "localhost")


def _host(conn: Connection) -> str:
    if not isinstance(conn.host, str) or not (found := _HOST.fullmatch(conn.host)):
        return ""
    return f"[{found[1]}]" if _BARE_IPV6.fullmatch(found[1]) else found[1]


def _may_show_schema(conn: Connection) -> bool:
    if not isinstance(conn.schema, str) or not _SCHEMA.fullmatch(conn.schema):
        return False
    return isinstance(conn.conn_type, str) and not _TOKEN_IN_PATH.fullmatch(conn.conn_type.lower())
