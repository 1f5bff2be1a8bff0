"""From a configured class path to the source that reads like it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from secretsui.core.backends.azure import AzureKeyVault
from secretsui.core.backends.defaults import Environment, Metastore
from secretsui.core.backends.google import GoogleSecretManager
from secretsui.core.backends.local_files import LocalFiles
from secretsui.core.backends.parameter_store import ParameterStore
from secretsui.core.backends.prefixes import has_risky_pattern
from secretsui.core.backends.secrets_manager import SecretsManager
from secretsui.core.backends.shared_account import SharedSecretsManager
from secretsui.core.backends.signatures import called
from secretsui.core.backends.source import Backend, BadKwargs, CannotTell, Context, Raises, Source
from secretsui.core.backends.vault import Vault

ENVIRONMENT_CLASS: Final = "airflow.secrets.environment_variables.EnvironmentVariablesBackend"
METASTORE_CLASS: Final = "airflow.secrets.metastore.MetastoreBackend"

CLASSES: Final[Mapping[str, Callable[[Backend, Context], Source]]] = {
    "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend": SecretsManager,
    "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend": ParameterStore,
    "airflow_aws_shared_secrets.secret_manager.SharedSecretsManagerBackend": SharedSecretsManager,
    "airflow.providers.hashicorp.secrets.vault.VaultBackend": Vault,
    "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend": GoogleSecretManager,
    "airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend": AzureKeyVault,
    "airflow.secrets.local_filesystem.LocalFilesystemBackend": LocalFiles,
    ENVIRONMENT_CLASS: Environment,
    METASTORE_CLASS: Metastore,
}


def source_of(backend: Backend, context: Context) -> Source | Raises | CannotTell:
    """The source, why constructing it fails, or why what it asks cannot be told."""
    build = CLASSES.get(backend.class_path)
    if build is None:
        return CannotTell("unknown-class")
    try:
        source = called(build(backend, context), backend, context)
    except BadKwargs as found:
        return found.raises
    return CannotTell("risky-pattern") if has_risky_pattern(backend.kwargs) else source
