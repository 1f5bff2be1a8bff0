"""Secrets Manager with a second account behind it: airflow-aws-shared-secrets 0.0.5, its defects included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from secretsui.core.backends.amazon_teams import refusal
from secretsui.core.backends.prefixes import joined
from secretsui.core.backends.secrets_manager import STORE, SecretsManager
from secretsui.core.backends.source import DISABLED, Ask, Backend, BadKwargs, Context, Kind, Plan, Raises, State
from secretsui.core.versions import at_least

DEFAULT_REGION: Final = "eu-central-1"
# Here a secret that is not there is an exception as well.
ERRORS: Final[Mapping[State, str]] = {
    "absent": "ResourceNotFoundException",
    "deleted": "InvalidRequestException",
    "denied": "ClientError",
    "failed": "ClientError",
}
_TOO_NEW: Final = Raises("TypeError", "shared-too-new")


class SharedSecretsManager(SecretsManager):
    def __init__(self, backend: Backend, context: Context) -> None:
        kwargs = backend.kwargs
        if "shared_account" not in kwargs:  # noticed before all that is wrong with the others
            raise BadKwargs(Raises("TypeError", "missing-kwarg", "shared_account"))
        super().__init__(backend, context)
        self.account = kwargs["shared_account"]
        self.shared_prefix = kwargs.get("connections_prefix_shared", "airflow/connections")
        self.region = kwargs.get("aws_region") or context.environ.get("AWS_REGION", DEFAULT_REGION)
        self.is_broken = at_least(backend.provider, "9.26")

    def plan(self, kind: Kind, secret_id: str, team: str) -> Plan:
        """Whatever the kind is, the names are those of connections; the pattern stops the own account alone."""
        if self.prefixes[kind] is None:
            return DISABLED
        if refused := refusal(self, secret_id, team):
            return refused
        if self.is_broken and kind != "config":
            return _TOO_NEW
        own = self.own("connection", secret_id)
        if isinstance(own, Raises):
            return own
        shared = Ask(STORE, self._shared_name(secret_id), "shared", str(self.account), str(self.region), errors=ERRORS)
        return (*own, shared) if isinstance(own, tuple) else (shared,)

    def _shared_name(self, secret_id: str) -> str:
        return joined(self.shared_prefix, self.sep, secret_id)
