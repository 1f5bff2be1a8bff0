"""AWS Secrets Manager, as the amazon provider reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from secretsui.core import codec
from secretsui.core.backends.prefixes import PLURALS, Prefixes, joined, patterns, stripped
from secretsui.core.backends.source import Ask, Backend, Context, Kind, Never, Plan, Raises, State
from secretsui.core.backends.text import sensitive
from secretsui.core.connection import Connection
from secretsui.core.dialects import Dialect
from secretsui.core.sensitive import Sensitive

STORE: Final = "secrets-manager"
# A missing, deleted or binary secret is "no"; access, throttling and transport are not.
ERRORS: Final[Mapping[State, str]] = {"denied": "ClientError", "failed": "ClientError"}
DEFAULTS: Final[Prefixes] = {kind: f"airflow/{plural}" for kind, plural in PLURALS.items()}

_DISABLED: Final = Never("disabled")
_NAMELESS: Final = Raises("ParamValidationError", "empty-name")


class SecretsManager:
    def __init__(self, backend: Backend, _context: Context) -> None:
        kwargs = backend.kwargs
        self.class_name = backend.class_name
        self.sep = kwargs.get("sep", "/")
        self.prefixes = {kind: self._prefix(kind, kwargs) for kind in PLURALS}
        self.patterns = patterns(kwargs)
        self.words = kwargs.get("extra_conn_words") or {}

    def _prefix(self, kind: Kind, kwargs: Mapping[str, Any]) -> Any:
        name = f"{PLURALS[kind]}_prefix"
        given = kwargs.get(name, DEFAULTS[kind])
        return stripped(given, self.sep, name) if given else given

    def plan(self, kind: Kind, secret_id: str, _team: str) -> Plan:
        if self.prefixes[kind] is None:
            return _DISABLED
        return self.own(kind, secret_id)

    def own(self, kind: Kind, secret_id: str) -> Plan:
        """The questions to the account of the process."""
        if refused := self.patterns[kind](secret_id):
            return refused
        prefix = self.prefixes[kind]
        name = joined(prefix, self.sep, secret_id) if prefix else secret_id
        return (Ask(STORE, name, errors=ERRORS),) if name else _NAMELESS

    def connection(self, value: object, dialect: Dialect) -> Connection | None:
        text = sensitive(value).reveal()
        return codec.decode_secrets_manager(text, dialect, self.words) if text else None

    def variable(self, value: object) -> Sensitive | None:
        return sensitive(value)
