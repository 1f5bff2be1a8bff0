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
_PLAIN: Final = re.compile(r"[\w:\\()!~ -][\w.:\\()!~ -]*", re.ASCII)
# Where the API lists the keys of variables.
_TAKEN: Final = "variables/keys"


def heard(kind: Kind, secret_id: str) -> str | None:
    """The id that reaches the server, None where none does: the task puts it into the path of an address unescaped.

    So a `#` or `?` ends it, %41 becomes A, dots between slashes are resolved, no connection id can have a slash, and no
    variable can be called "keys".
    """
    if _PLAIN.fullmatch(secret_id) and f"{kind}s/{secret_id}" != _TAKEN:
        return secret_id
    if any(each.isascii() and not each.isprintable() for each in secret_id):
        return None
    start = f"{kind}s/"
    path = unquote(_without_dots(start + _END_OF_PATH.split(secret_id)[0]))
    found = path.removeprefix(start)
    if path == _TAKEN or found in ("", path) or (kind == "connection" and "/" in found):
        return None
    return found


def _without_dots(path: str) -> str:
    """As browsers and HTTP clients resolve them; what leads out of the API's folder is nobody's."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return "/".join(kept)


def is_fit(conn_id: str) -> bool:
    """Does the server answer with a connection of this id?"""
    return kept_conn_id(conn_id, "3.3") is not None


def delivered(found: Connection, conn_id: str) -> Connection | None:
    """What the task gets of the server's connection: no description; nothing if the answer does not fit its schema."""
    texts = (found.host, found.schema, found.login, found.password, found.extra)
    if not isinstance(found.conn_type, str) or not is_fit(conn_id):
        return None
    if any(isinstance(each, Mistyped) for each in texts):
        return None
    if not all(each is None or isinstance(each, str) for each in (found.host, found.schema)):
        return None
    return replace(found, description=None)
