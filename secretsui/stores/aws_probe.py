"""Finding out what an identity may do, without doing it.

Each verb is tried on a secret that does not exist. The service judges the right first: "denied" means that it is
missing, "not found" that it is there. What has no such harmless try stays unknown.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from secretsui.cloud.aws import who_am_i
from secretsui.cloud.edge import ask
from secretsui.cloud.sessions import Identity
from secretsui.cloud.translate import Fault, of_fault
from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import Denied, Expired, Outcome, Probe, Right, StoreError, Throttled, Unavailable

_NO_ANSWER: Final = (Expired, Throttled, Unavailable)
_PATIENCE: Final = 3


@dataclass(frozen=True, slots=True)
class Request:
    operation: str
    params: Mapping[str, Any]
    value: Sensitive | None = None


@dataclass(frozen=True, slots=True)
class Trials:
    """What is tried of one service. Actions stand without the service's name here."""

    service: str
    rights: Mapping[str, Sequence[str]]
    requests: Callable[[str, str], Mapping[str, Request]]  # of a name that nobody has, and the start of the prefix
    arn: Callable[[Identity, str, str], str | Sequence[str]]  # of what begins so, in this account
    without_resource: frozenset[str] = frozenset()  # judged without one, so that a policy has to allow them on *
    item_operation: str = ""  # as which the entry of a batch is judged


def probe(trials: Trials, identity: Identity, prefix_start: str) -> Probe:
    account_id, caller, error = _caller(identity)
    tried = {} if isinstance(error, Expired) else _try_all(trials, identity, prefix_start)
    spelled = {f"{trials.service}:{action}": outcome for action, outcome in tried.items()}
    rights = tuple(
        _right(name, [f"{trials.service}:{action}" for action in actions], spelled, error)
        for name, actions in trials.rights.items()
    )
    return Probe(
        account_id=account_id,
        caller=caller,
        expected_account_id=identity.account_id,
        error=error,
        rights=rights,
        missing=_statements(trials, rights, trials.arn(identity, prefix_start, account_id)),
    )


def _caller(identity: Identity) -> tuple[str, str, StoreError | None]:
    try:
        caller = who_am_i(identity)
    except StoreError as error:
        return "", "", error
    return caller.account_id, caller.arn, None


def _try_all(trials: Trials, identity: Identity, prefix_start: str) -> Mapping[str, StoreError | None]:
    """After a few calls without an answer the rest is not asked: somebody is waiting, and would wait for each."""
    name = f"{prefix_start}secretsui-probe-{uuid.uuid4().hex}"
    requests = trials.requests(name, prefix_start)
    silence: list[StoreError] = []

    def attempt(action: str) -> StoreError | None:
        outcome = silence[0] if len(silence) >= _PATIENCE else _try(trials, identity, requests[action], name)
        if isinstance(outcome, _NO_ANSWER):
            silence.append(outcome)
        return outcome

    with ThreadPoolExecutor(4, thread_name_prefix="probe") as pool:
        return dict(zip(requests, pool.map(attempt, requests), strict=True))


def _try(trials: Trials, identity: Identity, request: Request, name: str) -> StoreError | None:
    try:
        answer = ask(
            identity, request.operation, request.params, service=trials.service, name=name, value=request.value
        )
    except StoreError as error:
        return error
    return next((_of_item(entry, trials, identity, name) for entry in answer.get("Errors", ())), None)


def _of_item(entry: Mapping[str, str], trials: Trials, identity: Identity, name: str) -> StoreError:
    """A batch that is allowed as such says of the secret in it what a single read would say."""
    code, message = entry.get("ErrorCode", ""), entry.get("Message", "")
    error = of_fault(Fault(code=code, message=message, operation=trials.item_operation, identity=identity, name=name))
    return StoreError(code=code) if isinstance(error, Denied) else error


def _right(
    name: str, actions: Sequence[str], tried: Mapping[str, StoreError | None], error: StoreError | None
) -> Right:
    found = {action: tried[action] for action in actions if action in tried}
    denied = {action: each for action, each in found.items() if isinstance(each, Denied)}
    silent = [each for each in found.values() if isinstance(each, _NO_ANSWER)]
    outcome: Outcome = "denied" if denied else "unknown" if silent or len(found) < len(actions) else "ok"
    return Right(
        name=name,
        actions=tuple(actions),
        outcome=outcome,
        denied=tuple(denied),
        error=next(iter((*denied.values(), *silent)), error if outcome == "unknown" else None),
    )


def _statements(trials: Trials, rights: Sequence[Right], arn: str | Sequence[str]) -> Sequence[Mapping[str, Any]]:
    denied = list(dict.fromkeys(action for right in rights for action in right.denied))
    wide = [action for action in denied if action.partition(":")[2] in trials.without_resource]
    narrow = [action for action in denied if action not in wide]
    return tuple(
        {"Effect": "Allow", "Action": actions, "Resource": resource}
        for actions, resource in ((wide, "*"), (narrow, arn))
        if actions
    )
