"""Azure Key Vault, as the microsoft-azure provider reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from secretsui.core.backends.prefixes import PLURALS, joined, stripped
from secretsui.core.backends.source import (
    DISABLED,
    TEAM_MARKER,
    TEAM_SEP,
    Ask,
    Backend,
    Context,
    Kind,
    Never,
    Plan,
    Raises,
    State,
)
from secretsui.core.backends.text import TextSource
from secretsui.core.versions import at_least

STORE: Final = "azure"
ERRORS: Final[Mapping[State, str]] = {"denied": "HttpResponseError", "failed": "HttpResponseError"}

_NAME: Final = re.compile(r"[0-9a-zA-Z-]{1,127}")


class AzureKeyVault(TextSource):
    def __init__(self, backend: Backend, context: Context) -> None:
        kwargs = backend.kwargs
        self.class_name = backend.class_name
        self.is_recent = at_least(backend.provider, "15")
        self.multi_team = context.multi_team
        self.vault_url = kwargs.get("vault_url", "")
        self.sep = kwargs.get("sep", "-")
        self.prefixes = {kind: self._prefix(plural, kwargs) for kind, plural in PLURALS.items()}

    def _prefix(self, plural: str, kwargs: Mapping[str, Any]) -> Any:
        name = f"{plural}_prefix"
        given = kwargs.get(name, f"airflow-{plural}")
        return stripped(given, self.sep, name) if given else given

    def plan(self, kind: Kind, secret_id: str, team: str) -> Plan:
        prefix = self.prefixes[kind]
        if prefix is None:
            return DISABLED
        if not isinstance(self.sep, str):
            return Raises("TypeError", "wrong-type", "sep")
        if self.is_recent and self.multi_team and TEAM_SEP in self._dashed(secret_id):
            return TEAM_MARKER
        own = [f"{self._dashed(team)}{TEAM_SEP}{self._dashed(secret_id)}"] if self.is_recent and team else []
        return self._asks([self._name(prefix, each) for each in (*own, secret_id)])

    def _name(self, prefix: object, secret_id: str) -> str:
        return self._dashed(secret_id if prefix == "" else joined(prefix, self.sep, secret_id))

    def _dashed(self, text: str) -> str:
        """No underscore is left, not even one of the prefix: `my_db` and `my-db` are one secret."""
        return text.replace("_", str(self.sep))

    def _asks(self, names: list[str]) -> Plan:
        legal = [name for name in names if _NAME.fullmatch(name)]
        if not legal:
            return Never("illegal-name") if self.is_recent else Raises("HttpResponseError", "illegal-name")
        if not self.vault_url:
            return Raises("ValueError", "missing-kwarg", "vault_url")
        return [Ask(STORE, name, mount=str(self.vault_url), errors=ERRORS) for name in legal]
