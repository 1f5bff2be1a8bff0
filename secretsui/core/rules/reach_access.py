"""The rules about secrets that the role which Airflow runs as cannot read or decrypt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from secretsui.core.rules import iam
from secretsui.core.rules.estate import Deployment, Estate, Secret, Subject
from secretsui.core.rules.indexes import by_place, once
from secretsui.core.rules.outcome import PASSED, Failed, Outcome, Unchecked
from secretsui.core.rules.readings import Where, readings_at

READ: Final = "secretsmanager:GetSecretValue"
DECRYPT: Final = "kms:Decrypt"
_AWS_KEYS: Final = ("", "DefaultEncryptionKey")
Judge = Callable[[Secret, Sequence[Mapping[str, Any]]], Outcome | None]


def cannot_decrypt(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    return _each_secret(estate, _decrypts)


def may_not_read(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    return _each_secret(estate, _reads)


def _each_secret(estate: Estate, judge: Judge) -> Iterator[tuple[Subject, Outcome]]:
    """Of those that a deployment looks up; the first role that fails is told, with how many do."""
    for found in by_place(estate).values():
        for secret in found.values():
            if secret.deleted_at is None and secret.scope.is_of_secrets_manager:
                outcome = _worst(secret, lookers(estate, secret), judge)
                if outcome is not None:
                    yield secret, outcome


def lookers(estate: Estate, secret: Secret) -> Sequence[Deployment]:
    """The deployments that look below the prefix of a secret."""
    found = _starts(estate).get(secret.scope.place, ())
    return [deployment for start, deployment in found if secret.name.startswith(start)]


@once
def _starts(estate: Estate) -> Mapping[Where, Sequence[tuple[str, Deployment]]]:
    """Each deployment once for each start that is not covered by a shorter one of its own."""
    found: dict[Where, list[tuple[str, Deployment]]] = {}
    for where, each in readings_at(estate).items():
        starts: dict[str, tuple[Deployment, set[str]]] = {}
        for reading in each:
            _, own = starts.setdefault(reading.deployment.name, (reading.deployment, set()))
            own.update(reading.starts.values())
        found[where] = [(start, deployment) for deployment, own in starts.values() for start in _shortest(own)]
    return found


def _shortest(starts: set[str]) -> Sequence[str]:
    return sorted(start for start in starts if not any(start != other and start.startswith(other) for other in starts))


def _worst(secret: Secret, deployments: Sequence[Deployment], judge: Judge) -> Outcome | None:
    told = [(each, _of_role(secret, each, judge)) for each in deployments]
    failed = [(each, outcome) for each, outcome in told if isinstance(outcome, Failed)]
    if failed:
        first, outcome = failed[0]
        facts: Mapping[str, str | int] = {"deployment": first.name, "deployments": len(failed)}
        related = [each.ref for each, _ in failed]
        return Failed(outcome.code, facts=facts, severity=outcome.severity, related=related)
    others = [outcome for _, outcome in told if outcome is not None]
    return next((each for each in others if each != PASSED), others[0] if others else None)


def _of_role(secret: Secret, deployment: Deployment, judge: Judge) -> Outcome | None:
    if deployment.identity is None:
        return Unchecked(deployment.identity_problem)
    return judge(secret, deployment.identity) if secret.scope.account_id else Unchecked("no-account-id")


def _reads(secret: Secret, identity: Sequence[Mapping[str, Any]]) -> Outcome:
    scope = secret.scope
    arn = f"arn:aws:secretsmanager:{scope.region}:{scope.account_id}:secret:{secret.name}"
    decision = iam.decide(identity, READ, iam.SecretArn(arn))
    if decision == "not-allowed" and secret.details.policy is None:
        return Unchecked("no-policy")
    if decision == "not-allowed" and iam.may_allow(secret.details.policy or {}, READ):
        return Unchecked("resource-policy")
    return _outcome(decision)


def _decrypts(secret: Secret, identity: Sequence[Mapping[str, Any]]) -> Outcome | None:
    """Under the key of AWS whoever may read may decrypt. Which key an alias stands for is not known."""
    key, scope = secret.kms_key_id, secret.scope
    if key in _AWS_KEYS or key.endswith("alias/aws/secretsmanager"):
        return PASSED
    if "alias/" in key:
        return PASSED if iam.decide(identity, DECRYPT, iam.ANY) == "allowed" else Unchecked("key-alias")
    arn = key if key.startswith("arn:") else f"arn:aws:kms:{scope.region}:{scope.account_id}:key/{key}"
    return _outcome(iam.decide(identity, DECRYPT, iam.Arn(arn)))


def _outcome(decision: iam.Decision) -> Outcome:
    if decision == "allowed":
        return PASSED
    if decision == "conditional":
        return Unchecked("conditions")
    # The policy of the key or the secret may allow it all the same, if the role is in its account.
    return Failed(decision, severity=None if decision == "denied" else "high")
