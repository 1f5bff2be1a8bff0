"""How AWS Secrets Manager is asked for values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from secretsui.cloud.edge import Ask
from secretsui.cloud.sessions import Identity
from secretsui.cloud.translate import Fault, of_fault
from secretsui.stores import aws_entries
from secretsui.stores.base import StoreError, Value
from secretsui.stores.reading import Ways

BATCH: Final = 20


def ways(ask: Ask, identity: Identity) -> Ways:
    def batch(names: Sequence[str]) -> Iterator[Mapping[str, Value | StoreError]]:
        token: dict[str, str] = {}
        while True:
            page = ask("batch_get_secret_value", {"SecretIdList": list(names), **token})
            yield _answered(page, names, identity)
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def single(name: str) -> Value:
        return aws_entries.value(ask("get_secret_value", {"SecretId": name}, name=name))

    return Ways(batch, single, BATCH)


def _answered(page: Mapping[str, Any], names: Sequence[str], identity: Identity) -> Mapping[str, Value | StoreError]:
    answers: dict[str, Value | StoreError] = {}
    for entry in page.get("SecretValues", ()):
        asked = entry["Name"] if entry["Name"] in names else entry["ARN"]
        answers[asked] = aws_entries.value(entry)
    for entry in page.get("Errors", ()):
        name = _asked(entry.get("SecretId", ""), names)
        answers[name] = of_fault(
            Fault(
                code=entry.get("ErrorCode", ""),
                message=entry.get("Message", ""),
                operation="GetSecretValue",
                identity=identity,
                name=name,
            )
        )
    return answers


def _asked(secret_id: str, names: Sequence[str]) -> str:
    """The name of ours that an error speaks of, perhaps by its ARN, which ends in the name and six letters."""
    if secret_id in names:
        return secret_id
    tail = secret_id.split(":", 6)[-1]
    return next((name for name in names if tail in (name, f"{name}{tail[-7:]}")), secret_id)
