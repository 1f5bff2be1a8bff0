"""AWS Secrets Manager as a store of raw secrets."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from secretsui.cloud.sessions import Identity
from secretsui.core.sensitive import Sensitive
from secretsui.stores import aws_entries, aws_probe
from secretsui.stores.aws_reading import BATCH, ways
from secretsui.stores.aws_store import AwsStore
from secretsui.stores.aws_trials import TRIALS
from secretsui.stores.aws_writing import Writing
from secretsui.stores.base import (
    Absent,
    Capabilities,
    Probe,
    SecretInfo,
    StoreError,
    Unable,
    Value,
    Version,
    VersionChange,
)
from secretsui.stores.checks import check_name, check_text
from secretsui.stores.reading import Reading

CAPABILITIES: Final = Capabilities(
    page_size=100,
    batch_size=BATCH,
    compare_and_swap=True,
    restore=True,
    history=True,
    tags=True,
    max_bytes=65_536,
    name_pattern=r"[A-Za-z0-9/_+=.@-]+",
    max_name_length=512,
    recovery_days=(7, 30),
)


class SecretsManagerStore(AwsStore):
    """The secrets of one account and region."""

    capabilities = CAPABILITIES
    asked = "secretsmanager"

    def __init__(self, identity: Identity, *, workers: int = 6) -> None:
        super().__init__(identity, workers)

    def _page(self, prefix: str, token: str) -> tuple[Sequence[SecretInfo], str]:
        params: dict[str, Any] = {"MaxResults": CAPABILITIES.page_size, "IncludePlannedDeletion": True}
        if prefix:
            params["Filters"] = [{"Key": "name", "Values": [prefix]}]
        if token:
            params["NextToken"] = token
        answer = self._ask("list_secrets", params)
        found = [aws_entries.info(entry) for entry in answer.get("SecretList", ())]
        return [each for each in found if each.name.startswith(prefix)], answer.get("NextToken") or ""

    def read(self, names: Sequence[str]) -> Iterator[Mapping[str, Value | StoreError]]:
        return Reading(ways(self._ask, self.identity), self._workers).batches(names)

    def describe(self, name: str) -> SecretInfo:
        return aws_entries.info(self._ask("describe_secret", {"SecretId": name}, name=name))

    def versions(self, name: str) -> Sequence[Version]:
        entries: list[Mapping[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            params = {"SecretId": name, "IncludeDeprecated": True, "MaxResults": 100, **token}
            answer = self._ask("list_secret_version_ids", params, name=name)
            entries += answer.get("Versions", ())
            if not answer.get("NextToken"):
                return aws_entries.versions(entries)
            token = {"NextToken": answer["NextToken"]}

    def read_version(self, name: str, version_id: str) -> Value:
        return aws_entries.value(self._ask("get_secret_value", {"SecretId": name, "VersionId": version_id}, name=name))

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
        check_text(text, name, CAPABILITIES)
        writing = Writing(self._ask, name, _version_id(token))
        if isinstance(replaces, str):
            return writing.replace(text, replaces)
        check_name(name, CAPABILITIES)
        return writing.create(text, description=description, tags=tags or {}, kms_key_id=kms_key_id)

    def put_back(self, name: str, version_id: str, *, replaces: str) -> None:
        Writing(self._ask, name, version_id).make_current(replaces)

    def update(self, name: str, *, description: str | None = None, kms_key_id: str | None = None) -> None:
        given = {"Description": description, "KmsKeyId": kms_key_id}
        changes = {key: text for key, text in given.items() if text is not None}
        if changes:
            self._ask("update_secret", {"SecretId": name, **changes}, name=name)

    def tag(self, name: str, *, put: Mapping[str, str], remove: Sequence[str] = ()) -> None:
        if put:
            tags = [{"Key": key, "Value": text} for key, text in put.items()]
            self._ask("tag_resource", {"SecretId": name, "Tags": tags}, name=name)
        if remove:
            self._ask("untag_resource", {"SecretId": name, "TagKeys": [*remove]}, name=name)

    def delete(self, name: str, *, recovery_days: int | None) -> datetime | None:
        smallest, largest = CAPABILITIES.recovery_days
        if recovery_days is not None and not smallest <= recovery_days <= largest:
            raise StoreError(
                f"A recovery window has {smallest} to {largest} days.",
                remedy="Choose a number in this range.",
                name=name,
            )
        how = {"ForceDeleteWithoutRecovery": True} if recovery_days is None else {"RecoveryWindowInDays": recovery_days}
        answer = self._ask("delete_secret", {"SecretId": name, **how}, name=name)
        return aws_entries.moment(answer, "DeletionDate")

    def restore(self, name: str) -> None:
        self._ask("restore_secret", {"SecretId": name}, name=name)

    def resource_policy(self, name: str) -> str:
        answer = self._ask("get_resource_policy", {"SecretId": name}, name=name)
        return str(answer.get("ResourcePolicy") or "")

    def change_version(self, name: str, version_id: str, change: VersionChange) -> None:
        raise Unable(f"AWS Secrets Manager cannot {change} version {version_id} alone.", name=name)


def probe(identity: Identity, prefix_start: str) -> Probe:
    """What this identity may do with secrets whose name begins with `prefix_start`; reads and changes none of them."""
    return aws_probe.probe(TRIALS, identity, prefix_start)


def _version_id(token: str) -> str:
    """AWS takes 32 to 64 characters as token and as version id; a token of another length maps to one that fits."""
    if not token:
        return str(uuid.uuid4())
    return token if 32 <= len(token) <= 64 else str(uuid.uuid5(uuid.NAMESPACE_OID, token))
