"""From the answers of Parameter Store to the values of `stores.base`. Version ids are its version numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from secretsui.stores.aws_entries import moment
from secretsui.stores.base import CURRENT, SecretInfo, Value, Version

Entry = Mapping[str, Any]


def info(entry: Entry, *, arn: str = "", tags: Mapping[str, str] | None = None) -> SecretInfo:
    """From a page of a path, which knows little, or from a description."""
    return SecretInfo(
        name=entry["Name"],
        arn=entry.get("ARN", arn),
        description=entry.get("Description", ""),
        tags=tags or {},
        version_id=version_id(entry),
        kms_key_id=entry.get("KeyId", ""),
        changed_at=moment(entry, "LastModifiedDate"),
        value_type=entry.get("Type", ""),
        tier=entry.get("Tier") or "",
    )


def version_id(entry: Entry) -> str:
    return str(entry["Version"])


def value(entry: Entry, *, name: str, stages: tuple[str, ...] = ()) -> Value:
    return Value(
        name=name,
        version_id=version_id(entry),
        text=entry["Value"],
        stages=stages,
        created_at=moment(entry, "LastModifiedDate"),
    )


def versions(entries: Iterable[Entry]) -> list[Version]:
    """Newest first; the newest is what readers get."""
    ordered = sorted(entries, key=lambda entry: int(entry["Version"]), reverse=True)
    return [_version(entry, is_current=place == 0) for place, entry in enumerate(ordered)]


def _version(entry: Entry, *, is_current: bool) -> Version:
    return Version(
        version_id=version_id(entry),
        stages=(*[CURRENT] * is_current, *entry.get("Labels", ())),
        created_at=moment(entry, "LastModifiedDate"),
        kms_key_ids=(entry["KeyId"],) if entry.get("KeyId") else (),
    )
