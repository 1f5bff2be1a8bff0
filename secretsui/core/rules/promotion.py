"""R-68: what one stage has and no other. Stages are told apart by account and region, or by a word in the path."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from secretsui.core.rules.alive import NEVER_LISTED, alive, passed
from secretsui.core.rules.estate import Estate, Scope, Secret, Subject
from secretsui.core.rules.outcome import Failed, Outcome, Unchecked

_SPELLINGS: Final[Mapping[str, str]] = {
    "production": "prod", "prd": "prod", "live": "prod", "development": "dev", "staging": "stage", "stg": "stage",
    "testing": "test", "tst": "test",
}  # fmt: skip
_STAGES: Final = frozenset({*_SPELLINGS.values(), *_SPELLINGS, "int", "qa", "uat", "preprod", "sandbox"})
_WORD: Final = re.compile(r"[^/_.-]+")


def stage(name: str) -> str:
    """One spelling for each."""
    lowered = name.strip().casefold()
    return _SPELLINGS.get(lowered, lowered)


def stage_of(scope: Scope) -> str:
    """As it was told, or as the path says; "" where neither does."""
    words = (word for word in _WORD.findall(scope.path) if word.casefold() in _STAGES)
    return stage(scope.environment or next(words, ""))


def only_here(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    """R-68."""
    stages = {scope.ref: (_purpose(scope), stage_of(scope)) for scope in estate.scopes}
    known: dict[str, dict[str, list[Scope]]] = defaultdict(lambda: defaultdict(list))
    for scope in estate.scopes:
        purpose, name = stages[scope.ref]
        if name:
            known[purpose][name].append(scope)
    secrets = [(secret, *stages.get(secret.scope.ref, ("", ""))) for secret in alive(estate)]
    holders = _holders(secrets)
    for secret, purpose, name in secrets:
        others = {each: scopes for each, scopes in known[purpose].items() if each != name} if name else {}
        if others:
            yield secret, _judged(secret, name, others, holders[purpose, secret.key])


def _judged(secret: Secret, name: str, others: Mapping[str, list[Scope]], holders: set[str]) -> Outcome:
    if holders - {name}:
        return passed(secret)
    unknown = [scope for scopes in others.values() for scope in scopes if not scope.complete]
    if unknown:
        return Unchecked(unknown[0].problem or NEVER_LISTED)
    return Failed("only-here", facts={"stage": name, "others": ", ".join(sorted(others))})


def _holders(secrets: list[tuple[Secret, str, str]]) -> Mapping[tuple[str, str], set[str]]:
    """Which stages have a key."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for secret, purpose, name in secrets:
        if name:
            found[purpose, secret.key].add(name)
    return found


def _purpose(scope: Scope) -> str:
    """What the prefixes of all stages have in common."""
    path = _WORD.sub(lambda word: "*" if word[0].casefold() in _STAGES else word[0], scope.path)
    return f"{scope.store}\0{scope.kind}\0{path}"
