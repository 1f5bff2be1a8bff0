"""The kwargs of the backend's constructor that the answers come to, and which of them are secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from secretsui.core.backends.prefixes import PLURALS
from secretsui.core.setup.answers import Answers, OnAws, OnAzure, OnGoogle, OnVault, Prefixes

Kwargs = dict[str, Any]

# Of each way to log in to Vault: the kwarg that takes the role, and the kwargs that hold a secret.
ROLES: Final[Mapping[str, str]] = {
    "approle": "role_id",
    "aws_iam": "role_id",
    "gcp": "role_id",
    "jwt": "jwt_role",
    "kubernetes": "kubernetes_role",
}
SECRETS: Final[Mapping[str, str]] = {
    "approle": "secret_id",
    "azure": "secret_id",
    "github": "token",
    "ldap": "password",
    "radius": "radius_secret",
    "token": "token",
    "userpass": "password",
}
GCP_SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
# Airflow puts the value of a variable in the place of its name, wherever it reads a setting from.
_EXPANDED: Final = re.compile(r"\$(?=[A-Za-z0-9_{])")


def kwargs_of(answers: Answers, prefixes: Prefixes | None = None) -> Kwargs:
    """In place of a secret stands its name in angle brackets."""
    given = answers.prefixes if prefixes is None else prefixes
    part = "path" if answers.store == "vault" else "prefix"
    named: Kwargs = {f"{plural}_{part}": given.get(kind) for kind, plural in PLURALS.items()}
    patterns = {f"{PLURALS[kind]}_lookup_pattern": pattern for kind, pattern in answers.patterns.items() if pattern}
    return {**named, **patterns, **_of_place(answers)}


def secret_kwarg(answers: Answers) -> str:
    """The kwarg that holds a secret, "" where none does."""
    match answers.place:
        case OnVault(auth=auth):
            return SECRETS.get(auth, "")
        case OnAzure(auth="client-secret"):
            return "client_secret"
    return ""


def as_json(kwargs: Mapping[str, Any]) -> str:
    """As Airflow takes it from any setting: ASCII, on one line, and with no name of a variable that it would expand."""
    return _EXPANDED.sub(r"\\u0024", json.dumps(kwargs))


def _of_place(answers: Answers) -> Kwargs:
    match answers.place:
        case OnAws() as place:
            return _filled(_aws(answers, place))
        case OnVault() as place:
            return _vault(place)
        case OnGoogle() as place:
            return _filled({"project_id": place.project, "gcp_key_path": place.key_path})
        case OnAzure() as place:
            return {"vault_url": place.vault_url, **_filled(_AZURE[place.auth](place))}


def _aws(answers: Answers, place: OnAws) -> Kwargs:
    if answers.store != "shared-account":
        return {"region_name": place.region}
    return {
        "region_name": place.region,
        "shared_account": place.shared_account,
        "connections_prefix_shared": place.shared_prefix,
        "aws_region": place.shared_region or place.region,
    }


def _vault(place: OnVault) -> Kwargs:
    role = ROLES.get(place.auth)
    secret = SECRETS.get(place.auth)
    told = {
        "url": place.url,
        "auth_type": place.auth,
        "auth_mount_point": place.auth_mount,
        "namespace": place.namespace,
        **({role: place.role} if role else {}),
        **(_VAULT[place.auth](place) if place.auth in _VAULT else {}),
        **({secret: f"<{secret}>"} if secret else {}),
    }
    return {**_filled(told), "mount_point": place.mount or None, "kv_engine_version": place.kv}


_VAULT: Final[Mapping[str, Callable[[OnVault], Kwargs]]] = {
    "aws_iam": lambda place: {"region": place.region},
    "azure": lambda place: {
        "azure_tenant_id": place.tenant,
        "azure_resource": place.host,
        "key_id": place.username,
    },
    "gcp": lambda _: {"gcp_scopes": GCP_SCOPE},
    "jwt": lambda place: {"jwt_token_path": place.jwt_path},
    "ldap": lambda place: {"username": place.username},
    "radius": lambda place: {"radius_host": place.host},
    "userpass": lambda place: {"username": place.username},
}
_AZURE: Final[Mapping[str, Callable[[OnAzure], Kwargs]]] = {
    "default": lambda _: {},
    "managed-identity": lambda place: {"managed_identity_client_id": place.client},
    "workload-identity": lambda place: {
        "managed_identity_client_id": place.client,
        "workload_identity_tenant_id": place.tenant,
    },
    "client-secret": lambda place: {
        "tenant_id": place.tenant,
        "client_id": place.client,
        "client_secret": "<client_secret>",
    },
}
VAULT_LOGINS: Final[Sequence[str]] = tuple(sorted({*ROLES, *SECRETS}))


def _filled(kwargs: Kwargs) -> Kwargs:
    return {name: value for name, value in kwargs.items() if value != ""}
