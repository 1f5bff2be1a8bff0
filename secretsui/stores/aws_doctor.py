"""What AWS tells of the locks of one secret: its policy, its key and that key's policy. Reads no value."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from secretsui.cloud.edge import ask
from secretsui.cloud.sessions import Identity
from secretsui.core.doctor.asking import Secret
from secretsui.core.doctor.verdict import MANAGED_KEY, Key, Untold
from secretsui.stores.base import StoreError

T = TypeVar("T")
Policy = Mapping[str, Any]
_DEFAULT_KEY: Final = "DefaultEncryptionKey"


@dataclass(frozen=True, slots=True)
class Locks:
    secret: Secret
    policy: Policy | Untold
    key: Key | Untold


def read(identity: Identity, name: str) -> Locks:
    """Raises a `StoreError` where the secret itself cannot be described; of the rest what is known."""
    known = ask(identity, "describe_secret", {"SecretId": name}, name=name)
    key_id = known.get("KmsKeyId", "")
    return Locks(
        Secret(known["Name"], known["ARN"]),
        told(lambda: _policy(ask(identity, "get_resource_policy", {"SecretId": name}, name=name), "ResourcePolicy")),
        told(lambda: _key(identity, key_id)),
    )


def told(read: Callable[[], T]) -> T | Untold:
    try:
        return read()
    except StoreError as error:
        return Untold(error.kind, f"{error.sentence} {error.remedy}")


def _key(identity: Identity, key_id: str) -> Key:
    if not key_id or key_id == _DEFAULT_KEY or key_id.endswith(MANAGED_KEY):
        return Key("", managed=True)
    known = ask(identity, "describe_key", {"KeyId": key_id}, service="kms")["KeyMetadata"]
    if known.get("KeyManager") == "AWS":
        return Key(known["Arn"], managed=True)
    asked = {"KeyId": known["Arn"], "PolicyName": "default"}
    policy = told(lambda: _policy(ask(identity, "get_key_policy", asked, service="kms"), "Policy"))
    return Key(known["Arn"], managed=False, enabled=known.get("KeyState", "Enabled") == "Enabled", policy=policy)


def _policy(answer: Mapping[str, Any], member: str) -> Policy:
    found = json.loads(answer.get(member) or "{}")
    return found if isinstance(found, dict) else {}
