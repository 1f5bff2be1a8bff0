"""What the connection form of the real Airflow 3 knows, as JSON: types, sensitive names, versions of the providers."""

from __future__ import annotations

import json

from airflow._shared.secrets_masker.secrets_masker import DEFAULT_SENSITIVE_FIELDS
from airflow.api_fastapi.core_api.services.ui.connections import HookMetaService
from airflow.providers_manager import ProvidersManager

found = {
    "types": [each.model_dump() for each in HookMetaService.hook_meta_data()],
    "sensitive": sorted(DEFAULT_SENSITIVE_FIELDS),
    "versions": {name: each.version for name, each in ProvidersManager().providers.items()},
}
print(json.dumps(found, default=str))
