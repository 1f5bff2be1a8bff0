"""Azure Key Vault as a store of raw secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import (
    Absent,
    Capabilities,
    Probe,
    SecretInfo,
    StoreError,
    Unable,
    Unavailable,
    Value,
    Version,
    VersionChange,
)

CAPABILITIES: Final = Capabilities(
    page_size=25,
    batch_size=1,
    compare_and_swap=False,
    restore=True,
    history=True,
    tags=True,
    max_bytes=25_600,
    name_pattern=r"[0-9A-Za-z-]+",
    max_name_length=127,
    recovery_days=(7, 90),
    service="Azure Key Vault",
    recovery="kept",
    kms_keys=False,
    policies=False,
    version_changes=frozenset({"disable", "enable"}),
    lists_versions=False,
)


class AzureStore:
    """Threads may share it; `calls` counts what was asked of the service."""

    capabilities = CAPABILITIES

    def __init__(
        self,
        vault_url: str,
        credential: Callable[[], Sensitive] | None,
        *,
        tenant_id: str = "",
        client_id: str = "",
        ca_file: str = "",
    ) -> None:
        self.vault_url, self.tenant_id, self.client_id, self.ca_file = vault_url, tenant_id, client_id, ca_file
        self._credential = credential
        self.calls = 0

    def list(self, prefix: str) -> Iterator[Sequence[SecretInfo]]:
        raise Unavailable(name=prefix)

    def read(self, names: Sequence[str]) -> Iterator[Mapping[str, Value | StoreError]]:
        raise Unavailable

    def describe(self, name: str) -> SecretInfo:
        raise Unavailable(name=name)

    def versions(self, name: str) -> Sequence[Version]:
        raise Unavailable(name=name)

    def read_version(self, name: str, version_id: str) -> Value:
        raise Unavailable(name=name)

    def write(
        self,
        name: str,
        text: Sensitive,
        *,
        replaces: str | Absent,
        token: str = "",
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        kms_key_id: str = "",
    ) -> str:
        raise Unavailable(name=name)

    def put_back(self, name: str, version_id: str, *, replaces: str) -> None:
        raise Unavailable(name=name)

    def update(self, name: str, *, description: str | None = None, kms_key_id: str | None = None) -> None:
        raise Unavailable(name=name)

    def tag(self, name: str, *, put: Mapping[str, str], remove: Sequence[str] = ()) -> None:
        raise Unavailable(name=name)

    def delete(self, name: str, *, recovery_days: int | None) -> datetime | None:
        raise Unavailable(name=name)

    def restore(self, name: str) -> None:
        raise Unavailable(name=name)

    def resource_policy(self, name: str) -> str:
        raise Unable(name=name)

    def change_version(self, name: str, version_id: str, change: VersionChange) -> None:
        raise Unavailable(name=name)


def probe(
    vault_url: str,
    credential: Callable[[], Sensitive] | None,
    prefix_start: str,
    *,
    tenant_id: str = "",
    client_id: str = "",
    ca_file: str = "",
) -> Probe:
    return Probe(error=Unavailable())
