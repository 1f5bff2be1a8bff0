"""Prefix, separator and id ↔ secret name, as Airflow's Secrets Manager backend joins them; and what spoils a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from secretsui.core.construct import LONGEST_CONN_ID, kept_conn_id
from secretsui.core.dialects import DIALECTS

LONGEST_NAME: Final = 512
_ALLOWED: Final = re.compile(r"[A-Za-z0-9/_+=.@-]*")
# Secrets Manager ends its ARNs like this, and a partial ARN then means two secrets.
_LIKE_AN_ARN: Final = re.compile(r".*-[A-Za-z0-9]{6}")


def secret_name(prefix: str, sep: str, secret_id: str) -> str:
    """The name that Airflow looks up. Trailing separators of the prefix do not count; without a prefix it is the id."""
    base = prefix.rstrip(sep)
    return f"{base}{sep}{secret_id}" if base else secret_id


def secret_id(prefix: str, sep: str, name: str) -> str | None:
    """The id under which Airflow finds this name, or None where no id leads to it."""
    base = prefix.rstrip(sep)
    if not base:
        return name
    start = base + sep
    return name[len(start) :] if name.startswith(start) else None


def name_problems(name_or_id: str, kind: str) -> Sequence[str]:
    """Codes of all that is wrong with a name or an id; `kind` is connection, variable, config or other."""
    found = [code for code, applies in _CHECKS.items() if applies(name_or_id)]
    if kind == "connection" and "empty" not in found:
        found += _conn_id_problems(name_or_id)
    return found


def _conn_id_problems(conn_id: str) -> list[str]:
    if len(conn_id) > LONGEST_CONN_ID:
        return ["conn-id-too-long"]
    # What cannot be encoded at all is already a bad character.
    kept = conn_id.isascii() and all(kept_conn_id(conn_id, dialect) == conn_id for dialect in DIALECTS)
    return [] if kept else ["conn-id-character"]


_CHECKS: Final[Mapping[str, Callable[[str], object]]] = {
    "empty": lambda name: not name,
    "bad-character": lambda name: not _ALLOWED.fullmatch(name),
    "name-too-long": lambda name: len(name) > LONGEST_NAME,
    "leading-slash": lambda name: name.startswith("/"),
    "trailing-slash": lambda name: len(name) > 1 and name.endswith("/"),
    "double-slash": lambda name: "//" in name,
    "team-marker": lambda name: "--" in name,
    "like-an-arn": _LIKE_AN_ARN.fullmatch,
}
