"""Versions, stages, values and deletion as AWS documents them."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from moto.secretsmanager.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    OperationNotPermittedOnReplica,
    ResourceExistsException,
    ResourceNotFoundException,
    SecretHasNoValueException,
    SecretNotFoundException,
    SecretsManagerClientError,
    SecretStageVersionMismatchException,
    ValidationException,
)
from moto.secretsmanager.models import FakeSecret, ReplicaSecret, SecretsManagerBackend

MAX_BYTES: Final = 65_536
MAX_STAGES: Final = 20
CURRENT: Final = "AWSCURRENT"
PREVIOUS: Final = "AWSPREVIOUS"
DELETED: Final = "You can't perform this operation on the secret because it was marked for deletion."
_NAME: Final = re.compile(r"[A-Za-z0-9/_+=.@!-]{1,512}")
_ARN: Final = re.compile(r"arn:[\w-]+:secretsmanager:.{1,2000}", re.DOTALL)
_create_secret = SecretsManagerBackend.create_secret
_delete_secret = SecretsManagerBackend.delete_secret
_restore_secret = SecretsManagerBackend.restore_secret
_rotate_secret = SecretsManagerBackend.rotate_secret
_tag_resource = SecretsManagerBackend.tag_resource
_untag_resource = SecretsManagerBackend.untag_resource
_to_dict = FakeSecret.to_dict


def now() -> float:
    """Seconds with three decimals: the service keeps milliseconds, so that versions have an order."""
    return round(time.time(), 3)


def today() -> float:
    """Midnight, since access dates have no time of day."""
    return float(int(time.time()) // 86_400 * 86_400)


def check_name(name: str) -> None:
    if not _NAME.fullmatch(name) and not _ARN.fullmatch(name):
        raise ValidationException(
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
        )


def find(self: Any, secret_id: str) -> Any:
    check_name(secret_id)
    secret = self.secrets.get(secret_id)
    if secret is None:
        raise SecretNotFoundException
    return secret


def writable(self: Any, secret_id: str) -> Any:
    """The primary secret; a replica, and a secret in its recovery window, refuses changes."""
    secret = find(self, secret_id)
    if isinstance(secret, ReplicaSecret):
        raise OperationNotPermittedOnReplica
    if secret.is_deleted():
        raise InvalidRequestException(DELETED)
    return secret


def check_size(secret_string: str | None, secret_binary: str | None) -> None:
    for field, value in (("secretString", secret_string), ("secretBinary", secret_binary)):
        # A binary value arrives in base64: four characters for three bytes.
        size = len((value or "").encode()) if field == "secretString" else len(value or "") * 3 // 4
        if size > MAX_BYTES:
            raise ValidationException(
                f"1 validation error detected: Value at '{field}' failed to satisfy constraint: "
                f"Member must have length less than or equal to {MAX_BYTES}"
            )


def holder(secret: Any, stage: str) -> str | None:
    return next((key for key, version in secret.versions.items() if stage in version["version_stages"]), None)


def current_version_id(self: Any) -> str | None:
    """A plain read gives the version that carries AWSCURRENT, also after that label was moved."""
    return holder(self, CURRENT)


def ignore_current_version_id(self: Any, version_id: str | None) -> None:
    """Where AWSCURRENT is, is kept in one place only: the versions' labels."""


def attach(secret: Any, stage: str, version_id: str) -> None:
    """A label is on one version at most; AWSPREVIOUS follows AWSCURRENT and no other label moves by itself."""
    before = holder(secret, stage)
    if before == version_id:
        return
    if before is not None:
        secret.versions[before]["version_stages"].remove(stage)
    if stage == CURRENT and before is not None:
        _drop(secret, PREVIOUS)
        secret.versions[before]["version_stages"].append(PREVIOUS)
    secret.versions[version_id]["version_stages"].append(stage)


def check_labels(secret: Any, stages: Sequence[str]) -> None:
    """At most 20 labels on all versions together, counted before anything changes."""
    known = {label for version in secret.versions.values() for label in version["version_stages"]}
    follows = {PREVIOUS} if CURRENT in stages and CURRENT in known else set()
    if len(known | set(stages) | follows) > MAX_STAGES:
        raise SecretsManagerClientError("LimitExceededException", f"A secret can have {MAX_STAGES} staging labels.")


def _drop(secret: Any, stage: str) -> None:
    carrier = holder(secret, stage)
    if carrier is not None:
        secret.versions[carrier]["version_stages"].remove(stage)


