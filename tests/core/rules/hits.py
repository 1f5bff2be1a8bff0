"""What one rule says of one value, before anything is made of it."""

from __future__ import annotations

import json
from typing import Any, Final

from secretsui.core.rules.format import CHECKS, Context
from secretsui.core.rules.value import Hit, Value
from secretsui.core.sensitive import Sensitive

VAULT: Final = "airflow.providers.hashicorp.secrets.vault.VaultBackend"
PARAMETER_STORE: Final = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"


def hits(rule: str, text: str, kind: str = "connection", **known: Any) -> list[Hit]:
    return list(CHECKS[rule](Value.of(Sensitive(text), kind, Context(**known))))


def as_json(conn_type: str = "http", **fields: Any) -> str:
    return json.dumps({"conn_type": conn_type, **fields})
