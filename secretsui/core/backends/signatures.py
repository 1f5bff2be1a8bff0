"""Providers that know no teams, called by an Airflow that names one all the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from secretsui.core.backends.source import Backend, Context, Kind, Plan, Raises, Source
from secretsui.core.connection import Connection
from secretsui.core.dialects import Dialect
from secretsui.core.sensitive import Sensitive
from secretsui.core.versions import at_least

Floors = Mapping[Kind, str]

# The first release of the provider whose methods take the argument.
_AMAZON: Final[Floors] = {"connection": "9.22", "variable": "9.19"}
FLOORS: Final[Mapping[str, Floors]] = {
    "airflow.providers.amazon.": _AMAZON,
    "airflow_aws_shared_secrets.": _AMAZON,
    "airflow.providers.hashicorp.": {"connection": "4.5", "variable": "4.5"},
    "airflow.providers.google.": {"connection": "20", "variable": "20"},
    "airflow.providers.microsoft.azure.": {"connection": "13", "variable": "13"},
}
_REFUSED: Final = Raises("TypeError", "no-team-argument")


def called(source: Source, backend: Backend, context: Context) -> Source:
    """Only 3.2 hands the argument to whoever is there; its tasks leave it out for variables."""
    if not at_least(context.airflow, "3.2") or at_least(context.airflow, "3.3"):
        return source
    floors = next((floors for start, floors in FLOORS.items() if backend.class_path.startswith(start)), {})
    kinds = {kind for kind, floor in floors.items() if not at_least(backend.provider, floor)}
    if context.is_worker:
        kinds.discard("variable")
    return Teamless(source, frozenset(kinds)) if kinds else source


class Teamless:
    def __init__(self, source: Source, kinds: frozenset[Kind]) -> None:
        self.source, self.kinds = source, kinds
        self.class_name = source.class_name

    def plan(self, kind: Kind, secret_id: str, team: str) -> Plan:
        return _REFUSED if kind in self.kinds else self.source.plan(kind, secret_id, team)

    def connection(self, value: object, dialect: Dialect) -> Connection | None:
        return self.source.connection(value, dialect)

    def variable(self, value: object) -> Sensitive | None:
        return self.source.variable(value)
