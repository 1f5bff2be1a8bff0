"""The environment variables in which Airflow looks for a connection or a variable."""

from __future__ import annotations

import re
from typing import Final

CONNECTIONS: Final = "AIRFLOW_CONN_"
VARIABLES: Final = "AIRFLOW_VAR_"
_EXPORTABLE: Final = re.compile(r"[A-Z_][A-Z0-9_]*")


def variable_of(conn_id: str) -> str:
    return CONNECTIONS + conn_id.upper()


def variable_of_key(key: str) -> str:
    """Where `Variable.get(key)` looks."""
    return VARIABLES + key.upper()


def is_exportable(name: str) -> bool:
    """Can a shell set it? One with a dash, a dot or a slash can only be handed to a process by other means."""
    return bool(_EXPORTABLE.fullmatch(name))