def _same(version: Mapping[str, Any], secret_string: str | None, secret_binary: str | None) -> bool:
    return version.get("secret_string") == secret_string and version.get("secret_binary") == secret_binary


def _add_version(
    secret: Any, version_id: str, stages: Sequence[str], secret_string: str | None, secret_binary: str | None
) -> None:
    """The request's token is the version's id: the same content again changes nothing, other content is refused."""
    known = secret.versions.get(version_id)
    if known and ("secret_string" in known or "secret_binary" in known):
        if _same(known, secret_string, secret_binary):
            return
        raise ResourceExistsException("You can't modify an existing version, you can only create new ones.")
    value = {"secret_string": secret_string} if secret_string is not None else {"secret_binary": secret_binary}
    check_labels(secret, stages)
    first = not secret.versions
    labels = known["version_stages"] if known else []
    secret.versions[version_id] = {"createdate": now(), "version_id": version_id, "version_stages": labels, **value}
    for stage in (*stages, CURRENT) if first else stages:
        attach(secret, stage, version_id)
    secret.last_changed_date = now()


def put_secret_value(
    self: Any,
    secret_id: str,
    secret_string: str | None,
    secret_binary: str | None,
    client_request_token: str | None,
    version_stages: list[str],
) -> str:
    """Refused for a deleted secret and over 65,536 bytes; a secret's first version always becomes AWSCURRENT."""
    secret = writable(self, secret_id)
    check_size(secret_string, secret_binary)
    version_id = self._from_client_request_token(client_request_token)
    _add_version(secret, version_id, version_stages, secret_string, secret_binary)
    return str(secret.to_short_dict(include_version_stages=True, version_id=version_id))


def update_secret(
    self: Any,
    secret_id: str,
    secret_string: str | None = None,
    secret_binary: str | None = None,
    client_request_token: str | None = None,
    kms_key_id: str | None = None,
    description: str | None = None,
) -> str:
    """Changes only what is given; an empty description clears it, an empty key returns to the AWS managed one."""
    secret = writable(self, secret_id)
    check_size(secret_string, secret_binary)
    has_value = secret_string is not None or secret_binary is not None
    if has_value:
        version_id = self._from_client_request_token(client_request_token)
        _add_version(secret, version_id, [CURRENT], secret_string, secret_binary)
    if description is not None:
        secret.description = description
    if kms_key_id is not None:
        secret.kms_key_id = kms_key_id or None
    secret.last_changed_date = now()
    return str(secret.to_short_dict(include_version_id=has_value))


def create_secret(self: Any, name: str, **given: Any) -> str:
    """Name rules and size hold; a name in its recovery window stays taken; token and content decide on a repetition."""
    check_name(name)
    check_size(given["secret_string"], given["secret_binary"])
    known = self.secrets.get(name)
    if known is not None and known.is_deleted():
        raise InvalidRequestException(
            "You can't create this secret because a secret with this name is already scheduled for deletion."
        )
    token = given["client_request_token"]
    if token and known is not None:
        known = self._check_with_existing_secrets_and_versions(
            name, token, given["secret_string"], given["secret_binary"], on_create=True
        )
        return str(known.to_short_dict(version_id=token))
    answer = str(_create_secret(self, name, **given))
    secret = self.secrets.get(name)
    secret.created_date = secret.last_changed_date = now()
    for version in secret.versions.values():
        version["createdate"] = secret.created_date
    return answer


def get_secret_value(self: Any, secret_id: str, version_id: str | None, version_stage: str | None) -> dict[str, Any]:
    """Without id and stage the version that carries AWSCURRENT; the day of the access is kept."""
    secret = find(self, secret_id)
    if secret.is_deleted():
        raise InvalidRequestException(DELETED)
    version = _asked_version(secret, version_id, version_stage)
    value = {
        key: version[kept]
        for key, kept in (("SecretString", "secret_string"), ("SecretBinary", "secret_binary"))
        if kept in version
    }
    if not value:
        raise SecretHasNoValueException(version_stage or CURRENT)
    version["accessed"] = getattr(secret, "source", secret).accessed = today()
    return {
        "ARN": secret.arn,
        "Name": secret.name,
        "VersionId": version["version_id"],
        "VersionStages": list(version["version_stages"]),
        "CreatedDate": version["createdate"],
        **value,
    }


