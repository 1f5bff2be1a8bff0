"""The sources that a process of Airflow asks, in its order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from secretsui.core.backends.environment_manager import EnvironmentManager
from secretsui.core.backends.registry import ENVIRONMENT_CLASS, METASTORE_CLASS, source_of
from secretsui.core.backends.source import Backend, CannotTell, Context, Raises, Source
from secretsui.core.dialects import Dialect
from secretsui.core.versions import at_least

# In Airflow 3 a `task` is also whoever parses Dag files or runs triggers, a `server` also the scheduler, and a
# `supervisor` whatever else runs on a worker. In Airflow 2 all are alike.
Process = Literal["server", "task", "supervisor"]
LayerId = Literal["worker-backend", "worker-environment", "backend", "environment-manager", "environment", "metastore"]
ASTRO: Final = "astro"

_DISTRIBUTIONS: Final[Mapping[str, str]] = {
    "airflow.providers.amazon.": "apache-airflow-providers-amazon",
    "airflow_aws_shared_secrets.": "apache-airflow-providers-amazon",
    "airflow.providers.hashicorp.": "apache-airflow-providers-hashicorp",
    "airflow.providers.google.": "apache-airflow-providers-google",
    "airflow.providers.microsoft.azure.": "apache-airflow-providers-microsoft-azure",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a deployment is made of, as far as lookups depend on it.

    `worker_backend` is the worker's own; without one it has that of the server. `providers` are versions by
    distribution. `team` is that of the task, and counts only where there are teams. Of the platforms only Astro has a
    layer of its own: its Environment Manager, which comes between the backend and the environment.
    """

    airflow: str
    backend: Backend | None = None
    worker_backend: Backend | None = None
    providers: Mapping[str, str] = field(default_factory=dict)
    multi_team: bool = False
    team: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)
    worker_environ: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""

    @property
    def has_teams(self) -> bool:
        return self.multi_team and at_least(self.airflow, "3.2")


@dataclass(frozen=True, slots=True)
class Layer:
    """One source of a chain; `Raises` where it cannot be constructed, and its process does not start.

    `dialect` is the class that its process makes of a connection.
    """

    id: LayerId
    process: Process
    dialect: Dialect
    class_name: str
    source: Source | Raises | CannotTell
    team: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """`own` are the sources of the process itself, `beyond` those of the server that a task asks afterwards."""

    process: Process
    own: Sequence[Layer]
    beyond: Sequence[Layer] = ()

    @property
    def layers(self) -> Sequence[Layer]:
        return [*self.own, *self.beyond]


def chain(settings: Settings, process: Process) -> Chain:
    if not at_least(settings.airflow, "3"):
        return Chain(process, _with_manager(settings, _of_server(settings, "2.11")))
    if process == "server":
        return Chain(process, _with_manager(settings, _of_server(settings, "3.3")))
    own = _with_manager(settings, _of_worker(settings, process))
    return Chain(process, own, _of_server(settings, "3.3") if process == "task" else ())


def _with_manager(settings: Settings, layers: list[Layer]) -> list[Layer]:
    """Before the environment of the process that asks. Astro tells the order, not who of its processes gets at it."""
    if settings.platform != ASTRO:
        return layers
    number = next(number for number, layer in enumerate(layers) if layer.id.endswith("environment"))
    behind = layers[number]
    source = EnvironmentManager()
    manager = Layer("environment-manager", behind.process, behind.dialect, source.class_name, source, behind.team)
    return [*layers[:number], manager, *layers[number:]]


def _of_server(settings: Settings, dialect: Dialect) -> list[Layer]:
    context = Context(settings.airflow, settings.has_teams, settings.environ)
    backends: dict[LayerId, Backend | None] = {
        "backend": settings.backend,
        "environment": Backend(ENVIRONMENT_CLASS),
        "metastore": Backend(METASTORE_CLASS),
    }
    team = settings.team if settings.has_teams else ""
    return [_layer(settings, name, each, context, "server", dialect, team) for name, each in backends.items() if each]


def _of_worker(settings: Settings, process: Process) -> list[Layer]:
    """No team: the worker's own lookups name none."""
    context = Context(settings.airflow, settings.has_teams, settings.worker_environ, is_worker=True)
    dialect: Dialect = "3.3-sdk" if at_least(settings.airflow, "3.2") else "3.3"
    backends: dict[LayerId, Backend | None] = {
        "worker-backend": settings.worker_backend or settings.backend,
        "worker-environment": Backend(ENVIRONMENT_CLASS),
    }
    return [_layer(settings, name, each, context, process, dialect) for name, each in backends.items() if each]


def _layer(
    settings: Settings,
    layer_id: LayerId,
    backend: Backend,
    context: Context,
    process: Process,
    dialect: Dialect,
    team: str = "",
) -> Layer:
    source = source_of(with_version(backend, settings.providers), context)
    return Layer(layer_id, process, dialect, backend.class_name, source, team)


def distribution_of(class_path: str) -> str:
    """The provider that a class comes from or builds on, "" where it is Airflow's own or somebody else's."""
    return next((name for start, name in _DISTRIBUTIONS.items() if class_path.startswith(start)), "")


def with_version(backend: Backend, providers: Mapping[str, str]) -> Backend:
    if backend.provider:
        return backend
    return replace(backend, provider=providers.get(distribution_of(backend.class_path), ""))
