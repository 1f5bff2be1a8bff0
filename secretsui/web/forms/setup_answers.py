"""From what a valid form of the set-up holds to the answers that the core works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from secretsui.core.setup.answers import Answers, OnAws, OnAzure, OnGoogle, OnVault, Place

Data = Mapping[str, Any]


def answers_of(data: Data) -> Answers:
    return Answers(
        platform=data["platform"],
        name=data["name"],
        airflow=data["airflow"],
        provider=data["provider"],
        store=data["store"],
        place=_PLACES.get(data["store"], _aws)(data),
        prefixes={"connection": data["connections"], "variable": data["variables"], "config": data["config"]},
        patterns={"connection": data["connections_pattern"], "variable": data["variables_pattern"]},
        workers=data["workers"],
        worker_prefixes={
            "connection": data["worker_connections"],
            "variable": data["worker_variables"],
            "config": None,
        },
    )


def _aws(data: Data) -> Place:
    return OnAws(
        account=data["account"],
        region=data["region"],
        role=data["role_arn"],
        kms_key=data["kms_key"],
        shared_account=data["shared_account"],
        shared_region=data["shared_region"],
        shared_prefix=data["shared_prefix"] or "",
        shared_kms_key=data["shared_kms_key"],
    )


def _vault(data: Data) -> Place:
    return OnVault(
        url=data["vault_url"],
        mount=data["mount"].strip("/"),
        kv=1 if data["kv"] == "1" else 2,
        namespace=data["namespace"],
        auth=data["auth"],
        auth_mount=data["auth_mount"],
        role=data["vault_role"],
        username=data["vault_user"],
        host=data["vault_host"],
        tenant=data["vault_tenant"],
        region=data["vault_region"],
        jwt_path=data["jwt_path"],
    )


def _google(data: Data) -> Place:
    return OnGoogle(project=data["project"], member=data["member"], key_path=data["key_path"])


def _azure(data: Data) -> Place:
    return OnAzure(
        vault_url=data["azure_url"],
        auth=data["azure_auth"],
        tenant=data["azure_tenant"],
        client=data["azure_client"],
        principal=data["principal"],
        scope=data["scope"],
    )


_PLACES: Final[Mapping[str, Callable[[Data], Place]]] = {"vault": _vault, "google": _google, "azure": _azure}
