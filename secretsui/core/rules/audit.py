"""All rules as one table, and an audit: each of them over everything that is known."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from secretsui.core.findings import Rule
from secretsui.core.rules import exposure, lifecycle, naming, precedence, reachability, settings, stored
from secretsui.core.rules.estate import Estate, Subject
from secretsui.core.rules.outcome import PASSED, Check, Failed, Outcome

_FAMILIES: Final = (precedence, reachability, stored, naming, settings, lifecycle, exposure)


def _number(rule: str) -> int:
    return int(rule.partition("-")[2])


_JOINED: Final[Mapping[str, Check]] = {rule: check for family in _FAMILIES for rule, check in family.CHECKS.items()}
CHECKS: Final[Mapping[str, Check]] = {rule: _JOINED[rule] for rule in sorted(_JOINED, key=_number)}
RULES: Final[Mapping[str, Rule]] = {
    rule: next(family.RULES[rule] for family in _FAMILIES if rule in family.RULES) for rule in CHECKS
}


class Result(NamedTuple):
    rule: Rule
    subject: Subject
    outcome: Outcome


class Counts(NamedTuple):
    failed: int = 0
    passed: int = 0
    unchecked: int = 0


def run(estate: Estate, rules: Collection[str] | None = None) -> Iterator[Result]:
    """Rule by rule in the order of their numbers; all of them, or those named."""
    for rule, check in CHECKS.items():
        if rules is None or rule in rules:
            for subject, outcome in check(estate):
                yield Result(RULES[rule], subject, outcome)


def counts(results: Iterable[Result]) -> Mapping[str, Counts]:
    """How many outcomes of each sort, by rule; a rule that is about nothing here is left out."""
    found: dict[str, Counter[str]] = {}
    for rule, _, outcome in results:
        found.setdefault(rule.id, Counter())[_sort(outcome)] += 1
    return {rule: Counts(**each) for rule, each in found.items()}


def _sort(outcome: Outcome) -> str:
    if outcome == PASSED:
        return "passed"
    return "failed" if isinstance(outcome, Failed) else "unchecked"


def fingerprint(rule: Rule | str, subject: Subject, failed: Failed) -> str:
    """The same for the same fault in the next audit: position, facts and severity may change meanwhile."""
    name = rule if isinstance(rule, str) else rule.id
    told = "\0".join((name, subject.ref, failed.code, failed.field))
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()
