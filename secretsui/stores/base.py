"""What every store of raw secrets can do, and how it says that it cannot."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Protocol

from secretsui.cloud.errors import (
    BadName,
    CannotDecrypt,
    Conflict,
    Denied,
    DisabledVersion,
    Expired,
    NotFound,
    PendingDeletion,
    StoreError,
    Throttled,
    TooLarge,
    Unable,
    Unavailable,
)
from secretsui.core.sensitive import Sensitive

__all__ = [
    "CURRENT",
    "MUST_NOT_EXIST",
    "Absent",
    "BadName",
    "CannotDecrypt",
    "Capabilities",
    "Conflict",
    "Denied",
    "DisabledVersion",
    "Expired",
    "NotFound",
    "Outcome",
    "PendingDeletion",
    "Probe",
    "Recovery",
    "Replica",
    "Right",
    "SecretInfo",
    "Store",
    "StoreError",
    "Throttled",
    "TooLarge",
    "Unable",
    "Unavailable",
    "Value",
    "Version",
    "VersionChange",
    "VersionState",
]


class Absent(enum.Enum):
    """For `Store.write(replaces=…)`: the secret must not exist yet."""

    MUST_NOT_EXIST = "must not exist"


MUST_NOT_EXIST: Final = Absent.MUST_NOT_EXIST
CURRENT: Final = "AWSCURRENT"

VersionState = Literal["enabled", "disabled", "deleted", "destroyed"]
# `delete` can be undone by `undelete`, `destroy` by nothing.
VersionChange = Literal["disable", "enable", "delete", "undelete", "destroy"]
# What becomes of a deleted secret: a window of days that is chosen, kept as long as the store was told to keep it, or
# gone at once.
Recovery = Literal["window", "kept", "none"]


@dataclass(frozen=True, slots=True)
class SecretInfo:
    """Metadata of one secret; never its value. Times are aware, in UTC."""

    name: str
    arn: str = ""
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    version_id: str = ""  # the version that readers get (AWSCURRENT)
    kms_key_id: str = ""
    rotation: bool = False
    owning_service: str = ""
    primary_region: str = ""
    created_at: datetime | None = None
    changed_at: datetime | None = None
    accessed_at: datetime | None = None  # a day, as the service keeps no more
    rotated_at: datetime | None = None
    next_rotation_at: datetime | None = None
    deleted_at: datetime | None = None  # when deletion was asked for; the list gives only this
    purge_at: datetime | None = None  # when it will be gone for good, where known
    replicas: Sequence[Replica] = ()
    disabled: bool = False  # there, and given to nobody until it is enabled again
    value_type: str = ""  # of a parameter: String, StringList or SecureString
    tier: str = ""  # of a parameter: Standard, Advanced or Intelligent-Tiering
    expires_at: datetime | None = None  # the date that people gave it; what follows is for the service to say


@dataclass(frozen=True, slots=True)
class Replica:
    region: str
    status: str
    message: str = ""
    kms_key_id: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """The value of one version. `text` is None for a binary value, whose size in bytes is `binary_size`."""

    name: str
    version_id: str
    text: Sensitive | None
    binary_size: int = 0
    stages: Sequence[str] = ()
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Version:
    version_id: str
    stages: Sequence[str]
    created_at: datetime | None
    accessed_at: datetime | None = None
    kms_key_ids: Sequence[str] = ()  # those that it is encrypted with
    state: VersionState = "enabled"

    @property
    def is_current(self) -> bool:
        """Stores without stages give their current version this one, so that all are told alike."""
        return CURRENT in self.stages


@dataclass(frozen=True, slots=True)
class Capabilities:
    page_size: int
    batch_size: int
    compare_and_swap: bool
    restore: bool
    history: bool
    tags: bool
    max_bytes: int
    name_pattern: str  # a regular expression for the full name
    max_name_length: int
    recovery_days: tuple[int, int]  # smallest and largest recovery window
    # What stores other than Secrets Manager may lack, or have beside it.
    service: str = "AWS Secrets Manager"  # as people call it
    recovery: Recovery = "window"
    descriptions: bool = True
    kms_keys: bool = True  # a key may be chosen for a new secret
    policies: bool = True  # a secret has a policy of its own
    put_back: bool = True  # an old version can be made current again
    version_changes: frozenset[VersionChange] = frozenset()
    lists_versions: bool = True  # a listing tells the current version; otherwise `changed_at` tells of news, if given
    charged_above: int = 0  # a value of more bytes costs extra, once for good; 0 where size costs nothing
    lists_details: bool = True  # a listing tells descriptions, tags and deletions; otherwise only `describe` does


Outcome = Literal["ok", "denied", "unknown"]


@dataclass(frozen=True, slots=True)
class Right:
    """One thing that an identity may or may not do, or that could not be found out; then `error` says why, if known."""

    name: str  # list, describe, read, write, create, tag, delete, restore
    actions: Sequence[str]  # as an access policy spells them
    outcome: Outcome
    denied: Sequence[str] = ()  # those of `actions` that were refused
    error: StoreError | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """What a test of an account and a prefix found, without having changed or read a secret."""

    account_id: str = ""  # as the service says; "" when it did not say
    caller: str = ""  # who we are there
    expected_account_id: str = ""
    error: StoreError | None = None  # why it could not be said who we are
    rights: Sequence[Right] = ()
    missing: Sequence[Mapping[str, Any]] = ()  # the statements to add to the identity's policy
    policy: str = ""  # the same as people write it, where that is not JSON

    @property
    def wrong_account(self) -> bool:
        return bool(self.account_id and self.expected_account_id and self.account_id != self.expected_account_id)


class Store(Protocol):
    """Raw secrets of one account and region; of Vault, of one mount.

    Every method may raise a `StoreError` and nothing else of the SDK's. What a store lacks its capabilities declare;
    a call for it all the same raises `Unable`.
    """

    @property
    def capabilities(self) -> Capabilities: ...

    def list(self, prefix: str) -> Iterator[Sequence[SecretInfo]]:
        """Pages of the metadata of every secret whose name starts with `prefix`, to the last page.

        Secrets in their recovery window are included. An error in the middle is raised after the pages before it.
        """
        ...

    def read(self, names: Sequence[str]) -> Iterator[Mapping[str, Value | StoreError]]:
        """Batches, in any order, that together answer every one of `names` with its value or its own error."""
        ...

    def describe(self, name: str) -> SecretInfo: ...

    def versions(self, name: str) -> Sequence[Version]:
        """Newest first, including versions that carry no stage any more."""
        ...

    def read_version(self, name: str, version_id: str) -> Value: ...

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
        """The id of the version that now is current.

        Raises `Conflict` when the current version is not `replaces`; nothing is lost or moved then. `token` makes a
        repeated call the same call: the version id it gives. The last three serve a secret that is created.
        """
        ...

    def put_back(self, name: str, version_id: str, *, replaces: str) -> None:
        """Make an old version current again; `Conflict` when the current one is not `replaces`."""
        ...

    def update(self, name: str, *, description: str | None = None, kms_key_id: str | None = None) -> None: ...

    def tag(self, name: str, *, put: Mapping[str, str], remove: Sequence[str] = ()) -> None: ...

    def delete(self, name: str, *, recovery_days: int | None) -> datetime | None:
        """When it will be gone, where known. `recovery_days` of None deletes at once, without a way back.

        Where recovery is "kept" any number means the store's own time; where it is "none" only None is taken.
        """
        ...

    def restore(self, name: str) -> None: ...

    def resource_policy(self, name: str) -> str:
        """The policy's JSON text, or "" where there is none."""
        ...

    def change_version(self, name: str, version_id: str, change: VersionChange) -> None:
        """One of `capabilities.version_changes`; `NotFound` where there is no such version."""
        ...
