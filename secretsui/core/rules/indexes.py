"""What several rules look up, gathered once for an estate."""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Final, TypeVar

from secretsui.core.backends.azure import STORE as AZURE
from secretsui.core.chain import Chain, Process, chain
from secretsui.core.rules.estate import Deployment, Estate, Id, Scope, Secret
from secretsui.core.versions import at_least

T = TypeVar("T")
# In Airflow 2 the chains of all processes are alike.
BOTH: Final[Sequence[Process]] = ("server", "task")


def once(build: Callable[[Estate], T]) -> Callable[[Estate], T]:
    """Keep what was built for as long as the estate is there, which is told by identity: it is too large to compare."""
    kept: dict[int, T] = {}

    @wraps(build)
    def built(estate: Estate) -> T:
        found = id(estate)
        if found not in kept:
            kept[found] = build(estate)
            weakref.finalize(estate, kept.pop, found)
        return kept[found]

    return built


@once
def secrets_of(estate: Estate) -> Mapping[str, Sequence[Secret]]:
    """By the `ref` of their scope."""
    found: dict[str, list[Secret]] = defaultdict(list)
    refs = {id(scope): scope.ref for scope in estate.scopes}
    for secret in estate.secrets:
        found[refs.get(id(secret.scope)) or secret.scope.ref].append(secret)
    return found


@once
def by_place(estate: Estate) -> Mapping[tuple[str, str], Mapping[str, Secret]]:
    """By the place of their scope, then by name as `spelt` has it."""
    found: dict[tuple[str, str], dict[str, Secret]] = defaultdict(dict)
    for secret in estate.secrets:
        found[secret.scope.place][spelt(secret.scope.store, secret.name)] = secret
    return found


@once
def scopes_of(estate: Estate) -> Mapping[tuple[str, str], Sequence[Scope]]:
    """By their place."""
    found: dict[tuple[str, str], list[Scope]] = defaultdict(list)
    for scope in estate.scopes:
        found[scope.place].append(scope)
    return found


def spelt(store: str, name: str) -> str:
    """The same for all spellings of one name: Key Vault does not tell capitals from small letters."""
    return name.lower() if store == AZURE else name


@once
def ids_of(estate: Estate) -> Mapping[tuple[str, str, str], Id]:
    """By deployment, kind and key."""
    return {(each.deployment, each.kind, each.key): each for found in estate.deployments for each in found.ids}


@once
def deployments(estate: Estate) -> Mapping[str, Deployment]:
    return {each.name: each for each in estate.deployments}


@once
def chains(estate: Estate) -> Mapping[tuple[str, Process], Chain]:
    """By deployment and process, of those processes whose chains differ."""
    return {
        (each.name, process): chain(each.settings, process)
        for each in estate.deployments
        for process in (BOTH if at_least(each.settings.airflow, "3") else BOTH[:1])
    }
