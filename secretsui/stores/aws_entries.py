"""From the answers of AWS Secrets Manager to the values of `stores.base`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from secretsui.stores.base import Replica, SecretInfo, Value, Version

CURRENT: Final = "AWSCURRENT"
Entry = Mapping[str, Any]


def moment(entry: Entry, key: str) -> datetime | None:
    """In UTC; the SDK gives times in the zone of this machine."""
    found: datetime | None = entry.get(key)
    return found.astimezone(UTC) if found is not None else None


def info(entry: Entry) -> SecretInfo:
    """From an entry of a list or from a description."""
    deleted_at, purge_at = _deletion(entry)
    return SecretInfo(
        name=entry["Name"],
        arn=entry.get("ARN", ""),
        description=entry.get("Description", ""),
        tags={tag["Key"]: tag.get("Value", "") for tag in entry.get("Tags", ())},
        version_id=current_version(entry),
        kms_key_id=entry.get("KmsKeyId", ""),
        rotation=entry.get("RotationEnabled", False),
        owning_service=entry.get("OwningService", ""),
        primary_region=entry.get("PrimaryRegion", ""),
        created_at=moment(entry, "CreatedDate"),
        changed_at=moment(entry, "LastChangedDate"),
        accessed_at=moment(entry, "LastAccessedDate"),
        rotated_at=moment(entry, "LastRotatedDate"),
        next_rotation_at=moment(entry, "NextRotationDate"),
        deleted_at=deleted_at,
        purge_at=purge_at,
        replicas=tuple(_replica(each) for each in entry.get("ReplicationStatus", ())),
    )


def labels(entry: Entry) -> Mapping[str, Sequence[str]]:
    """Version ids and their stages: a list and a description name them differently."""
    found: Mapping[str, Sequence[str]] = entry.get("SecretVersionsToStages") or entry.get("VersionIdsToStages") or {}
    return found


def current_version(entry: Entry) -> str:
    return next((version_id for version_id, stages in labels(entry).items() if CURRENT in stages), "")


def _deletion(entry: Entry) -> tuple[datetime | None, datetime | None]:
    """When deletion was asked for, and when it will happen.

    A list gives the first as DeletedDate and a description the second, which lies ahead; then the last change, which
    nothing can have followed, was the request.
    """
    date = moment(entry, "DeletedDate")
    if date is None or date <= datetime.now(UTC):
        return date, None
    return moment(entry, "LastChangedDate") or date, date


def _replica(entry: Entry) -> Replica:
    return Replica(
        region=entry["Region"],
        status=entry.get("Status", ""),
        message=entry.get("StatusMessage", ""),
        kms_key_id=entry.get("KmsKeyId", ""),
    )


def value(entry: Entry) -> Value:
    """From one answer whose texts are Sensitive and whose binary values are sizes already."""
    return Value(
        name=entry["Name"],
        version_id=entry.get("VersionId", ""),
        text=entry.get("SecretString"),
        binary_size=entry.get("SecretBinary", 0),
        stages=tuple(entry.get("VersionStages", ())),
        created_at=moment(entry, "CreatedDate"),
    )


def versions(entries: Sequence[Entry]) -> Sequence[Version]:
    """Newest first. Of those of the same moment the service's last comes first, as it was added last."""
    found = [
        Version(
            version_id=entry["VersionId"],
            stages=tuple(entry.get("VersionStages", ())),
            created_at=moment(entry, "CreatedDate"),
            accessed_at=moment(entry, "LastAccessedDate"),
            kms_key_ids=tuple(entry.get("KmsKeyIds", ())),
        )
        for entry in reversed(entries)
    ]
    return sorted(found, key=lambda each: each.created_at or datetime.min.replace(tzinfo=UTC), reverse=True)
