"""From the answers of Azure Key Vault to the values of `stores.base`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import CURRENT, SecretInfo, Value, Version

_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
CERTIFICATE: Final = "certificate of the vault"


def age(properties: Any) -> datetime:
    """When a version was made, in whole seconds."""
    found: datetime | None = properties.created_on
    return found or _BEGINNING


def info(properties: Any, *, name: str = "", version_id: str = "", deleted: Any = None) -> SecretInfo:
    """From an item of a list, or from the properties of the current version. `deleted` tells of its fate.

    `changed_at` is moved by every change of the current version and by a new one, in whole seconds.
    """
    return SecretInfo(
        name=name or properties.name,
        arn=f"{properties.vault_url}/secrets/{properties.name}",
        description=properties.content_type or "",
        tags=dict(properties.tags or {}),
        version_id=version_id,
        owning_service=CERTIFICATE if properties.managed else "",
        created_at=properties.created_on,
        changed_at=properties.updated_on,
        expires_at=properties.expires_on,
        disabled=properties.enabled is False,
        deleted_at=deleted.deleted_date if deleted else None,
        purge_at=deleted.scheduled_purge_date if deleted else None,
    )


def versions(found: Sequence[Any], current: str) -> Sequence[Version]:
    """Newest first; the service gives them by their ids. Among those of the same second the current one comes first."""
    ordered = sorted(found, key=lambda each: (age(each), each.version == current), reverse=True)
    return [
        Version(
            version_id=each.version,
            stages=[CURRENT] if each.version == current else [],
            created_at=each.created_on,
            state="disabled" if each.enabled is False else "enabled",
        )
        for each in ordered
    ]


def value(name: str, answer: tuple[Any, Sensitive]) -> Value:
    properties, text = answer
    return Value(name=name, version_id=properties.version, text=text, created_at=properties.created_on)
