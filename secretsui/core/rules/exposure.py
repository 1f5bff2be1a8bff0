"""Rules about who can see a secret, and what an audit itself could not see."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final

from secretsui.core.findings import Rule, Severity
from secretsui.core.prints import HIDDEN, UNTOLD
from secretsui.core.rules import credentials, policies
from secretsui.core.rules.alive import NEVER_LISTED, alive, of_secrets_manager, said
from secretsui.core.rules.estate import Entry, Estate, Id, Secret, Subject
from secretsui.core.rules.exposure_rules import ALL
from secretsui.core.rules.outcome import PASSED, Check, Failed, Outcome, Unchecked
from secretsui.core.rules.shapes import shape
from secretsui.core.secrecy import Secrecy
from secretsui.core.sensitive_names import is_sensitive

Outcomes = Iterator[tuple[Subject, Outcome]]

ENVIRONMENTS: Final = ("environment", "worker-environment")
_PERSON: Final = re.compile(r"arn:[\w-]+:(?:iam::\d+:(?:user/.*|root)|sts::\d+:assumed-role/AWSReservedSSO_.*)")


def plain_environment(estate: Estate) -> Outcomes:
    """R-69. Of ids that lie in no environment nothing is said, so a layer that is not known is said once."""
    for deployment in estate.deployments:
        layers = [each for each in deployment.layers if each.layer in ENVIRONMENTS and each.problem]
        problems = {each.kind: Unchecked(each.problem) for each in layers}
        if problems:
            yield deployment, next(iter(problems.values()))
        for subject in deployment.ids:
            lying = [entry for entry in subject.entries if entry.layer in ENVIRONMENTS]
            if lying:
                found = list(_plain(subject, lying)) or [problems.get(subject.kind, PASSED)]
                yield from ((subject, outcome) for outcome in found)


def _plain(subject: Id, entries: Sequence[Entry]) -> Iterator[Outcome]:
    """Of a field that stands there twice, the first."""
    fields: set[str] = set()
    for entry in entries:
        if not entry.is_literal:
            continue
        if subject.kind == "connection" and (not entry.prints or UNTOLD in entry.prints):
            yield Unchecked("unreadable")
        for field in _secret_fields(subject, entry):
            if field not in fields:
                fields.add(field)
                yield Failed("plain", field, f"line {entry.line}" if entry.line else "", {"source": entry.source})


def _secret_fields(subject: Id, entry: Entry) -> Iterator[str]:
    if subject.kind == "variable":
        if is_sensitive(subject.key):
            yield "text"
        return
    for place, seen in entry.prints.items():
        field, _, key = place.partition(".")
        if seen not in ("", HIDDEN) and "@" not in place and (field == "password" or _is_secret(key, entry.conn_type)):
            yield place


def _is_secret(key: str, conn_type: str) -> bool:
    """Is this key of an extra one, by its name or by what the provider says?"""
    if not key or is_sensitive(key):
        return bool(key)
    secrecy = Secrecy.of(conn_type)
    return secrecy.known is not None and secrecy.hides_extra(key)


def secret_in_metadata(estate: Estate) -> Outcomes:
    """R-72. Of a tag its name is told, unless the secret is in that."""
    for secret in alive(estate):
        found = {(code, field): Failed(code, field) for code, field in _told_about(secret)}
        yield from said(secret, found.values())


def _told_about(secret: Secret) -> Iterator[tuple[str, str]]:
    for name, value in secret.tags.items():
        if code := shape(f"{name}={value}"):
            yield code, "tags" if shape(name) else f"tags.{name}"
    for field, text in (("description", secret.description), ("name", secret.name)):
        if text and (code := shape(text)):
            yield code, field


def strange_reader(estate: Estate) -> Outcomes:
    """R-80. Without a list of who is expected, people are strange."""
    if estate.readers is None:
        listed = (scope for scope in estate.scopes if scope.is_of_secrets_manager)
        yield from ((scope, Unchecked("no-access-log")) for scope in listed)
        return
    readers: dict[str, Counter[str]] = defaultdict(Counter)
    for principal, name, times in estate.readers:
        readers[name][principal] += times
    for secret in of_secrets_manager(estate):
        found = [_strange(who, times, estate) for who, times in readers.get(secret.name, {}).items()]
        yield from said(secret, [each for each in found if each])


def _strange(principal: str, times: int, estate: Estate) -> Failed | None:
    expected = estate.options.readers
    if any(fnmatchcase(principal, each) for each in expected):
        return None
    facts: dict[str, str | int] = {"principal": principal, "times": times}
    if _PERSON.fullmatch(principal):
        return Failed("person", principal, facts=facts)
    return Failed("unknown", principal, facts=facts) if expected else None


def incomplete(estate: Estate) -> Outcomes:
    """R-81. The field is the reason, so that a gap for another reason is another finding."""
    gaps: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    at = {secret.ref: secret.scope.ref for secret in estate.secrets}
    for gap in estate.gaps:
        gaps[at.get(gap.subject, gap.subject)][gap.what, gap.reason] += 1
    for scope in estate.scopes:
        found = gaps[scope.ref]
        if not scope.complete and not any(what == "listing" for what, _ in found):
            found["listing", scope.problem or NEVER_LISTED] = 1
        yield from ((scope, outcome) for outcome in _gaps(found))
    for deployment in estate.deployments:
        yield from ((deployment, outcome) for outcome in _gaps(gaps[deployment.ref]))


def _gaps(found: Counter[tuple[str, str]]) -> Sequence[Outcome]:
    return [
        Failed(what, reason, facts={"reason": reason, "times": times}, severity=_GRAVITY.get(what))
        for (what, reason), times in found.items()
    ] or [PASSED]


_GRAVITY: Final[Mapping[str, Severity]] = {"details": "medium"}

RULES: Final[Mapping[str, Rule]] = {rule.id: rule for rule in ALL}
CHECKS: Final[Mapping[str, Check]] = {
    "R-62": policies.default_key,
    "R-64": policies.open_policy,
    "R-65": policies.wide_identity,
    "R-66": credentials.repeated,
    "R-67": credentials.leaked_down,
    "R-69": plain_environment,
    "R-70": credentials.long_lived_key,
    "R-71": credentials.weak_password,
    "R-72": secret_in_metadata,
    "R-73": credentials.shown_variable,
    "R-74": credentials.shown_field,
    "R-80": strange_reader,
    "R-81": incomplete,
}