def _asked_version(secret: Any, version_id: str | None, stage: str | None) -> dict[str, Any]:
    if version_id and stage and stage not in secret.versions.get(version_id, {}).get("version_stages", [stage]):
        raise SecretStageVersionMismatchException
    key = version_id or holder(secret, stage or CURRENT)
    if key not in secret.versions:
        asked = f"VersionId: {version_id}" if version_id else f"staging label: {stage or CURRENT}"
        raise ResourceNotFoundException(f"Secrets Manager can't find the specified secret value for {asked}")
    found: dict[str, Any] = secret.versions[key]
    return found


def update_secret_version_stage(
    self: Any, secret_id: str, version_stage: str, remove_from_version_id: str, move_to_version_id: str
) -> tuple[str, str]:
    """A label on another version moves only if RemoveFromVersionId names that version; it may also just be removed.

    AWSCURRENT can be moved but not removed, and AWSPREVIOUS goes to the version that it left.
    """
    secret = writable(self, secret_id)
    for version_id in filter(None, (remove_from_version_id, move_to_version_id)):
        if version_id not in secret.versions:
            raise InvalidParameterException(f"Not a valid version: {version_id}")
    _check_move(secret, version_stage, remove_from_version_id, move_to_version_id)
    if move_to_version_id:
        check_labels(secret, [version_stage])
        attach(secret, version_stage, move_to_version_id)
    else:
        _drop(secret, version_stage)
    secret.last_changed_date = now()
    return secret.arn, secret.name


def _check_move(secret: Any, stage: str, remove_from: str, move_to: str) -> None:
    carrier = holder(secret, stage)
    if remove_from and carrier != remove_from:
        raise InvalidParameterException(f"Staging label {stage} is not attached to version {remove_from}.")
    if not move_to and not remove_from:
        raise InvalidParameterException("You must specify MoveToVersionId, RemoveFromVersionId or both.")
    if not move_to and stage == CURRENT:
        raise InvalidParameterException(
            "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed."
        )
    if carrier and move_to and carrier != move_to and not remove_from:
        raise InvalidParameterException(
            f"The parameter RemoveFromVersionId can't be empty. Staging label {stage} is currently attached to version "
            f"{carrier}, so you must explicitly reference that version in RemoveFromVersionId."
        )


def delete_secret(
    self: Any, secret_id: str, recovery_window_in_days: int | None, force_delete_without_recovery: bool
) -> tuple[str, str, float]:
    """The day on which deletion was asked for is kept: it is what a list shows."""
    check_name(secret_id)
    secret = self.secrets.get(secret_id)
    gone: tuple[str, str, float] = _delete_secret(
        self, secret_id, recovery_window_in_days, force_delete_without_recovery
    )
    if secret is not None:
        secret.deletion_asked = secret.last_changed_date = now()
    return gone


def restore_secret(self: Any, secret_id: str) -> tuple[str, str]:
    restored: tuple[str, str] = _restore_secret(self, secret_id)
    self.secrets.get(secret_id).last_changed_date = now()
    return restored


def rotate_secret(self: Any, secret_id: str, **given: Any) -> str:
    """Refused where no rotation function is known, rather than leaving a current version without a value."""
    secret = writable(self, secret_id)
    if not given.get("rotation_lambda_arn") and not secret.rotation_lambda_arn:
        raise InvalidRequestException("No Lambda rotation function ARN is associated with this secret.")
    return str(_rotate_secret(self, secret_id, **given))


def tag_resource(self: Any, arn: str, tags: dict[str, str]) -> None:
    secret = writable(self, arn)
    _tag_resource(self, arn, tags)
    secret.last_changed_date = now()


def untag_resource(self: Any, arn: str, tag_keys: list[str]) -> None:
    secret = writable(self, arn)
    _untag_resource(self, arn, tag_keys)
    secret.last_changed_date = now()


def to_dict(self: Any) -> dict[str, Any]:
    """With the day of the last access, and no key where it is the AWS managed one."""
    entry: dict[str, Any] = _to_dict(self)
    entry["LastAccessedDate"] = getattr(self, "accessed", None)
    if not entry.get("KmsKeyId"):
        entry.pop("KmsKeyId", None)
    return entry


def _form_version_ids_to_stages(self: Any) -> dict[str, list[str]]:
    """Versions that carry a label; the others are deprecated and not shown here."""
    return {key: list(version["version_stages"]) for key, version in self.versions.items() if version["version_stages"]}


BACKEND: Final = (
    create_secret,
    delete_secret,
    get_secret_value,
    put_secret_value,
    restore_secret,
    rotate_secret,
    tag_resource,
    untag_resource,
    update_secret,
    update_secret_version_stage,
)
SECRET: Final = (to_dict, _form_version_ids_to_stages)
