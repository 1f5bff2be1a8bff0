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
_EXACT: Final = frozenset({"stringequals", "arnequals", "stringequalsignorecase", "bool"})
_LIKE: Final = frozenset({"stringlike", "arnlike"})
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
    mine = [found for each in _settled(policy, role, via) if (found := _for_role(each, role, delegates)) is not None]
    return iam.decide([{"Statement": mine}], action, thing)


def of_identity(
    policies: Sequence[iam.Policy], role: Role, action: str, thing: iam.Thing, via: str = ""
) -> iam.Decision:
    settled = [{"Statement": list(_settled(policy, role, via))} for policy in policies]
    return iam.decide(settled, action, thing)


def _settled(policy: iam.Policy, role: Role, via: str) -> Iterator[Statement]:
    """Without conditions that hold, and without statements whose conditions do not."""
    known = {
        "aws:securetransport": "true",
        "aws:principalarn": role.arn,
        "aws:principalaccount": role.account,
        "kms:calleraccount": role.account,
        **({"kms:viaservice": via} if via else {}),
    }
    for statement in iam.statements(policy):
        tests = list(_tests(statement.get("Condition") or {}))
        outcomes = [_holds(operator, key, values, known) for operator, key, values in tests]
        if False in outcomes:
            continue
        left = [test for test, outcome in zip(tests, outcomes, strict=True) if outcome is None]
        yield {**statement, "Condition": {"Untold": [key for _, key, _ in left]} if left else {}}


def _tests(condition: Mapping[str, Any]) -> Iterator[tuple[str, str, Sequence[str]]]:
    for operator, keys in condition.items():
        for key, values in keys.items() if isinstance(keys, Mapping) else [("", keys)]:
            yield operator.lower(), key.lower(), [values] if isinstance(values, str) else list(map(str, values or ()))


def _holds(operator: str, key: str, values: Sequence[str], known: Mapping[str, str]) -> bool | None:
    value = known.get(key)
    if value is None or operator not in _EXACT | _LIKE:
        return None
    if operator in _LIKE or operator == "arnequals":
        return any(fnmatchcase(value, each.replace("[", "[[]")) for each in values)
    return value in values


def _for_role(statement: Statement, role: Role, delegates: bool) -> Statement | None:
    """None where it speaks of others. One session of the role, or all but somebody, is a doubt."""
    if "NotPrincipal" in statement:
        return {**statement, "Condition": _UNTOLD}
    found = statement.get("Principal", ())
    named = found.get("AWS", ()) if isinstance(found, Mapping) else found
    principals = [named] if isinstance(named, str) else [str(each) for each in named]
    account = (role.account, f"arn:{role.partition}:iam::{role.account}:root")
    counts = delegates or statement.get("Effect") == "Deny"
    if any(each in ("*", role.arn, *(account if counts else ())) for each in principals):
        return statement
    session = f"arn:{role.partition}:sts::{role.account}:assumed-role/{role.name}/"
    return {**statement, "Condition": _UNTOLD} if any(each.startswith(session) for each in principals) else None
