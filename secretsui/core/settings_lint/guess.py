"""Whose kwargs these are, where nobody says so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from secretsui.core import backend_settings
from secretsui.core.rules.backend_kwargs import KNOWN

_MANAGER: Final = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
_SHARED: Final = "airflow_aws_shared_secrets.secret_manager.SharedSecretsManagerBackend"
_STORE: Final = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"


def class_of(kwargs: str) -> str:
    """The class that takes most of the names. Of equals the first one of the table, which is Secrets Manager's."""
    found = backend_settings.kwargs_of(kwargs)
    if found.keys() & {"shared_account", "connections_prefix_shared"}:
        return _SHARED
    if any(isinstance(each, str) and each.startswith("/") and name.endswith("_prefix") for name, each in found.items()):
        return _STORE if "sep" not in found else _MANAGER
    return max(KNOWN, key=lambda path: (_taken(path, found), path == _MANAGER))


def _taken(path: str, names: Iterable[str]) -> int:
    known = set(KNOWN[path].names)
    return sum(name in known for name in names)
