"""What the hashicorp provider demands of its login when it is constructed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from secretsui.core.backends.source import BadKwargs, Raises

_JWT_PATH: Final = "/var/run/secrets/kubernetes.io/serviceaccount/token"
# For each way to log in: of every group of kwargs one must be given.
NEEDS: Final[Mapping[str, Sequence[Sequence[str]]]] = {
    "approle": [["role_id"]],
    "aws_iam": [],
    "azure": [["azure_resource"], ["azure_tenant_id"]],
    "github": [["token", "token_path"]],
    "gcp": [["gcp_scopes"], ["role_id"]],
    "jwt": [["jwt_role"], ["jwt_token", "jwt_token_path"]],
    "kubernetes": [["kubernetes_role"], ["kubernetes_jwt_path"]],
    "ldap": [],
    "radius": [["radius_host"], ["radius_secret"]],
    "token": [["token", "token_path"]],
    "userpass": [],
}


def require_login(kwargs: Mapping[str, Any], environ: Mapping[str, str]) -> None:
    version = kwargs.get("kv_engine_version", 2)
    if version and version not in (1, 2):
        raise BadKwargs(Raises("VaultError", "bad-value", "kv_engine_version"))
    auth_type = kwargs.get("auth_type", "token")
    if not isinstance(auth_type, str) or auth_type not in NEEDS:
        raise BadKwargs(Raises("VaultError", "bad-value", "auth_type"))
    if auth_type == "token" and "VAULT_TOKEN" in environ:
        return
    given = {"kubernetes_jwt_path": _JWT_PATH, **kwargs}
    for group in NEEDS[auth_type]:
        if not any(given.get(name) for name in group):
            raise BadKwargs(Raises("VaultError", "missing-kwarg", " or ".join(group)))
