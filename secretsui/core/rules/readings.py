"""Where deployments look secrets up: account, region and what the names begin with there, for each backend."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from secretsui.core.backends.parameter_store import ParameterStore
from secretsui.core.backends.prefixes import PLURALS
from secretsui.core.backends.secrets_manager import SecretsManager
from secretsui.core.backends.shared_account import SharedSecretsManager
from secretsui.core.backends.source import CannotTell, Kind, Raises
from secretsui.core.chain import Layer
from secretsui.core.rules.backends_of import NO_KWARGS, backends_of, is_told, source_of
from secretsui.core.rules.estate import Deployment, Estate, Scope, Secret, Subject
from secretsui.core.rules.indexes import by_place, once, scopes_of
from secretsui.core.rules.judging_ids import settled
from secretsui.core.rules.outcome import Outcome

Where = tuple[str, str]
Amazon = SecretsManager | ParameterStore


@dataclass(frozen=True, slots=True)
class Reading:
    """One column of one deployment in which a backend looks secrets up.

    `starts` are what names begin with, by kind, without those that are not looked up. `where` is None where nobody told
    account and region. `unknown` says why nothing else is known.
    """

    deployment: Deployment
    column: str
    source: Amazon | None
    where: Where | None
    starts: Mapping[Kind, str]
    unknown: str = ""


@once
def readings(estate: Estate) -> Sequence[Reading]:
    return [each for deployment in estate.deployments for each in _of_deployment(estate, deployment)]


@once
def readings_at(estate: Estate) -> Mapping[Where, Sequence[Reading]]:
    found: dict[Where, list[Reading]] = defaultdict(list)
    for reading in readings(estate):
        if reading.where:
            found[reading.where].append(reading)
    return found


def each_deployment(
    estate: Estate, judge: Callable[[Estate, Reading], Iterator[Outcome]]
) -> Iterator[tuple[Subject, Outcome]]:
    for found in _by_deployment(estate).values():
        outcomes = (outcome for reading in found for outcome in judge(estate, reading))
        yield from ((found[0].deployment, each) for each in settled(outcomes))


@once
def _by_deployment(estate: Estate) -> Mapping[str, Sequence[Reading]]:
    found: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings(estate):
        found[reading.deployment.name].append(reading)
    return found


def _of_deployment(estate: Estate, deployment: Deployment) -> Iterator[Reading]:
    for layer in backends_of(estate, deployment):
        yield from _of_layer(deployment, layer)


def _of_layer(deployment: Deployment, layer: Layer) -> Iterator[Reading]:
    source, where = source_of(layer), deployment.places.get(layer.id)
    if not is_told(deployment, layer):
        yield Reading(deployment, layer.id, None, where, {}, NO_KWARGS)
    elif isinstance(source, CannotTell | Raises):
        yield Reading(deployment, layer.id, None, where, {}, source.reason)
    elif isinstance(source, SharedSecretsManager):
        kinds: Sequence[Kind] = [kind for kind in PLURALS if source.prefixes[kind] is not None]
        own, shared = _start(source.prefixes["connection"], source.sep), _start(source.shared_prefix, source.sep)
        yield Reading(deployment, layer.id, source, where, dict.fromkeys(kinds, own))
        column = f"{layer.id}/shared"
        yield Reading(deployment, column, source, deployment.places.get(column), dict.fromkeys(kinds, shared))
    elif isinstance(source, SecretsManager | ParameterStore):
        starts = {
            kind: _start(source.prefixes[kind], source.sep) for kind in PLURALS if source.prefixes[kind] is not None
        }
        yield Reading(deployment, layer.id, source, where, starts)


def _start(prefix: object, sep: object) -> str:
    return f"{prefix}{sep}" if prefix else ""


def secrets_under(estate: Estate, where: Where, start: str) -> Sequence[Secret]:
    """Those that are not about to be deleted."""
    return [each for each in _alive(estate).get(where, ()) if each.name.startswith(start)]


@once
def _alive(estate: Estate) -> Mapping[Where, Sequence[Secret]]:
    return {
        where: [each for each in found.values() if each.deleted_at is None] for where, found in by_place(estate).items()
    }


def why_unlisted(estate: Estate, where: Where, start: str) -> str:
    """Why nobody can say what lies there under this start; "" where it is listed as a whole."""
    covering = [scope for scope in scopes_of(estate).get(where, ()) if start.startswith(scope.start)]
    if not covering:
        return "no-prefix"
    return min((_why(scope) for scope in covering), key=bool)


def _why(scope: Scope) -> str:
    if scope.as_of is None:
        return scope.problem or "never-listed"
    return "" if scope.complete else scope.problem or "listing-failed"
