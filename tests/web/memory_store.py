"""A store in memory that can do what it is told to be able to, so that every screen is seen with every kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from secretsui.access.door import Job, open_prefix
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.models import Account, Prefix, SecretRecord
from secretsui.stores.base import (
    CURRENT,
    MUST_NOT_EXIST,
    Absent,
    BadName,
    Capabilities,
    Conflict,
    NotFound,
    SecretInfo,
    StoreError,
    TooLarge,
    Value,
    Version,
    VersionChange,
)
from secretsui.web.subject import Links

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
PLACES: Mapping[str, Mapping[str, Any]] = {
    "aws": {"region": "eu-west-1", "account_id": "111122223333"},
    "vault": {"region": "team/kv", "endpoint_url": "https://vault.example:8200"},
    "google": {"region": "global", "options": {"project": "data-platform"}},
    "azure": {"region": "global", "endpoint_url": "https://data-prod.vault.azure.net"},
}
VENDOR_OF = {"parameter-store": "aws", "secrets-manager": "aws", "vault": "vault", "google": "google", "azure": "azure"}
PATHS = {"parameter-store": ("/airflow/connections", "/"), "vault": ("connections", "/")}


def prefix_of(store_kind: str, kind: str = "connection", **more: Any) -> Prefix:
    """A place of this kind, with an account of its own."""
    vendor = VENDOR_OF[store_kind]
    account = Account.objects.create(name=f"{store_kind}-prod", vendor=vendor, **PLACES[vendor])
    path, sep = PATHS.get(store_kind, ("airflow-connections", "-"))
    given = {"path": path, "sep": sep, "region": account.region, "kind": kind, **more}
    return Prefix.objects.create(account=account, store_kind=store_kind, **given)


@dataclass
class Elsewhere:
    """One secret in a store of this kind, and its pages."""

    prefix: Prefix
    store: MemoryStore
    key: str = "postgres_crm"

    @property
    def name(self) -> str:
        return self.prefix.name_of(self.key)

    @property
    def record(self) -> SecretRecord:
        return SecretRecord.objects.get(prefix=self.prefix, name=self.name)

    def save(self, *texts: str, **facts: Any) -> Elsewhere:
        """Its versions, the last one current."""
        for text in texts:
            replaces = self.store.kept[self.name].info.version_id if self.name in self.store.kept else MUST_NOT_EXIST
            self.store.write(self.name, Sensitive(text), replaces=replaces)
        kept = self.store.kept[self.name]
        kept.info = replace(kept.info, **facts)
        open_prefix(Job("test"), self.prefix).refresh_one(self.name)
        return self

    def url(self, action: str = "show") -> str:
        return Links(self.prefix, self.name)[action]


@dataclass
class Kept:
    info: SecretInfo
    versions: list[tuple[Version, Sensitive]]


@dataclass
class MemoryStore:
    capabilities: Capabilities
    kept: dict[str, Kept] = field(default_factory=dict)
    calls: int = 0
    failure: StoreError | None = None

    def list(self, prefix: str) -> Iterator[Sequence[SecretInfo]]:
        yield [self.describe(name) for name in self.kept if name.startswith(prefix)]

    def read(self, names: Sequence[str]) -> Iterator[Mapping[str, Value | StoreError]]:
        for name in names:
            yield {name: self._value(name)}

    def _value(self, name: str) -> Value | StoreError:
        found = self.kept.get(name)
        if found is None or found.info.deleted_at or found.info.disabled:
            return NotFound(name=name)
        version, text = next(each for each in found.versions if each[0].is_current)
        return Value(name, version.version_id, text)

    def describe(self, name: str) -> SecretInfo:
        if self.failure:
            raise self.failure
        if name not in self.kept:
            raise NotFound(name=name)
        return self.kept[name].info

    def versions(self, name: str) -> Sequence[Version]:
        return [version for version, _ in self.kept[name].versions]

    def read_version(self, name: str, version_id: str) -> Value:
        for version, text in self.kept[name].versions:
            if version.version_id == version_id and version.state == "enabled":
                return Value(name, version_id, text)
        raise NotFound(name=name)

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
        if len(text.reveal().encode()) > self.capabilities.max_bytes:
            raise TooLarge(name=name)
        if "_" in name and self.capabilities.service == "Azure Key Vault":
            raise BadName(name=name)
        if (name in self.kept) == (replaces is MUST_NOT_EXIST):
            raise Conflict(name=name)
        old = self.kept[name].versions if name in self.kept else []
        number = str(len(old) + 1)
        former = [(replace(version, stages=()), kept) for version, kept in old]
        new = Version(number, (CURRENT,), START + timedelta(days=len(old)))
        info = SecretInfo(name, version_id=number, description=description or "", tags=dict(tags or {}))
        if name in self.kept:
            info = replace(self.kept[name].info, version_id=number)
        self.kept[name] = Kept(replace(info, changed_at=new.created_at), [(new, text), *former])
        return number

    def put_back(self, name: str, version_id: str, *, replaces: str) -> None:
        self.write(name, self.read_version(name, version_id).text or Sensitive(""), replaces=replaces)

    def update(self, name: str, *, description: str | None = None, kms_key_id: str | None = None) -> None:
        kept = self.kept[name]
        kept.info = replace(kept.info, description=description or "")

    def tag(self, name: str, *, put: Mapping[str, str], remove: Sequence[str] = ()) -> None:
        kept = self.kept[name]
        left = {key: value for key, value in kept.info.tags.items() if key not in remove}
        kept.info = replace(kept.info, tags=left | dict(put))

    def delete(self, name: str, *, recovery_days: int | None) -> datetime | None:
        if (self.capabilities.recovery == "none") != (recovery_days is None) and self.capabilities.recovery == "none":
            raise StoreError
        if recovery_days is None:
            del self.kept[name]
            return None
        self.kept[name].info = replace(self.kept[name].info, deleted_at=START)
        return None

    def restore(self, name: str) -> None:
        self.kept[name].info = replace(self.kept[name].info, deleted_at=None)

    def resource_policy(self, name: str) -> str:
        return ""

    def change_version(self, name: str, version_id: str, change: VersionChange) -> None:
        states = {"disable": "disabled", "enable": "enabled", "delete": "deleted", "undelete": "enabled"}
        kept = self.kept[name]
        kept.versions = [
            (replace(version, state=states.get(change, "destroyed")), text)  # type: ignore[arg-type]
            if version.version_id == version_id
            else (version, text)
            for version, text in kept.versions
        ]
        kept.info = replace(kept.info, disabled=any(v.is_current and v.state == "disabled" for v, _ in kept.versions))
