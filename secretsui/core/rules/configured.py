"""What a process is told of its secrets backend, whoever tells it: a deployment, or an environment alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from secretsui.core import backend_settings, json_members
from secretsui.core.backend_settings import SERVER, WORKER
from secretsui.core.backends.source import Backend, CannotTell, Raises, Source
from secretsui.core.chain import Layer, Settings, with_version
from secretsui.core.rules.backends_of import backends_of, is_told, layers, source_of
from secretsui.core.rules.estate import Deployment, Estate

# Airflow's names for the option that takes the class, and its environment variable.
OPTIONS: Final[Mapping[str, str]] = {"backend": "secrets.backend", "worker-backend": "workers.secrets_backend"}
VARIABLES: Final[Mapping[str, str]] = {"backend": SERVER, "worker-backend": WORKER}


@dataclass(frozen=True, slots=True)
class Configured:
    """`layer` is "backend" or "worker-backend"; `text` are its kwargs as they stand in their setting, if they do.

    `is_told` is False where only the class is known; `environ` is None where nobody told.
    """

    layer: str
    backend: Backend
    airflow: str
    source: Source | Raises | CannotTell
    is_teamless: bool
    text: str
    is_told: bool
    environ: Mapping[str, str] | None

    def field(self, kwarg: str = "") -> str:
        return f"{OPTIONS[self.layer]}_kwargs.{kwarg}" if kwarg else OPTIONS[self.layer]

    def where(self, kwarg: str) -> str:
        """Where the kwarg stands in the text, so that it can be found in a long one."""
        if not backend_settings.kwargs_of(self.text):
            return ""
        starts = [each.start for each in json_members.members(self.text) if each.name == kwarg]
        return position(self.text, starts[-1]) if starts else ""


def position(text: str, at: int) -> str:
    return f"line {text.count(chr(10), 0, at) + 1}, column {at - text.rfind(chr(10), 0, at)}"


def of_deployment(estate: Estate, deployment: Deployment) -> Sequence[Configured]:
    found = backends_of(estate, deployment)
    environs = {"backend": deployment.environ, "worker-backend": deployment.worker_environ}
    return [
        _configured(
            layer,
            deployment.settings,
            deployment.kwargs_texts.get(f"{VARIABLES[layer.id]}_KWARGS", ""),
            environs[layer.id],
            told=is_told(deployment, layer),
        )
        for layer in found
    ]


def of_environment(environ: Mapping[str, str], airflow: str, providers: Mapping[str, str]) -> Iterator[Configured]:
    """What one environment sets up, for servers and for workers."""
    own = environ.get(WORKER)
    settings = Settings(
        airflow=airflow,
        backend=backend_settings.configured(environ, airflow),
        worker_backend=backend_settings.configured_for_workers(environ, airflow) if own else None,
        providers=providers,
        multi_team=backend_settings.is_true(environ.get(backend_settings.MULTI_TEAM, "")),
        environ=environ,
        worker_environ=environ,
    )
    for layer in layers(settings):
        if layer.id in OPTIONS:
            yield _configured(layer, settings, environ.get(f"{VARIABLES[layer.id]}_KWARGS", ""), environ)


def _configured(
    layer: Layer, settings: Settings, text: str, environ: Mapping[str, str] | None, *, told: bool = True
) -> Configured:
    backend = settings.worker_backend if layer.id == "worker-backend" else settings.backend
    source = source_of(layer)
    return Configured(
        layer=layer.id,
        backend=with_version(backend or Backend(""), settings.providers),
        airflow=settings.airflow,
        source=source,
        is_teamless=source is not layer.source,
        text=text,
        is_told=told,
        environ=environ,
    )
