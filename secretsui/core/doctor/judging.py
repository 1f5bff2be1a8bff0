"""What a policy says to one role. Principals, and conditions that can be told, are settled; the rest is a doubt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from secretsui.core.rules import iam

Statement = Mapping[str, Any]
# A condition that nobody here can tell; it makes a statement a doubt.
_UNTOLD: Final = {"Untold": ["principal"]}
_LIKE: Final = frozenset({"stringlike", "arnlike", "arnequals"})
_FOLDED: Final = frozenset({"stringequalsignorecase", "bool"})
_TOLD: Final = frozenset({"stringequals"}) | _LIKE | _FOLDED
_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")
ROLE: Final = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role/((?:[\w+=,.@-]+/)*)([\w+=,.@-]{1,64})")


@dataclass(frozen=True, slots=True)
class Role:
    """The identity that Airflow runs as."""

    arn: str
    partition: str
    account: str
    name: str

    @classmethod
    def read(cls, arn: str) -> Role | None:
        found = ROLE.fullmatch(arn)
        return cls(arn, found[1], found[2], found[4]) if found else None


def of_resource(
    policy: iam.Policy, role: Role, action: str, thing: iam.Thing, via: str = "", *, delegates: bool = True
) -> iam.Decision:
    """Of the policy of a secret or a key. `via` is the service that asks on behalf of the role.

    What is allowed to an account is left to the policies of its roles: with `delegates` it counts as allowed here.
    """
    settled = _settled(policy, _known(role, action, via))
    mine = [found for each in settled if (found := _for_role(each, role, delegates)) is not None]
    return iam.decide([{"Statement": mine}], action, thing)


def of_identity(
    policies: Sequence[iam.Policy], role: Role, action: str, thing: iam.Thing, via: str = ""
) -> iam.Decision:
    known = _known(role, action, via)
    settled = [{"Statement": list(_settled(policy, known))} for policy in policies]
    return iam.decide(settled, action, thing)


def _known(role: Role, action: str, via: str) -> Mapping[str, str]:
    """The keys of the request that can be told. "" are those of KMS where the request is not one to it: it has none."""
    is_of_key = action.startswith("kms:")
    return {
        "aws:securetransport": "true",
        "aws:principalarn": role.arn,
        "aws:principalaccount": role.account,
        "kms:calleraccount": role.account if is_of_key else "",
        **({} if is_of_key and not via else {"kms:viaservice": via if is_of_key else ""}),
    }


def _settled(policy: iam.Policy, known: Mapping[str, str]) -> Iterator[Statement]:
    """Without conditions that hold, and without statements whose conditions do not."""
    for statement in iam.statements(policy):
        tests = list(_tests(statement.get("Condition") or {}))
        outcomes = [_holds(operator, key, values, known) for operator, key, values in tests]
        if False in outcomes:
            continue
        left = [test for test, outcome in zip(tests, outcomes, strict=True) if outcome is None]
        yield _widened({**statement, "Condition": {"Untold": [key for _, key, _ in left]} if left else {}})


def _widened(statement: Statement) -> Statement:
    """Where a resource has a variable in it, the statement is perhaps about all that it could stand for."""
    found = {name: _listed(statement[name]) for name in ("Resource", "NotResource") if name in statement}
    if not any(_VARIABLE.search(each) for given in found.values() for each in given):
        return statement
    if "Resource" in found:
        found["Resource"] = [_VARIABLE.sub("*", each) for each in found["Resource"]]
    if "NotResource" in found:
        found["NotResource"] = [each for each in found["NotResource"] if not _VARIABLE.search(each)]
    return {**statement, **found, "Condition": _UNTOLD}


def _tests(condition: object) -> Iterator[tuple[str, str, Sequence[str]]]:
    for operator, keys in condition.items() if isinstance(condition, Mapping) else [("", "")]:
        for key, values in keys.items() if isinstance(keys, Mapping) else [("", keys)]:
            yield operator.lower(), key.lower(), _listed(values)


def _listed(given: object) -> Sequence[str]:
    """What a policy may write alone or in a list: texts, or numbers and truth values without quotes."""
    found = given if isinstance(given, list | tuple) else [] if given is None else [given]
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in found]


def _holds(operator: str, key: str, values: Sequence[str], known: Mapping[str, str]) -> bool | None:
    value, positive = known.get(key), operator.replace("not", "", 1)
    if value is None or positive not in _TOLD:
        return None
    outcome = bool(value) and any(_is_met(positive, value, each) for each in values)
    if value and not outcome and any(_VARIABLE.search(each) for each in values):
        return None
    return outcome if positive == operator else not outcome


def _is_met(operator: str, value: str, wanted: str) -> bool:
    if operator in _LIKE:
        return fnmatchcase(value, wanted.replace("[", "[[]"))
    return value.lower() == wanted.lower() if operator in _FOLDED else value == wanted


def _for_role(statement: Statement, role: Role, delegates: bool) -> Statement | None:
    """None where it speaks of others. One session of the role, or all but somebody, is a doubt."""
    if "NotPrincipal" in statement:
        return {**statement, "Condition": _UNTOLD}
    found = statement.get("Principal", ())
    principals = _listed(found.get("AWS") if isinstance(found, Mapping) else found)
    account = (role.account, f"arn:{role.partition}:iam::{role.account}:root")
    counts = delegates or statement.get("Effect") == "Deny"
    if any(each in ("*", role.arn, *(account if counts else ())) for each in principals):
        return statement
    session = f"arn:{role.partition}:sts::{role.account}:assumed-role/{role.name}/"
    return {**statement, "Condition": _UNTOLD} if any(each.startswith(session) for each in principals) else None
