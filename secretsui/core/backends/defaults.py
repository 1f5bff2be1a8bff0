"""The two sources that every chain ends with: the environment of the process and the metadata database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from secretsui.core import environment
from secretsui.core.backends.source import Ask, Backend, BadKwargs, Context, Kind, Never, Plan, Raises, State
from secretsui.core.backends.text import TextSource, sensitive
from secretsui.core.connection import Connection
from secretsui.core.dialects import Dialect
from secretsui.core.sensitive import Sensitive

ENVIRONMENT: Final = "environment"
METASTORE: Final = "metastore"
ERRORS: Final[Mapping[State, str]] = {"denied": "OperationalError", "failed": "OperationalError"}

_NO_CONFIG: Final = Never("no-config")


class Environment(TextSource):
    def __init__(self, backend: Backend, _context: Context) -> None:
        _take_no_kwargs(backend)
        self.class_name = backend.class_name

    def plan(self, kind: Kind, secret_id: str, _team: str) -> Plan:
        if kind == "config":
            return _NO_CONFIG
        name = environment.variable_of if kind == "connection" else environment.variable_of_key
        return (Ask(ENVIRONMENT, name(secret_id)),)


class Metastore:
    """Its store answers with rows: a `Connection` as the server's model loads it, the text of a variable."""

    def __init__(self, backend: Backend, _context: Context) -> None:
        _take_no_kwargs(backend)
        self.class_name = backend.class_name

    def plan(self, kind: Kind, secret_id: str, _team: str) -> Plan:
        if kind == "config":
            return _NO_CONFIG
        return (Ask(METASTORE, secret_id, mount=kind, errors=ERRORS),)

    def connection(self, value: object, _dialect: Dialect) -> Connection | None:
        if isinstance(value, Connection):
            return value
        raise TypeError(f"A row of connections was a {type(value).__name__}.")

    def variable(self, value: object) -> Sensitive | None:
        return sensitive(value)


def _take_no_kwargs(backend: Backend) -> None:
    if backend.kwargs:
        raise BadKwargs(Raises("TypeError", "unknown-kwarg"))
