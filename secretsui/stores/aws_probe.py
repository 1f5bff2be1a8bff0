"""Finding out what an identity may do, without doing it.

Each verb is tried on a secret that does not exist. The service judges the right first: "denied" means that it is
missing, "not found" that it is there. Only creating has no such harmless try, and so stays unknown.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from secretsui.cloud.arns import arn_like
from secretsui.cloud.aws import who_am_i
from secretsui.cloud.edge import ask
from secretsui.cloud.sessions import Identity
from secretsui.cloud.translate import Fault, of_fault
from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import Denied, Expired, Outcome, Probe, Right, StoreError, Throttled, Unavailable

_SERVICE: Final = "secretsmanager:"
_NO_ANSWER: Final = (Expired, Throttled, Unavailable)
_PATIENCE: Final = 3
# Judged without a resource, so that a policy has to allow them on *.
_WITHOUT_RESOURCE: Final = frozenset({"ListSecrets", "BatchGetSecretValue"})
_RIGHTS: Final[Mapping[str, Sequence[str]]] = {
    "list": ("ListSecrets",),
    "describe": ("DescribeSecret", "ListSecretVersionIds", "GetResourcePolicy"),
    "read": ("BatchGetSecretValue", "GetSecretValue"),
    "write": ("PutSecretValue", "UpdateSecretVersionStage", "UpdateSecret"),
    "create": ("CreateSecret",),
    "tag": ("TagResource", "UntagResource"),
    "delete": ("DeleteSecret",),
    "restore": ("RestoreSecret",),
}
_UNTRIED: Final = frozenset({"CreateSecret"})


def probe(identity: Identity, prefix_start: str) -> Probe:
    account_id, caller, error = _caller(identity)
    tried = {} if isinstance(error, Expired) else _try_all(identity, prefix_start)
    rights = tuple(_right(name, actions, tried, error) for name, actions in _RIGHTS.items())
    return Probe(
        account_id=account_id,
        caller=caller,
        expected_account_id=identity.account_id,
        error=error,
        rights=rights,
        missing=_statements(rights, identity, prefix_start, account_id),
    )


def _caller(identity: Identity) -> tuple[str, str, StoreError | None]:
    try:
        caller = who_am_i(identity)
    except StoreError as error:
        return "", "", error
    return caller.account_id, caller.arn, None


def _try_all(identity: Identity, prefix_start: str) -> Mapping[str, StoreError | None]:
    """After a few calls without an answer the rest is not asked: somebody is waiting, and would wait for each."""
    actions = [action for each in _RIGHTS.values() for action in each if action not in _UNTRIED]
    name = f"{prefix_start}secretsui-probe-{uuid.uuid4().hex}"
    silence: list[StoreError] = []

    def attempt(action: str) -> StoreError | None:
        outcome = silence[0] if len(silence) >= _PATIENCE else _try(identity, action, name, prefix_start)
        if isinstance(outcome, _NO_ANSWER):
            silence.append(outcome)
        return outcome

    with ThreadPoolExecutor(4, thread_name_prefix="probe") as pool:
        return dict(zip(actions, pool.map(attempt, actions), strict=True))


def _try(identity: Identity, action: str, name: str, prefix_start: str) -> StoreError | None:
    operation, params, value = _request(action, name, prefix_start)
    try:
        answer = ask(identity, operation, params, name=name, value=value)
    except StoreError as error:
        return error
    return next((_of_item(entry, identity, name) for entry in answer.get("Errors", ())), None)


def _of_item(entry: Mapping[str, str], identity: Identity, name: str) -> StoreError:
    """A batch that is allowed as such says of the secret in it what a single read would say."""
    code, message = entry.get("ErrorCode", ""), entry.get("Message", "")
    error = of_fault(Fault(code=code, message=message, operation="GetSecretValue", identity=identity, name=name))
    return StoreError(code=code) if isinstance(error, Denied) else error


def _request(action: str, name: str, prefix_start: str) -> tuple[str, dict[str, Any], Sensitive | None]:
    nobody = {"SecretId": name}
    requests: dict[str, tuple[str, dict[str, Any]]] = {
        "ListSecrets": ("list_secrets", {"MaxResults": 1, **_filter(prefix_start)}),
        "DescribeSecret": ("describe_secret", nobody),
        "ListSecretVersionIds": ("list_secret_version_ids", nobody),
        "GetResourcePolicy": ("get_resource_policy", nobody),
        "BatchGetSecretValue": ("batch_get_secret_value", {"SecretIdList": [name]}),
        "GetSecretValue": ("get_secret_value", nobody),
        "PutSecretValue": ("put_secret_value", nobody),
        "UpdateSecretVersionStage": (
            "update_secret_version_stage",
            {**nobody, "VersionStage": "secretsui-probe", "MoveToVersionId": str(uuid.uuid4())},
        ),
        "UpdateSecret": ("update_secret", {**nobody, "Description": "probe"}),
        "TagResource": ("tag_resource", {**nobody, "Tags": [{"Key": "probe", "Value": "probe"}]}),
        "UntagResource": ("untag_resource", {**nobody, "TagKeys": ["probe"]}),
        "DeleteSecret": ("delete_secret", {**nobody, "RecoveryWindowInDays": 30}),
        "RestoreSecret": ("restore_secret", nobody),
    }
    operation, params = requests[action]
    return operation, params, Sensitive("probe") if action == "PutSecretValue" else None


def _filter(prefix_start: str) -> dict[str, Any]:
    return {"Filters": [{"Key": "name", "Values": [prefix_start]}]} if prefix_start else {}


def _right(
    name: str, actions: Sequence[str], tried: Mapping[str, StoreError | None], error: StoreError | None
) -> Right:
    spelled = tuple(_SERVICE + action for action in actions)
    found = {action: tried[action] for action in actions if action in tried}
    denied = {action: each for action, each in found.items() if isinstance(each, Denied)}
    silent = [each for each in found.values() if isinstance(each, _NO_ANSWER)]
    outcome: Outcome = "denied" if denied else "unknown" if silent or len(found) < len(actions) else "ok"
    return Right(
        name=name,
        actions=spelled,
        outcome=outcome,
        denied=tuple(_SERVICE + action for action in denied),
        error=next(iter((*denied.values(), *silent)), error if outcome == "unknown" else None),
    )


def _statements(
    rights: Sequence[Right], identity: Identity, prefix_start: str, account_id: str
) -> Sequence[Mapping[str, Any]]:
    denied = [action for right in rights for action in right.denied]
    wide = [action for action in denied if action.removeprefix(_SERVICE) in _WITHOUT_RESOURCE]
    narrow = [action for action in denied if action not in wide]
    resources = ((wide, "*"), (narrow, arn_like(identity, f"{prefix_start}*", account_id)))
    return tuple(
        {"Effect": "Allow", "Action": actions, "Resource": resource} for actions, resource in resources if actions
    )
