"""Google Cloud Secret Manager, as the google provider reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from secretsui.core.backends.prefixes import PLURALS, joined
from secretsui.core.backends.source import (
    DISABLED,
    TEAM_MARKER,
    TEAM_SEP,
    Ask,
    Backend,
    BadKwargs,
    Context,
    Kind,
    Never,
    Plan,
    Raises,
    State,
)
from secretsui.core.backends.text import TextSource
from secretsui.core.versions import at_least

STORE: Final = "google"
# Denied looks like missing: the provider only logs it.
ERRORS: Final[Mapping[State, str]] = {"failed": "GoogleAPICallError"}
KWARGS: Final = frozenset(
    {
        "connections_prefix",
        "variables_prefix",
        "config_prefix",
        "gcp_keyfile_dict",
        "gcp_key_path",
        "gcp_credential_config_file",
        "gcp_scopes",
        "project_id",
        "sep",
        "impersonation_chain",
    }
)
_START: Final = re.compile(r"[a-zA-Z0-9-_]*\n?")
_NAME: Final = re.compile(r"[a-zA-Z0-9-_]{1,255}")
_ILLEGAL: Final = Never("illegal-name")


class GoogleSecretManager(TextSource):
    def __init__(self, backend: Backend, context: Context) -> None:
        kwargs = backend.kwargs
        if not kwargs.keys() <= KWARGS:
            raise BadKwargs(Raises("TypeError", "unknown-kwarg"))
        self.class_name = backend.class_name
        self.knows_teams = at_least(backend.provider, "20")
        self.multi_team = context.multi_team
        self.project = kwargs.get("project_id") or ""
        self.sep = kwargs.get("sep", "-")
        self.prefixes = {kind: kwargs.get(f"{plural}_prefix", f"airflow-{plural}") for kind, plural in PLURALS.items()}
        self._require_legal(self.prefixes["connection"])

    def _require_legal(self, prefix: Any) -> None:
        if prefix is None:
            return
        if not (isinstance(prefix, str) and isinstance(self.sep, str)):
            raise BadKwargs(Raises("TypeError", "wrong-type", "connections_prefix"))
        if not _START.fullmatch(prefix + self.sep):
            raise BadKwargs(Raises("AirflowException", "illegal-name", "connections_prefix"))

    def plan(self, kind: Kind, secret_id: str, team: str) -> Plan:
        prefix = self.prefixes[kind]
        if prefix is None:
            return DISABLED
        for_team = self.knows_teams and kind != "config"
        if for_team and self.multi_team and TEAM_SEP in secret_id:
            return TEAM_MARKER
        own = [f"{team}{TEAM_SEP}{secret_id}"] if for_team and team else []
        names = [joined(prefix, self.sep, each) for each in (*own, secret_id)]
        asks = [Ask(STORE, name, account=str(self.project), errors=ERRORS) for name in names if _NAME.fullmatch(name)]
        return asks or _ILLEGAL
