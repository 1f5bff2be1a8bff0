"""R-68: what one stage has and no other. Stages are told apart by account and region, or by a word in the path."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from secretsui.core.rules.alive import NEVER_LISTED, alive, passed
from secretsui.core.rules.estate import Estate, Scope, Secret, Subject
from secretsui.core.rules.outcome import Failed, Outcome, Unchecked

_SPELLINGS: Final[Mapping[str, str]] = {
    "production": "prod", "prd": "prod", "live": "prod", "development": "dev", "staging": "stage", "stg": "stage",
    "testing": "test", "tst": "test",
}  # fmt: skip
_STAGES: Final = frozenset({*_SPELLINGS.values(), *_SPELLINGS, "int", "qa", "uat", "preprod", "sandbox"})
_WORD: Final = re.compile(r"[^/_.-]+")


class Place(NamedTuple):
    """What the prefixes of all stages have in common, and which stage this one is."""

    purpose: str
    stage: str


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
    known: dict[str, dict[str, list[Scope]]] = defaultdict(lambda: defaultdict(list))
    scopes = {id(scope): scope for scope in (*estate.scopes, *(secret.scope for secret in estate.secrets))}
    places = {each: Place(_purpose(scope), stage_of(scope)) for each, scope in scopes.items()}
    for scope in estate.scopes:
        place = places[id(scope)]
        if place.stage:
            known[place.purpose][place.stage].append(scope)
    others = {place: _others(known[place.purpose], place.stage) for place in places.values() if place.stage}
    secrets = [(secret, places[id(secret.scope)]) for secret in alive(estate)]
    holders = _holders(secrets)
    for secret, place in secrets:
        if others.get(place):
            yield secret, _judged(secret, place.stage, others[place], holders[place.purpose, secret.key])


def _others(known: Mapping[str, list[Scope]], name: str) -> Mapping[str, list[Scope]]:
    return {each: scopes for each, scopes in known.items() if each != name}


def _judged(secret: Secret, name: str, others: Mapping[str, list[Scope]], holders: set[str]) -> Outcome:
    if len(holders) > 1:
        return passed(secret)
    unknown = [scope for scopes in others.values() for scope in scopes if not scope.complete]
    if unknown:
        return Unchecked(unknown[0].problem or NEVER_LISTED)
    return Failed("only-here", facts={"stage": name, "others": ", ".join(sorted(others))})


def _holders(secrets: Iterable[tuple[Secret, Place]]) -> Mapping[tuple[str, str], set[str]]:
    """Which stages have a key."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for secret, place in secrets:
        if place.stage:
            found[place.purpose, secret.key].add(place.stage)
    return found


def _purpose(scope: Scope) -> str:
    path = _WORD.sub(lambda word: "*" if word[0].casefold() in _STAGES else word[0], scope.path)
    return f"{scope.store}\0{scope.kind}\0{path}"
