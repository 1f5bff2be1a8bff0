"""What somebody tells who sets a secrets backend up: where Airflow runs, where secrets lie, their names, who reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from secretsui.core.backends.source import Kind

# Those of `inventory.models.Deployment.Platform`.
Platform = Literal["plain", "mwaa", "astro", "astro-software", "helm", "helm-community", "compose", "ecs"]
StoreName = Literal["secrets-manager", "shared-account", "parameter-store", "vault", "google", "azure"]
# Whose backend it is: everybody's, that of workers alone, or workers have one with prefixes of their own.
Workers = Literal["same", "only", "own"]

CLASS_PATHS: Final[Mapping[StoreName, str]] = {
    "secrets-manager": "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend",
    "shared-account": "airflow_aws_shared_secrets.secret_manager.SharedSecretsManagerBackend",
    "parameter-store": "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend",
    "vault": "airflow.providers.hashicorp.secrets.vault.VaultBackend",
    "google": "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend",
    "azure": "airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend",
}

Prefixes = Mapping[Kind, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnAws:
    """`role` is the identity that Airflow has, `kms_key` an ARN or an alias; "" for the key that AWS manages."""

    account: str = ""
    region: str = ""
    role: str = ""
    kms_key: str = ""
    shared_account: str = ""
    shared_region: str = ""
    shared_prefix: str = ""
    shared_kms_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnVault:
    """`mount` is "" where the first part of each id names it. `role` is what the way to log in calls so: the role id of
    AppRole, the role of Kubernetes, JWT, AWS or Google. `username` is a user, or the client id of Azure; `host` the
    server of RADIUS, or the resource of Azure; `jwt_path` the file with the JWT. No credential stands here."""

    url: str = ""
    mount: str = "secret"
    kv: Literal[1, 2] = 2
    namespace: str = ""
    auth: str = "approle"
    auth_mount: str = ""
    role: str = ""
    username: str = ""
    host: str = ""
    tenant: str = ""
    region: str = ""
    jwt_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnGoogle:
    """`member` is the service account that reads; `key_path` a file beside Airflow, "" for the identity it runs as."""

    project: str = ""
    member: str = ""
    key_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnAzure:
    """`principal` is the object id of the identity that reads, `scope` the resource id of the key vault."""

    vault_url: str = ""
    auth: Literal["default", "managed-identity", "workload-identity", "client-secret"] = "default"
    tenant: str = ""
    client: str = ""
    principal: str = ""
    scope: str = ""


Place = OnAws | OnVault | OnGoogle | OnAzure


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """`provider` is the release of the provider that has the backend, "" for the newest; `name` what the platform
    calls the deployment. In `prefixes` None turns lookups of a kind off; a pattern that is "" is none."""

    platform: Platform = "plain"
    name: str = ""
    airflow: str = ""
    provider: str = ""
    store: StoreName = "secrets-manager"
    place: Place = field(default_factory=OnAws)
    prefixes: Prefixes = field(default_factory=dict)
    patterns: Mapping[Kind, str] = field(default_factory=dict)
    workers: Workers = "same"
    worker_prefixes: Prefixes = field(default_factory=dict)

    @property
    def class_path(self) -> str:
        return CLASS_PATHS[self.store]
