"""AWS Systems Manager Parameter Store, as the amazon provider reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from secretsui.core.backends.prefixes import PLURALS, Prefixes, joined, patterns, stripped
from secretsui.core.backends.source import Ask, Backend, Context, Kind, Never, Plan, State
from secretsui.core.backends.text import TextSource

STORE: Final = "parameter-store"
ERRORS: Final[Mapping[State, str]] = {"denied": "ClientError", "failed": "ClientError"}
DEFAULTS: Final[Prefixes] = {kind: f"/airflow/{plural}" for kind, plural in PLURALS.items()}

_DISABLED: Final = Never("disabled")


class ParameterStore(TextSource):
    def __init__(self, backend: Backend, _context: Context) -> None:
        self.class_name = backend.class_name
        self.prefixes = {kind: _prefix(kind, backend.kwargs) for kind in PLURALS}
        self.patterns = patterns(backend.kwargs)

    def plan(self, kind: Kind, secret_id: str, _team: str) -> Plan:
        prefix = self.prefixes[kind]
        if prefix is None:
            return _DISABLED
        if refused := self.patterns[kind](secret_id):
            return refused
        path = joined(prefix, "/", secret_id)
        return (Ask(STORE, path if path.startswith("/") else f"/{path}", errors=ERRORS),)


def _prefix(kind: Kind, kwargs: Mapping[str, Any]) -> Any:
    name = f"{PLURALS[kind]}_prefix"
    given = kwargs.get(name, DEFAULTS[kind])
    return None if given is None else stripped(given, "/", name)
