"""The Environment Manager of Astro, by what its API says: how its objects get into a process is not documented."""

from __future__ import annotations

from typing import Final

from secretsui.core.backends.defaults import row
from secretsui.core.backends.source import NO_CONFIG, Ask, Kind, Plan
from secretsui.core.backends.text import sensitive
from secretsui.core.connection import Connection
from secretsui.core.dialects import Dialect
from secretsui.core.sensitive import Sensitive

STORE: Final = "environment-manager"


class EnvironmentManager:
    """Its store answers with objects: a `Connection`, or the text of a variable."""

    class_name = "EnvironmentManager"

    def plan(self, kind: Kind, secret_id: str, _team: str) -> Plan:
        return NO_CONFIG if kind == "config" else (Ask(STORE, secret_id, mount=kind),)

    def connection(self, value: object, _dialect: Dialect) -> Connection | None:
        return row(value)

    def variable(self, value: object) -> Sensitive | None:
        return sensitive(value)
