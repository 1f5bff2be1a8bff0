"""The secrets backends of a deployment as its processes construct them, and how well what they look in is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

from secretsui.core.backends.signatures import Teamless
from secretsui.core.backends.source import Ask, CannotTell, Raises, Source
from secretsui.core.chain import Layer, Settings, chain
from secretsui.core.rules.estate import Deployment, Estate
from secretsui.core.rules.indexes import BOTH, by_place, once, scopes_of, spelt
from secretsui.core.versions import at_least

NO_KWARGS: Final = "no-kwargs"
UNTOLD_CLASS: Final = "?"


def layers(settings: Settings) -> Sequence[Layer]:
    """Each layer of any process once; that of workers only where they have one of their own."""
    processes = BOTH if at_least(settings.airflow, "3") else BOTH[:1]
    found = {layer.id: layer for process in reversed(processes) for layer in chain(settings, process).layers}
    if settings.worker_backend is None:
        found.pop("worker-backend", None)
    return list(found.values())


@once
def _layers(estate: Estate) -> Mapping[str, Sequence[Layer]]:
    return {each.name: layers(each.settings) for each in estate.deployments}


def layers_of(estate: Estate, deployment: Deployment) -> Sequence[Layer]:
    return _layers(estate)[deployment.name]


def backends_of(estate: Estate, deployment: Deployment) -> Sequence[Layer]:
    return [each for each in layers_of(estate, deployment) if each.id.endswith("backend")]


def with_teams(deployment: Deployment) -> Settings:
    return replace(deployment.settings, multi_team=True)


def source_of(layer: Layer) -> Source | Raises | CannotTell:
    """Without what keeps teams from it."""
    return layer.source.source if isinstance(layer.source, Teamless) else layer.source


def is_told(deployment: Deployment, layer: Layer) -> bool:
    """Are the kwargs known with which this backend is constructed?"""
    return layer.id not in deployment.untold and layer.class_name != UNTOLD_CLASS


def unread(estate: Estate, deployment: Deployment, kind: str) -> str:
    """Why there may be ids of this kind that nobody has seen, "" where all that can hold some was read."""
    return next(_unread(estate, deployment, kind), "")


def _unread(estate: Estate, deployment: Deployment, kind: str) -> Iterator[str]:
    for layer in deployment.layers:
        if layer.kind == kind and (layer.problem or layer.as_of is None):
            yield layer.problem or "never-read"
    for backend in backends_of(estate, deployment):
        if not is_told(deployment, backend):
            yield NO_KWARGS
        elif backend.id not in deployment.places:
            yield "store-not-read"
    for place in dict.fromkeys(deployment.places.values()):
        scopes = [each for each in scopes_of(estate).get(place, ()) if each.kind == kind]
        if not scopes:
            yield "no-prefix"
        for scope in scopes:
            if scope.problem or not scope.complete:
                yield scope.problem or "never-listed"


def lies(estate: Estate, place: tuple[str, str], ask: Ask) -> Literal["there", "deleted", "absent", "unknown"]:
    """Is there a secret of the name that is asked for, in the `Scope.place` of this store?"""
    secret = by_place(estate).get(place, {}).get(spelt(ask.store, ask.name))
    if secret is not None and secret.scope.store == ask.store:
        return "there" if secret.deleted_at is None else "deleted"
    name = spelt(ask.store, ask.name)
    listed = (each for each in scopes_of(estate).get(place, ()) if each.store == ask.store)
    scopes = [each for each in listed if name.startswith(spelt(each.store, each.start))]
    return "absent" if any(each.complete and not each.problem for each in scopes) else "unknown"
