"""Rules about who may read: resource policies of secrets, and the policies of the role that Airflow runs as."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

from secretsui.core.backends.secrets_manager import SecretsManager
from secretsui.core.backends.shared_account import SharedSecretsManager
from secretsui.core.findings import Severity
from secretsui.core.rules.alive import NO_DETAILS, of_secrets_manager, passed, said
from secretsui.core.rules.estate import Deployment, Estate, Secret, Subject
from secretsui.core.rules.indexes import chains
from secretsui.core.rules.outcome import PASSED, Failed, Outcome, Unchecked

Outcomes = Iterator[tuple[Subject, Outcome]]
Statement = Mapping[str, Any]

DEFAULT_KEY: Final = "DefaultEncryptionKey"
_AWS_MANAGED: Final = "alias/aws/secretsmanager"
_ACCOUNT: Final = re.compile(r"(?:arn:[\w-]+:(?:iam|sts)::)?(\d{12})(?::.*)?")
_EVERYTHING: Final = ("*", "secretsmanager:*")
_READ: Final = "secretsmanager:GetSecretValue"
_WRITES: Final = ("CreateSecret", "PutSecretValue", "UpdateSecret", "DeleteSecret", "PutResourcePolicy")
# Conditions that leave a few of all the principals, where their operator is no negation.
_NARROWING: Final = re.compile(
    r"aws:(?:principal(?:account|arn|orgid|orgpaths|tag/.*)|source(?:account|arn|orgid|orgpaths|vpce?|ip)|userid|"
    r"vpcsourceip)",
    re.IGNORECASE,
)
_OF_ACCOUNTS: Final = ("aws:principalaccount", "aws:sourceaccount")


def default_key(estate: Estate) -> Outcomes:
    """R-62. Of an id alone nobody can tell whether AWS manages the key; no id at all means that it does."""
    for secret in of_secrets_manager(estate):
        policy, own = secret.details.policy, secret.scope.account_id
        if policy is None:
            yield secret, Unchecked(NO_DETAILS)
        elif any(_is_foreign(each, own) for each in _allowing(policy)):
            yield secret, _of_key(secret) if own else Unchecked("no-account-id")


def _of_key(secret: Secret) -> Outcome:
    keys = (secret.details.version_keys or {}).get(secret.version_id, ())
    if secret.kms_key_id in ("", DEFAULT_KEY) or _is_managed(secret.kms_key_id) or DEFAULT_KEY in keys:
        return Failed("default-key", "kms_key_id")
    return passed(secret) if keys else Unchecked("no-key")


def _is_managed(key: str) -> bool:
    return key.endswith(_AWS_MANAGED)


def open_policy(estate: Estate) -> Outcomes:
    """R-64."""
    for secret in of_secrets_manager(estate):
        policy = secret.details.policy
        if policy is None:
            yield secret, Unchecked(NO_DETAILS)
            continue
        found: dict[str, Failed] = {}
        for number, statement in enumerate(_allowing(policy), start=1):
            if code := _too_wide(statement, secret.scope.account_id):
                found.setdefault(code, _of_statement(code, number, "high" if code == "every-action" else None))
        yield from said(secret, found.values())


def _of_statement(code: str, number: int, severity: Severity | None) -> Failed:
    return Failed(code, "policy", f"statement {number}", severity=severity)


def _too_wide(statement: Statement, own: str) -> str:
    if "NotPrincipal" in statement:
        return "all-but"
    if "*" in _principals(statement) and not _narrowed(statement):
        return "public"
    has_all = "NotAction" in statement or any(each.lower() in _EVERYTHING for each in _listed(statement, "Action"))
    return "every-action" if has_all and _is_foreign(statement, own) else ""


def _allowing(policy: Mapping[str, Any]) -> Sequence[Statement]:
    found = policy.get("Statement", ())
    return [each for each in (found if isinstance(found, list | tuple) else [found]) if each.get("Effect") == "Allow"]


def _listed(statement: Mapping[str, Any], name: str) -> Sequence[str]:
    found = statement.get(name, ())
    return [found] if isinstance(found, str) else list(found)


def _principals(statement: Statement) -> Sequence[str]:
    """Of AWS: a service or an identity provider is no other account."""
    found = statement.get("Principal", ())
    return _listed(found, "AWS") if isinstance(found, Mapping) else _listed(statement, "Principal")


def _is_foreign(statement: Statement, own: str) -> bool:
    """Does it let others in than the account itself?"""
    return "NotPrincipal" in statement or any(_is_other(each, statement, own) for each in _principals(statement))


def _is_other(principal: str, statement: Statement, own: str) -> bool:
    if principal == "*":
        narrowed = _narrowed(statement)
        return {account for key in _OF_ACCOUNTS for account in narrowed.get(key, ())} != {own}
    account = _ACCOUNT.fullmatch(principal)
    return account is not None and account[1] != own


def _narrowed(statement: Statement) -> Mapping[str, Sequence[str]]:
    """By which keys, in lower case, and to which values."""
    found = {}
    for operator, tests in statement.get("Condition", {}).items():
        if (
            "not" in operator.lower()
            or operator.lower().endswith(("ifexists", "null"))
            or operator.startswith("ForAll")
        ):
            continue
        for key in tests:
            values = _listed(tests, key)
            if _NARROWING.fullmatch(key) and "*" not in values and "0.0.0.0/0" not in values:
                found[key.lower()] = values
    return found


def wide_identity(estate: Estate) -> Outcomes:
    """R-65."""
    for deployment in estate.deployments:
        prefixes = _prefixes(estate, deployment)
        if not prefixes:
            continue
        if deployment.identity is None:
            yield deployment, Unchecked(deployment.identity_problem)
            continue
        found: dict[str, Failed] = {}
        statements = [each for policy in deployment.identity for each in _allowing(policy)]
        for number, statement in enumerate(statements, start=1):
            for code, severity in _wider(statement, prefixes):
                found.setdefault(code, _of_statement(code, number, severity))
        yield from ((deployment, outcome) for outcome in found.values() or [_unless_conditional(statements)])


def _unless_conditional(statements: Sequence[Statement]) -> Outcome:
    is_limited = any(each.get("Condition") and _allows(each, _READ) for each in statements)
    return Unchecked("conditions") if is_limited else PASSED


def _prefixes(estate: Estate, deployment: Deployment) -> Sequence[str]:
    """Below which Airflow looks; none where it does not look into Secrets Manager."""
    found: set[str] = set()
    for process in ("server", "task"):
        known = chains(estate).get((deployment.name, process))
        for source in (layer.source for layer in known.layers) if known else ():
            if isinstance(source, SecretsManager):
                found |= {
                    f"{each}{source.sep}" if each else "" for each in source.prefixes.values() if each is not None
                }
            if isinstance(source, SharedSecretsManager):
                found.add(str(source.shared_prefix))
    return sorted(found)


def _wider(statement: Statement, prefixes: Sequence[str]) -> Iterator[tuple[str, Severity]]:
    if any(_allows(statement, f"secretsmanager:{action}") for action in _WRITES):
        yield "may-write", "high"
    if statement.get("Condition") or not _allows(statement, _READ):
        return
    for start in _starts(statement):
        if not start:
            yield "reads-everything", "high"
        elif not any(start.startswith(prefix) for prefix in prefixes):
            yield "reads-more", "medium"


def _allows(statement: Statement, action: str) -> bool:
    if "NotAction" in statement:
        return not any(fnmatchcase(action.lower(), each.lower()) for each in _listed(statement, "NotAction"))
    return any(fnmatchcase(action.lower(), each.lower()) for each in _listed(statement, "Action"))


def _starts(statement: Statement) -> Iterator[str]:
    """How the names of the secrets begin that it is about."""
    if "NotResource" in statement:
        yield ""
    for resource in _listed(statement, "Resource"):
        parts = resource.split(":", 6)
        if len(parts) == 7 and parts[2] == "secretsmanager":
            yield re.split(r"[*?]", parts[6])[0]
        elif "*" in resource and (len(parts) < 3 or fnmatchcase("secretsmanager", parts[2])):
            yield ""
