"""What to add so that a role may read a secret, in the form that each of the three places takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final, Literal

from secretsui.core.doctor.verdict import DECRYPT, READ, Check, Facts, Key, Lock, Untold
from secretsui.core.rules import iam

Place = Literal["role", "secret", "key"]
_VERSION: Final = "2012-10-17"
_SID: Final = "AllowAirflow"
KEY_ID: Final = "KEY-ID"  # stands for the id of a key that is still to be chosen


@dataclass(frozen=True, slots=True)
class Addition:
    """`is_whole`: the document replaces the one that is there, which is in it; otherwise it stands alone."""

    place: Place
    document: Mapping[str, Any]
    is_whole: bool


def additions(facts: Facts, found: Sequence[Check]) -> Iterator[Addition]:
    """For what is closed or could not be looked at; a denial or a condition is changed, not added to."""
    wanted = {
        each.lock for each in found if each.outcome == "unknown" or (each.outcome, each.code) == ("bad", "not-allowed")
    }
    rights = list(_rights(facts, wanted))
    if rights:
        yield Addition("role", {"Version": _VERSION, "Statement": rights}, is_whole=False)
    who = {"Principal": {"AWS": facts.role.arn}}
    if "secret-policy" in wanted:
        yield _added("secret", facts.policy, {**who, "Action": READ, "Resource": "*"})
    if "key-policy" in wanted or _needs_own_key(facts):
        policy = facts.key.policy if isinstance(facts.key, Key) else None
        only = {"Condition": {"StringEquals": {"kms:ViaService": facts.via}}}
        yield _added("key", policy, {**who, "Action": DECRYPT, "Resource": "*", **only})


def _rights(facts: Facts, wanted: Set[Lock]) -> Iterator[Mapping[str, Any]]:
    if "role-policy" in wanted:
        yield {"Effect": "Allow", "Action": READ, "Resource": _secrets(facts)}
    if isinstance(facts.key, Key) and not facts.key.managed and "role-key-policy" in wanted:
        yield {"Effect": "Allow", "Action": DECRYPT, "Resource": facts.key.arn}
    elif _needs_own_key(facts):
        place = f"arn:{facts.secret.partition}:kms:{facts.secret.region}:{facts.secret.account}:key/{KEY_ID}"
        yield {"Effect": "Allow", "Action": DECRYPT, "Resource": place}


def _secrets(facts: Facts) -> str:
    """All that Airflow reads there, where they have a start in common."""
    place = facts.secret.arn.rpartition(":")[0]
    return f"{place}:{facts.start}*" if facts.start else facts.secret.arn


def _needs_own_key(facts: Facts) -> bool:
    """Its id is not known yet, or was not told."""
    return isinstance(facts.key, Untold) or (facts.key.managed and facts.is_foreign)


def _added(place: Place, policy: iam.Policy | Untold | None, statement: Mapping[str, Any]) -> Addition:
    """Both services replace a policy as a whole, so what is there has to stay in it."""
    new = {"Sid": _SID, "Effect": "Allow", **statement}
    if isinstance(policy, Untold) or policy is None:
        return Addition(place, new, is_whole=False)
    before = [each for each in iam.statements(policy) if each.get("Sid") != _SID]
    return Addition(place, {**policy, "Version": policy.get("Version", _VERSION), "Statement": [*before, new]}, True)
