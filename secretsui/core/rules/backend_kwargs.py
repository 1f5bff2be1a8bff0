"""Which kwargs each backend's constructor takes, since which release of its provider, and what becomes of others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from secretsui.core.backends import google, local_files
from secretsui.core.backends.prefixes import PLURALS
from secretsui.core.backends.registry import ENVIRONMENT_CLASS, METASTORE_CLASS
from secretsui.core.near import distance_up_to

# Of a kwarg that is not known: Airflow does not start, each lookup raises, nothing happens, or it has a meaning that
# only the client library knows.
Fate = Literal["refused-kwarg", "raising-kwarg", "ignored-kwarg", "client-kwarg"]

_PREFIXES: Final = {f"{plural}_prefix" for plural in PLURALS.values()}
_PATTERNS: Final = {f"{plural}_lookup_pattern" for plural in PLURALS.values()}
_PATHS: Final = {f"{plural}_path" for plural in PLURALS.values()}
_TEAM_PATHS: Final = {"use_team_secrets_path", "global_secrets_path"}
_JWT: Final = {"jwt_role", "jwt_token", "jwt_token_path"}
# What the amazon provider reads from the extra of a connection, which the rest of the kwargs stand in for.
_SESSION: Final = {
    *("region_name", "profile_name", "endpoint_url", "verify", "api_version", "use_ssl"),
    *("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "session_kwargs", "config_kwargs"),
    *("role_arn", "assume_role_method", "assume_role_kwargs", "assume_role_with_saml", "service_config"),
    *("assume_role_with_web_identity_federation", "assume_role_with_web_identity_federation_audience"),
    "assume_role_with_web_identity_token_file",
}
_SECRETS_MANAGER: Final = _PREFIXES | _PATTERNS | _SESSION | {"sep", "extra_conn_words"}
_HVAC: Final = {
    *("cert", "verify", "timeout", "proxies", "allow_redirects", "session", "adapter", "namespace"),
    *("ignore_exceptions", "strict_http", "request_header"),
}
_VAULT: Final = {
    *("url", "auth_type", "auth_mount_point", "mount_point", "kv_engine_version", "token", "token_path"),
    *("username", "password", "key_id", "secret_id", "role_id", "assume_role_kwargs", "region"),
    *("kubernetes_role", "kubernetes_jwt_path", "gcp_key_path", "gcp_keyfile_dict", "gcp_scopes"),
    *("azure_tenant_id", "azure_resource", "radius_host", "radius_secret", "radius_port"),
}
_AZURE: Final = {
    *("vault_url", "sep", "tenant_id", "client_id", "client_secret"),
    *("managed_identity_client_id", "workload_identity_tenant_id"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """`since` is the first release of the provider that takes a kwarg, `lists_since` one that takes several paths."""

    names: Iterable[str]
    fate: Fate
    since: Mapping[str, str] = field(default_factory=dict)
    lists_since: str = ""


# By the signatures of the constructors in the released wheels.
_PATTERNS_SINCE: Final = dict.fromkeys(_PATTERNS, "7.3")
_VAULT_SINCE: Final = {
    "assume_role_kwargs": "3.7",
    "region": "4.1",
    **dict.fromkeys(_JWT, "4.5"),
    **dict.fromkeys(_TEAM_PATHS, "4.6"),
}
_AZURE_SINCE: Final = {
    **dict.fromkeys(("tenant_id", "client_id", "client_secret"), "8.0"),
    **dict.fromkeys(("managed_identity_client_id", "workload_identity_tenant_id"), "8.2"),
}
KNOWN: Final[Mapping[str, Known]] = {
    "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend": Known(
        _SECRETS_MANAGER, "ignored-kwarg", _PATTERNS_SINCE
    ),
    "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend": Known(
        _PREFIXES | _PATTERNS | _SESSION, "ignored-kwarg", _PATTERNS_SINCE
    ),
    "airflow_aws_shared_secrets.secret_manager.SharedSecretsManagerBackend": Known(
        _SECRETS_MANAGER | {"shared_account", "connections_prefix_shared", "aws_region"},
        "ignored-kwarg",
        _PATTERNS_SINCE,
    ),
    "airflow.providers.hashicorp.secrets.vault.VaultBackend": Known(
        _PATHS | _VAULT | _HVAC | _TEAM_PATHS | _JWT,
        "raising-kwarg",
        _VAULT_SINCE,
        "4.8",
    ),
    "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend": Known(
        google.KWARGS, "refused-kwarg", {"impersonation_chain": "10.13"}
    ),
    "airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend": Known(
        _PREFIXES | _AZURE, "client-kwarg", _AZURE_SINCE
    ),
    "airflow.secrets.local_filesystem.LocalFilesystemBackend": Known(local_files.PATHS.values(), "refused-kwarg"),
    ENVIRONMENT_CLASS: Known((), "refused-kwarg"),
    METASTORE_CLASS: Known((), "refused-kwarg"),
}
_CONTRIB: Final = "airflow.contrib.secrets."
MOVED: Final[Mapping[str, str]] = {
    _CONTRIB + old: next(path for path in KNOWN if path.endswith(new))
    for old, new in {
        "aws_secrets_manager.SecretsManagerBackend": ".SecretsManagerBackend",
        "aws_systems_manager.SystemsManagerParameterStoreBackend": ".SystemsManagerParameterStoreBackend",
        "azure_key_vault.AzureKeyVaultBackend": ".AzureKeyVaultBackend",
        "gcp_secrets_manager.CloudSecretManagerBackend": ".CloudSecretManagerBackend",
        "gcp_secrets_manager.CloudSecretsManagerBackend": ".CloudSecretManagerBackend",
        "hashicorp_vault.VaultBackend": ".VaultBackend",
    }.items()
}


def meant(given: str, known: Iterable[str]) -> str:
    """The known name that is nearest, if only a letter or two are wrong."""
    limit = min(2, len(given) // 4)
    found = [(distance, each) for each in known if (distance := distance_up_to(limit, given, each)) is not None]
    return min(found)[1] if found else ""


def meant_class(given: str) -> str:
    """The class that somebody meant who wrote a path that no package has: a letter is wrong, or the module."""
    name = given.rpartition(".")[2]
    same: Sequence[str] = [path for path in KNOWN if path.endswith(f".{name}")] if given.startswith("airflow.") else []
    return same[0] if same else meant(given, KNOWN)
