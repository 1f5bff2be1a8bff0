"""The two sources that every chain ends with: the environment of the process and the metadata database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from secretsui.core import environment
from secretsui.core.backends.source import (
    NO_CONFIG,
    TEAM_MARKER,
    Ask,
    Backend,
    BadKwargs,
    Context,
    Kind,
    Plan,
    Raises,
    State,
)
from secretsui.core.backends.text import TextSource, sensitive
from secretsui.core.connection import Connection
from secretsui.core.dialects import Dialect
from secretsui.core.sensitive import Sensitive
from secretsui.core.versions import at_least

ENVIRONMENT: Final = "environment"
METASTORE: Final = "metastore"
ERRORS: Final[Mapping[State, str]] = {"denied": "OperationalError", "failed": "OperationalError"}

_TEAM_SEP: Final = "___"
_LIKE_A_TEAM: Final = re.compile(r"_[^_]+___.+")


class Environment(TextSource):
    def __init__(self, backend: Backend, context: Context) -> None:
        _take_no_kwargs(backend)
        self.class_name = backend.class_name
        self.context = context

    def plan(self, kind: Kind, secret_id: str, team: str) -> Plan:
        if kind == "config":
            return NO_CONFIG
        if self._is_refused(secret_id, team):
            return TEAM_MARKER
        name_of = environment.variable_of if kind == "connection" else environment.variable_of_key
        name = Ask(ENVIRONMENT, name_of(secret_id))
        if not team:
            return (name,)
        return (Ask(ENVIRONMENT, name_of(f"_{team}{_TEAM_SEP}{secret_id}"), skips_empty=True), name)

    def _is_refused(self, secret_id: str, team: str) -> bool:
        """Could it name the variable of a team? 3.2 asks so even where there are no teams."""
        if _TEAM_SEP not in secret_id or not at_least(self.context.airflow, "3.2"):
            return False
        if at_least(self.context.airflow, "3.3"):
            return self.context.multi_team
        return not team and bool(_LIKE_A_TEAM.fullmatch(secret_id))


class Metastore:
    """Its store answers with rows: a `Connection` as the server's model loads it, the text of a variable."""

    def __init__(self, backend: Backend, _context: Context) -> None:
        _take_no_kwargs(backend)
        self.class_name = backend.class_name

    def plan(self, kind: Kind, secret_id: str, team: str) -> Plan:
        if kind == "config":
            return NO_CONFIG
        return (Ask(METASTORE, secret_id, mount=kind, team=team, errors=ERRORS),)

    def connection(self, value: object, _dialect: Dialect) -> Connection | None:
        return row(value)

    def variable(self, value: object) -> Sensitive | None:
        return sensitive(value)


def row(value: object) -> Connection:
    if isinstance(value, Connection):
        return value
    raise TypeError(f"A row of connections was a {type(value).__name__}.")


def _take_no_kwargs(backend: Backend) -> None:
    if backend.kwargs:
        raise BadKwargs(Raises("TypeError", "unknown-kwarg"))
