"""What an Airflow or an environment source says of a deployment's settings, beside what is entered: a proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from secretsui.airflow.api import AirflowApi
from secretsui.core import backend_kwargs, backend_settings
from secretsui.core.backends.source import Backend
from secretsui.core.sensitive import Hidden
from secretsui.core.versions import at_least
from secretsui.inventory.models import Deployment, EnvSource

_NO_BACKEND: Final = Backend("")
_OF_BACKEND: Final = ("backend_class", "backend_kwargs")
_OF_WORKERS: Final = ("worker_backend_class", "worker_backend_kwargs")


@dataclass(frozen=True, slots=True)
class Change:
    """A field of the deployment, as it is entered and as it was found."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Proposal:
    """`found` are values for fields of the deployment, `unknown` names those that are set but not told."""

    deployment: Deployment
    found: Mapping[str, Any]
    unknown: Sequence[str] = ()

    @property
    def changes(self) -> Sequence[Change]:
        pairs = ((field, getattr(self.deployment, field), value) for field, value in self.found.items())
        return [Change(field, before, after) for field, before, after in pairs if before != after]


def from_airflow(deployment: Deployment, api: AirflowApi) -> Proposal:
    """Raises an `ApiError`, that of a hidden configuration among them."""
    config = api.config()
    found: dict[str, Any] = {
        "airflow_version": api.version(),
        "providers": dict(api.providers()),
        "multi_team": config.multi_team,
        **_backend(_OF_BACKEND, config.backend, config.kwargs),
        **_backend(_OF_WORKERS, config.worker_backend, config.worker_kwargs),
    }
    given = {_OF_BACKEND[1]: config.kwargs, _OF_WORKERS[1]: config.worker_kwargs}
    return Proposal(deployment, found, [field for field, kwargs in given.items() if isinstance(kwargs, Hidden)])


def from_source(source: EnvSource) -> Proposal:
    """What the settings of a stored source configure, whose secrets are marked already."""
    deployment, settings = source.deployment, source.settings
    airflow = deployment.airflow or "3.3"
    found: dict[str, Any] = {}
    if backend_settings.SERVER in settings:
        found |= _of(_OF_BACKEND, backend_settings.configured(settings, airflow))
    if backend_settings.WORKER in settings and at_least(airflow, "3"):
        found |= _of(_OF_WORKERS, backend_settings.configured_for_workers(settings, airflow))
    if backend_settings.MULTI_TEAM in settings:
        found["multi_team"] = backend_settings.is_true(settings[backend_settings.MULTI_TEAM])
    return Proposal(deployment, found, source.unknown)


def _of(fields: tuple[str, str], backend: Backend | None) -> Mapping[str, Any]:
    backend = backend or _NO_BACKEND
    return _backend(fields, backend.class_path, backend.kwargs)


def _backend(fields: tuple[str, str], class_path: str, kwargs: Mapping[str, Any] | Hidden) -> Mapping[str, Any]:
    class_field, kwargs_field = fields
    if isinstance(kwargs, Hidden):
        return {class_field: class_path}
    return {class_field: class_path, kwargs_field: backend_kwargs.without_secrets(class_path, kwargs)[0]}
