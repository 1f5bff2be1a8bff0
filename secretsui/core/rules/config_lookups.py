"""Options whose value is kept in a secrets backend: `AIRFLOW__<SECTION>__<OPTION>_SECRET` names a secret."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from secretsui.core.backend_settings import SECRET_OPTIONS
from secretsui.core.backends.source import Ask, CannotTell, Never, Raises
from secretsui.core.chain import Layer
from secretsui.core.rules.backends_of import NO_KWARGS, backends_of, is_told, lies, source_of
from secretsui.core.rules.configured import Configured
from secretsui.core.rules.estate import Deployment, Estate, Subject
from secretsui.core.rules.outcome import PASSED, Failed, Outcome, Unchecked
from secretsui.core.sensitive import MASK
from secretsui.core.versions import at_least

NO_ENVIRONMENT: Final = "no-environment"
_CODES: Final[Mapping[str, str]] = {"disabled": "lookups-off", "pattern": "not-matched"}


def left_on(found: Configured) -> Iterator[Failed | Unchecked]:
    if isinstance(found.source, Raises | CannotTell):
        return
    if isinstance(found.source.plan("config", "any", ""), Sequence):
        if found.environ is None:
            yield Unchecked(NO_ENVIRONMENT)
        elif not SECRET_OPTIONS.intersection(found.environ):
            yield Failed("left-on", found.field(_switch(found)))


def _switch(found: Configured) -> str:
    return "config_path" if found.backend.class_name == "VaultBackend" else "config_prefix"


def pointing_to_nothing(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    for deployment in estate.deployments:
        if deployment.environ is None:
            yield deployment, Unchecked(NO_ENVIRONMENT)
            continue
        for layer, environ in _processes(estate, deployment):
            for name in sorted(SECRET_OPTIONS.intersection(environ)):
                yield deployment, _of_option(estate, deployment, layer, name, environ[name])


def _processes(estate: Estate, deployment: Deployment) -> Iterable[tuple[Layer | None, Mapping[str, str]]]:
    """Each backend with the options that are looked up in it. A worker without its own has the server's."""
    backends = {each.id: each for each in backends_of(estate, deployment)}
    server = backends.get("backend")
    yield server, deployment.environ or {}
    if at_least(deployment.settings.airflow, "3"):
        own = backends.get("worker-backend")
        here = {} if own else deployment.environ or {}
        there = deployment.worker_environ or {}
        yield own or server, {name: each for name, each in there.items() if here.get(name) != each}


def _of_option(estate: Estate, deployment: Deployment, layer: Layer | None, name: str, key: str) -> Outcome:
    if layer is None:
        return Failed("no-backend", name, facts={"setting": name})
    field = name if layer.id == "backend" else f"workers.{name}"
    source = source_of(layer)
    if not is_told(deployment, layer):
        return Unchecked(NO_KWARGS)
    if isinstance(source, Raises | CannotTell):
        return Unchecked(source.reason)
    if key == MASK:
        return Unchecked("not-told")
    plan = source.plan("config", key, "")
    facts = {"setting": name, "layer": layer.id}
    if isinstance(plan, Never | Raises):
        code = "raises" if isinstance(plan, Raises) else _CODES.get(plan.reason, "never-asked")
        return Failed(code, field, facts=facts)
    return _of_asks(estate, deployment, layer, plan, facts, field)


def _of_asks(
    estate: Estate, deployment: Deployment, layer: Layer, asks: Sequence[Ask], facts: Mapping[str, str], field: str
) -> Outcome:
    states = [_state(estate, deployment, layer, ask) for ask in asks]
    if "there" in states:
        return PASSED
    if "unknown" in states:
        return Unchecked("not-listed")
    code = "deleted" if "deleted" in states else "not-found"
    return Failed(code, field, facts={**facts, "secret": asks[0].name})


def _state(estate: Estate, deployment: Deployment, layer: Layer, ask: Ask) -> str:
    column = layer.id if ask.place == "own" else f"{layer.id}/shared"
    place = deployment.places.get(column)
    return lies(estate, place, ask) if place else "unknown"
