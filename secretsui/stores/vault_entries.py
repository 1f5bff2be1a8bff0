"""From the answers of Vault to the values of `stores.base`."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from secretsui.core.backends.vault_object import Held, object_of, text_of
from secretsui.core.codec_errors import DecodeError
from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import (
    CURRENT,
    NotFound,
    PendingDeletion,
    SecretInfo,
    StoreError,
    Value,
    Version,
    VersionState,
)

Entry = Mapping[str, Any]

_KEYS: Final = {"variable": "value", "config": "value"}


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def state(version: Entry) -> VersionState:
    if version.get("destroyed"):
        return "destroyed"
    return "deleted" if deleted_at(version) else "enabled"


def deleted_at(version: Entry) -> datetime | None:
    """A time that lies ahead is when Vault will delete it by itself."""
    gone = moment(version.get("deletion_time"))
    return gone if gone is not None and gone <= datetime.now(UTC) else None


def current(metadata: Entry) -> str:
    """ "" for a secret that has got no version yet."""
    number = metadata.get("current_version") or 0
    return str(number) if number else ""


def current_entry(metadata: Entry) -> Entry:
    found: Entry = (metadata.get("versions") or {}).get(current(metadata), {})
    return found


def info(name: str, metadata: Entry, path: str) -> SecretInfo:
    latest = current_entry(metadata)
    return SecretInfo(
        name=name,
        arn=path,
        tags=dict(metadata.get("custom_metadata") or {}),
        version_id=current(metadata),
        created_at=moment(metadata.get("created_time")),
        changed_at=moment(metadata.get("updated_time")),
        deleted_at=None if latest.get("destroyed") else deleted_at(latest),
    )


def versions(metadata: Entry) -> Sequence[Version]:
    """Newest first."""
    found = sorted((metadata.get("versions") or {}).items(), key=lambda each: int(each[0]), reverse=True)
    return [
        Version(
            version_id=number,
            stages=(CURRENT,) if number == current(metadata) else (),
            created_at=moment(entry.get("created_time")),
            state=state(entry),
        )
        for number, entry in found
    ]


def value(name: str, version_id: str, data: Held, kind: str, created_at: datetime | None = None) -> Value:
    text = text_of(data.value, kind)
    if text is None:
        raise NotFound(
            f"The object has no key {_KEYS[kind]}.",
            remedy=f"Airflow reads the key {_KEYS[kind]} and finds nothing. Save a value.",
            name=name,
        )
    return Value(name=name, version_id=version_id, text=text, stages=(CURRENT,), created_at=created_at)


def gone(name: str, version: Entry) -> StoreError:
    """Why Vault gives no value of a version that it knows, or of none."""
    if version.get("destroyed"):
        return NotFound(
            "This version was destroyed.", remedy="Save a new value, or put back another version.", name=name
        )
    if version.get("deletion_time"):
        return PendingDeletion("This version is deleted.", remedy="Restore it first.", name=name)
    return NotFound(name=name)


def object_from(text: Sensitive, kind: str, before: Held | None) -> Held | StoreError:
    try:
        return Held(object_of(text, kind, before.value if before else None))
    except DecodeError as found:
        said, where = found.reason, found.where
    if said == "unknown-key":
        return StoreError(
            f"The JSON has a key {where}, which stands for the whole connection.", remedy="Enter the URI alone."
        )
    return StoreError(
        f"Vault keeps objects, and this JSON is none{f' ({where})' if where else ''}.",
        remedy="Enter one JSON object, or the URI of a connection.",
        code=said,
    )


def keyed(data: Held, name: str, secret: bytes) -> str:
    """The id of what version 1 keeps: another for each text, and for each name with the same text."""
    plain = json.dumps([name, data.value], sort_keys=True, separators=(",", ":"))
    return hmac.new(secret, plain.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
