"""Can a role read a secret of another account? Every lock on the way, what is known of it, and one verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from secretsui.core.doctor import asking, judging
from secretsui.core.doctor.asking import Asking, Secret
from secretsui.core.doctor.judging import Role
from secretsui.core.rules import iam

READ: Final = "secretsmanager:GetSecretValue"
DECRYPT: Final = "kms:Decrypt"
MANAGED_KEY: Final = "alias/aws/secretsmanager"
NO_ROLE: Final = "no-role"  # the one thing that is certain where no policy can be read
Outcome = Literal["ok", "bad", "unknown"]
Lock = Literal["question", "secret-policy", "key", "key-policy", "role-policy", "role-key-policy"]
Verdict = Literal["works", "fails", "unknown"]
_OUTCOMES: Final[Mapping[iam.Decision, Outcome]] = {
    "allowed": "ok",
    "denied": "bad",
    "conditional": "unknown",
    "not-allowed": "bad",
}


@dataclass(frozen=True, slots=True)
class Untold:
    """What could not be found out: the error's kind, and its sentence."""

    code: str
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """The key of the secret. `policy` is None for one that AWS manages: nobody can change that."""

    arn: str
    managed: bool
    enabled: bool = True
    policy: iam.Policy | Untold | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    role: Role
    secret: Secret
    asking: Asking
    policy: iam.Policy | Untold  # of the secret; {} where it has none
    key: Key | Untold
    role_policies: Sequence[iam.Policy] | Untold
    start: str = ""  # of the names that Airflow reads beside this one

    @property
    def is_foreign(self) -> bool:
        return self.role.account != self.secret.account

    @property
    def via(self) -> str:
        suffix = ".cn" if self.secret.partition == "aws-cn" else ""
        return f"secretsmanager.{self.secret.region}.amazonaws.com{suffix}"


@dataclass(frozen=True, slots=True)
class Check:
    lock: Lock
    outcome: Outcome
    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


def checks(facts: Facts) -> Sequence[Check]:
    return [*_of_question(facts), *_of_rights(facts)]


def verdict(found: Sequence[Check]) -> Verdict:
    outcomes = {each.outcome for each in found}
    return "fails" if "bad" in outcomes else "unknown" if "unknown" in outcomes else "works"


def _of_question(facts: Facts) -> Iterator[Check]:
    found = [
        Check("question", "bad", code, more) for code, more in asking.faults(facts.asking, facts.secret, facts.role)
    ]
    yield from found or [Check("question", "ok", "asked" if facts.asking.name else "not-given")]


def _of_rights(facts: Facts) -> Iterator[Check]:
    secret = iam.Arn(facts.secret.arn)
    by_secret = _decided("secret-policy", _by_resource(facts, facts.policy, READ, secret, delegates=facts.is_foreign))
    by_role = _decided("role-policy", _by_role(facts, READ, secret))
    yield from (by_secret, by_role) if facts.is_foreign else _either(by_secret, by_role)
    if isinstance(facts.key, Untold):
        yield Check("key", "unknown", facts.key.code, {"sentence": facts.key.sentence})
        return
    yield _of_key(facts, facts.key)
    if not facts.key.managed:
        yield from _of_key_rights(facts, facts.key)


def _of_key_rights(facts: Facts, key: Key) -> Iterator[Check]:
    """A key is open to nobody whom its policy does not name, or leaves to the account."""
    thing, policy = iam.Arn(key.arn), key.policy or {}
    by_role = _decided("role-key-policy", _by_role(facts, DECRYPT, thing))
    named = _decided("key-policy", _by_resource(facts, policy, DECRYPT, thing, delegates=False))
    if named.outcome == "ok" and not facts.is_foreign:
        yield from _either(named, by_role)
    else:
        yield from (_decided("key-policy", _by_resource(facts, policy, DECRYPT, thing)), by_role)


def _of_key(facts: Facts, key: Key) -> Check:
    """Keys that AWS manages serve their own account alone, and nobody can change their policy."""
    if key.managed:
        return Check("key", "bad" if facts.is_foreign else "ok", "managed-key")
    return Check("key", "ok", "own-key", {"key": key.arn}) if key.enabled else Check("key", "bad", "key-disabled")


def _by_resource(
    facts: Facts, policy: iam.Policy | Untold, action: str, thing: iam.Thing, *, delegates: bool = True
) -> iam.Decision | Untold:
    if isinstance(policy, Untold):
        return policy
    return judging.of_resource(policy, facts.role, action, thing, facts.via, delegates=delegates)


def _by_role(facts: Facts, action: str, thing: iam.Thing) -> iam.Decision | Untold:
    if isinstance(facts.role_policies, Untold):
        return facts.role_policies
    return judging.of_identity(facts.role_policies, facts.role, action, thing, facts.via)


def _decided(lock: Lock, decision: iam.Decision | Untold) -> Check:
    if isinstance(decision, Untold):
        outcome: Outcome = "bad" if decision.code == NO_ROLE else "unknown"
        return Check(lock, outcome, decision.code, {"sentence": decision.sentence})
    return Check(lock, _OUTCOMES[decision], decision)


def _either(first: Check, second: Check) -> Iterator[Check]:
    """Within one account one of the two is enough, unless the other denies."""
    pair = (first, second)
    if any(each.outcome == "ok" for each in pair) and not any(each.code in ("denied", "conditional") for each in pair):
        yield from (each if each.outcome != "bad" else Check(each.lock, "ok", "not-needed") for each in pair)
    else:
        yield from pair
