"""AWS Systems Manager Parameter Store, as the amazon provider reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from secretsui.core.backends.amazon_teams import refusal, team_names
from secretsui.core.backends.prefixes import PLURALS, Prefixes, joined, patterns, stripped
from secretsui.core.backends.source import DISABLED, Ask, Backend, Context, Kind, Plan, State
from secretsui.core.backends.text import TextSource

STORE: Final = "parameter-store"
ERRORS: Final[Mapping[State, str]] = {"denied": "ClientError", "failed": "ClientError"}
DEFAULTS: Final[Prefixes] = {kind: f"/airflow/{plural}" for kind, plural in PLURALS.items()}


class ParameterStore(TextSource):
    sep = "/"

    def __init__(self, backend: Backend, context: Context) -> None:
        self.class_name = backend.class_name
        self.provider, self.multi_team = backend.provider, context.multi_team
        self.prefixes = {kind: _prefix(kind, backend.kwargs) for kind in PLURALS}
        self.patterns = patterns(backend.kwargs)

    def plan(self, kind: Kind, secret_id: str, team: str) -> Plan:
        prefix = self.prefixes[kind]
        if prefix is None:
            return DISABLED
        if refused := refusal(self, secret_id, team) or self.patterns[kind](secret_id):
            return refused
        return tuple(_ask(joined(prefix, "/", name)) for name in team_names(self, secret_id, team))


def _ask(path: str) -> Ask:
    name, _, version = (path if path.startswith("/") else f"/{path}").partition(":")
    return Ask(STORE, name, version=version, errors=ERRORS)


def _prefix(kind: Kind, kwargs: Mapping[str, Any]) -> Any:
    name = f"{PLURALS[kind]}_prefix"
    given = kwargs.get(name, DEFAULTS[kind])
    return None if given is None else stripped(given, "/", name)
