"""Kwargs of a secrets backend without what is secret in them: fit to be kept and shown, and still telling what is set.

Only arguments that are known to hold no secret are kept; of any other there is a mark in its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from secretsui.core import backend_settings
from secretsui.core.sensitive import MASK, Sensitive

MARK: Final = MASK

_KINDS: Final = ("connections", "variables", "config")
_PREFIXED: Final = {"sep", *(f"{kind}_{part}" for kind in _KINDS for part in ("prefix", "lookup_pattern"))}
_AMAZON: Final = {
    *("region_name", "profile_name", "role_arn", "assume_role_method", "endpoint_url", "api_version", "use_ssl"),
    *("verify", "extra_conn_words", "full_url_mode", "are_secret_values_urlencoded", "aws_account_id", "aws_iam_role"),
}
# By the beginning of the class path, what its constructor takes beside prefixes.
_KNOWN: Final[Mapping[str, set[str]]] = {
    "airflow.providers.amazon.": _AMAZON,
    "airflow_aws_shared_secrets.": _AMAZON | {"shared_account", "connections_prefix_shared", "aws_region"},
    "airflow.providers.hashicorp.": {
        *(f"{kind}_path" for kind in _KINDS),
        *("url", "auth_type", "auth_mount_point", "mount_point", "kv_engine_version", "namespace", "region", "verify"),
        *("use_team_secrets_path", "global_secrets_path", "token_path", "kubernetes_role", "kubernetes_jwt_path"),
        *("gcp_key_path", "gcp_scopes", "azure_tenant_id", "azure_resource", "radius_host", "radius_port"),
        *("jwt_role", "jwt_token_path"),
    },
    "airflow.providers.google.": {"project_id", "gcp_key_path", "gcp_scopes", "impersonation_chain"},
    "airflow.providers.microsoft.azure.": {
        *("vault_url", "tenant_id", "client_id", "managed_identity_client_id", "workload_identity_tenant_id"),
    },
    "airflow.secrets.local_filesystem.": {"connections_file_path", "variables_file_path"},
}
_LONGEST: Final = 2000
# Words and short numbers with something between them: what else stands there may be the secret itself, by mistake.
_NAME_OF_A_SECRET: Final = re.compile(r"(?=.{3,200}$)[A-Za-z]+\d{0,4}(?:[_./-](?:[A-Za-z]+\d{0,4}|\d{1,4}))+")
_DEEPEST: Final = 3


def without_secrets(class_path: str, kwargs: Mapping[str, Any]) -> tuple[dict[str, Any], Sequence[str]]:
    """The kwargs with the mark in the place of each secret, and the names of those that were marked."""
    known = _PREFIXED.union(*(names for start, names in _KNOWN.items() if class_path.startswith(start)))
    kept = {name: _kept(value) if name in known or not value else MARK for name, value in kwargs.items()}
    return kept, [name for name, value in kept.items() if value != kwargs[name]]


def as_text(class_path: str, kwargs: Mapping[str, Any]) -> str:
    """As a setting has them, without what is secret in them."""
    return json.dumps(without_secrets(class_path, kwargs)[0], ensure_ascii=False)


def setting_without_secrets(name: str, text: Sensitive, class_path: str) -> str:
    """The value of a variable that sets a backend up, as `backend_settings` reads it, fit to be kept."""
    found = text.reveal()
    for option in (backend_settings.SERVER, backend_settings.WORKER):
        if name in (option, backend_settings.MULTI_TEAM, "AWS_REGION"):
            return found[:_LONGEST]
        if name == f"{option}_KWARGS":
            return as_text(class_path, backend_settings.kwargs_of(found)) if _is_object(found) else MARK
        if name.startswith(f"{option}_KWARG__"):
            argument = name.removeprefix(f"{option}_KWARG__").lower()
            return str(without_secrets(class_path, {argument: found})[0][argument])
    return found if name in backend_settings.SECRET_OPTIONS and _NAME_OF_A_SECRET.fullmatch(found) else MARK


def _is_object(text: str) -> bool:
    return not text or bool(backend_settings.kwargs_of(text)) or text.strip() in ("{}", "null")


def _kept(value: Any, depth: int = 0) -> Any:
    """Known names hold text, numbers, and lists or mappings of them; an address may bring a password along."""
    if isinstance(value, str):
        return _without_login(value) if "://" in value else value
    if isinstance(value, list | dict) and depth == _DEEPEST:
        return MARK
    if isinstance(value, list):
        return [_kept(each, depth + 1) for each in value]
    return {name: _kept(each, depth + 1) for name, each in value.items()} if isinstance(value, dict) else value


def _without_login(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return MARK
    _, at, host = parts.netloc.rpartition("@")
    query = f"?{MARK}" if parts.query or parts.fragment else ""
    return f"{parts.scheme}://{MARK + at if at else ''}{host}{parts.path}{query}"
