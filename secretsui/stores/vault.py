"""The secrets of one key-value engine of HashiCorp Vault."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import (
    Absent,
    Capabilities,
    Probe,
    SecretInfo,
    StoreError,
    Unavailable,
    Value,
    Version,
    VersionChange,
)
from secretsui.stores.vault_place import VaultPlace

KV2: Final = Capabilities(
    page_size=1,
    batch_size=1,
    compare_and_swap=True,
    restore=True,
    history=True,
    tags=True,
    max_bytes=1_000_000,  # integrated storage takes entries of 1 MiB, with everything that stands around the value
    name_pattern=r"(?!.*(?:\.\.|//))(?!(?:.*/)?\.(?:/|$))[^\s/\x00-\x1f\x7f]"
    r"(?:[^\x00-\x1f\x7f-\xa0]*[^\s/\x00-\x1f\x7f-\xa0])?",
    max_name_length=512,
    recovery_days=(0, 0),
    service="HashiCorp Vault",
    recovery="kept",
    descriptions=False,
    kms_keys=False,
    policies=False,
    version_changes=frozenset({"delete", "undelete", "destroy"}),
)
KV1: Final = replace(
    KV2,
    compare_and_swap=False,
    restore=False,
    history=False,
    tags=False,
    recovery="none",
    put_back=False,
    version_changes=frozenset(),
    lists_versions=False,
)


class VaultStore:
    """Threads may share it; `calls` counts what was asked of Vault."""

    def __init__(self, place: VaultPlace, credential: Callable[[], Sensitive] | None, *, kind: str, secret: bytes):
        self.place, self.kind = place, kind
        self.calls = 0
        self._credential, self._secret = credential, secret

    @property
    def capabilities(self) -> Capabilities:
        return KV1 if self.place.kv == 1 else KV2

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
        raise Unavailable(name=name)

    def change_version(self, name: str, version_id: str, change: VersionChange) -> None:
        raise Unavailable(name=name)


def probe(place: VaultPlace, credential: Callable[[], Sensitive] | None, prefix_start: str) -> Probe:
    """What the token of this place may do below `prefix_start`; reads and changes no secret."""
    return Probe(error=Unavailable())
