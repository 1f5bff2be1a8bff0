"""What a deployment's lookups depend on, put together from its row and from what its environment sources set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from secretsui.core import backend_settings
from secretsui.core.backends.source import Backend
from secretsui.core.chain import Process, Settings
from secretsui.core.versions import at_least
from secretsui.inventory.models import Deployment, EnvSource

# Where nobody told the version: the newest that answers through this API.
NEWEST: Final[Mapping[str, str]] = {Deployment.Api.V1: "2.11"}
NEWEST_OF_ALL: Final = "3.3"


def is_version_known(deployment: Deployment) -> bool:
    return bool(deployment.airflow)


def airflow_of(deployment: Deployment) -> str:
    """The version to resolve as: the deployment's own, else the newest that it can be."""
    return deployment.airflow or NEWEST.get(deployment.api, NEWEST_OF_ALL)


def processes(deployment: Deployment) -> Sequence[Process]:
    """Those whose chains differ: in Airflow 2 all are alike."""
    return ("server", "task") if at_least(airflow_of(deployment), "3") else ("server",)


def settings_of(deployment: Deployment) -> Settings:
    """What is given in the row counts; without it, what a source of the environment sets."""
    airflow = airflow_of(deployment)
    sources = list(deployment.sources.all())
    here, there = _environ(sources, EnvSource.Process.SERVER), _environ(sources, EnvSource.Process.WORKER)
    server = _given(deployment.backend_class, deployment.backend_kwargs)
    worker = _given(deployment.worker_backend_class, deployment.worker_backend_kwargs)
    return Settings(
        airflow=airflow,
        backend=server or backend_settings.configured(here, airflow),
        worker_backend=worker or _own_of_workers(there, airflow),
        providers={**deployment.providers, **deployment.detected.get("providers", {})},
        multi_team=deployment.multi_team or backend_settings.is_true(here.get(backend_settings.MULTI_TEAM, "")),
        team=deployment.team,
        environ=here,
        worker_environ=there,
    )


def _given(class_path: str, kwargs: Mapping[str, object]) -> Backend | None:
    return Backend(class_path, kwargs) if class_path else None


def _own_of_workers(environ: Mapping[str, str], airflow: str) -> Backend | None:
    """Only what is set for workers alone: the server's is what they have without it."""
    is_set = at_least(airflow, "3") and environ.get(backend_settings.WORKER)
    return backend_settings.configured_for_workers(environ, airflow) if is_set else None


def _environ(sources: Sequence[EnvSource], process: str) -> Mapping[str, str]:
    """The settings of one process: what is said of all processes, then what is said of this one."""
    found: dict[str, str] = {}
    for read_by in (EnvSource.Process.ANY, process):
        for source in sources:
            if source.process == read_by:
                found |= {name: str(value) for name, value in source.settings.items()}
    return found
