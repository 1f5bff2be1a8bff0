"""From the messages of Google Secret Manager to the values of `stores.base`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import CURRENT, Replica, SecretInfo, Value, Version, VersionState

_STATES: Final[Mapping[str, VersionState]] = {"DISABLED": "disabled", "DESTROYED": "destroyed"}


def last(resource: str) -> str:
    """The secret's or the version's own part of a resource name."""
    return resource.rpartition("/")[2]


def _moment(message: Any, field: str) -> datetime | None:
    """A plain one: the SDK's own counts nanoseconds, which databases do not take."""
    if field not in message:
        return None
    found: datetime = getattr(message, field)
    return datetime.fromtimestamp(found.timestamp(), UTC)


def info(secret: Any, latest: Any = None) -> SecretInfo:
    """From a secret; its `latest` version is told by no list."""
    key, replicas = _replication(secret.replication)
    return SecretInfo(
        name=last(secret.name),
        arn=secret.name,
        tags=dict(secret.labels),
        version_id=last(latest.name) if latest else "",
        kms_key_id=key,
        rotation="rotation" in secret,
        created_at=_moment(secret, "create_time"),
        changed_at=_moment(latest, "create_time") if latest else None,
        next_rotation_at=_moment(secret.rotation, "next_rotation_time") if "rotation" in secret else None,
        expires_at=_moment(secret, "expire_time"),
        replicas=replicas,
        disabled=bool(latest) and latest.state.name != "ENABLED",
    )


def _replication(replication: Any) -> tuple[str, Sequence[Replica]]:
    """The key that it is encrypted with, and the places where it is kept; automatic replication names none."""
    if "user_managed" not in replication:
        return _key(replication.automatic), ()
    replicas = tuple(
        Replica(region=each.location, status="", kms_key_id=_key(each)) for each in replication.user_managed.replicas
    )
    return next((each.kms_key_id for each in replicas if each.kms_key_id), ""), replicas


def _key(holder: Any) -> str:
    return str(holder.customer_managed_encryption.kms_key_name) if "customer_managed_encryption" in holder else ""


def versions(found: Sequence[Any], aliases: Mapping[str, int]) -> Sequence[Version]:
    """Newest first. The newest is what `latest` means, whatever its state."""
    ordered = sorted(found, key=lambda each: int(last(each.name)), reverse=True)
    return [_version(each, is_latest=not place, aliases=aliases) for place, each in enumerate(ordered)]


def _version(message: Any, *, is_latest: bool, aliases: Mapping[str, int]) -> Version:
    number = last(message.name)
    named = [alias for alias, version in aliases.items() if str(version) == number]
    return Version(
        version_id=number,
        stages=([CURRENT] if is_latest else []) + named,
        created_at=_moment(message, "create_time"),
        state=_STATES.get(message.state.name, "enabled"),
    )


def value(name: str, answer: tuple[str, Sensitive | None, int]) -> Value:
    resource, text, size = answer
    return Value(name=name, version_id=last(resource), text=text, binary_size=size if text is None else 0)
