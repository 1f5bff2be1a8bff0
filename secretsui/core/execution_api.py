"""What becomes of an id and of a connection between a task of Airflow 3 and the server that answers it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final
from urllib.parse import unquote

from secretsui.core.backends.source import Kind
from secretsui.core.connection import Connection, Mistyped
from secretsui.core.construct import kept_conn_id

CLASS_NAME: Final = "ExecutionAPISecretsBackend"
_END_OF_PATH: Final = re.compile(r"[?#]")
_PLAIN: Final = re.compile(r"[\w.:\\()!~ -]*", re.ASCII)


def heard(kind: Kind, secret_id: str) -> str | None:
    """The id that reaches the server, None where none does: the task puts it into the path of an address unescaped.

    So a `#` or `?` ends it, %41 becomes A, dots between slashes are resolved, and no connection id can have a slash.
    """
    if _PLAIN.fullmatch(secret_id) and secret_id not in ("", ".", ".."):
        return secret_id
    if any(each.isascii() and not each.isprintable() for each in secret_id):
        return None
    path = _without_dots(_END_OF_PATH.split(secret_id)[0])
    found = "" if path is None else unquote(path)
    return None if not found or (kind == "connection" and "/" in found) else found


def _without_dots(path: str) -> str | None:
    """As browsers and HTTP clients do it; None where it leaves the folder of its kind."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if not kept:
                return None
            kept.pop()
        elif segment != ".":
            kept.append(segment)
    return "/".join(kept)


def delivered(found: Connection, conn_id: str) -> Connection | None:
    """What the task gets of the server's connection: no description; nothing if the answer does not fit its schema."""
    texts = (found.host, found.schema, found.login, found.password, found.extra)
    if not isinstance(found.conn_type, str) or kept_conn_id(conn_id, "3.3") is None:
        return None
    if any(isinstance(each, Mistyped) for each in texts):
        return None
    if not all(each is None or isinstance(each, str) for each in (found.host, found.schema)):
        return None
    return replace(found, description=None)
