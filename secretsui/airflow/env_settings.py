"""The backends that a report configures, so that a deployment can take them over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from secretsui.airflow.environment import EVERYWHERE, EnvEntry, EnvironmentReport
from secretsui.core import backend_settings
from secretsui.core.backends.source import Backend
from secretsui.core.chain import Settings
from secretsui.core.sensitive import Sensitive
from secretsui.core.versions import at_least


@dataclass(frozen=True, slots=True, repr=False)
class FoundSettings:
    """`settings` is as complete as the report: `unknown` names what is set to something that it does not tell."""

    settings: Settings
    unknown: Sequence[str] = ()


def settings_of(
    report: EnvironmentReport, airflow: str, *, server: str = EVERYWHERE, worker: str | None = None
) -> FoundSettings:
    """`server` and `worker` are components of the report; without a worker, it is like the server."""
    on_server, on_worker = _settings(report, server), _settings(report, server if worker is None else worker)
    here, there = _known(on_server), _known(on_worker)
    own = backend_settings.configured_for_workers(there, airflow) if at_least(airflow, "3") else None
    backend = backend_settings.configured(here, airflow)
    found = Settings(
        airflow=airflow,
        backend=backend,
        worker_backend=_unless_same(own, backend),
        multi_team=backend_settings.is_true(here.get(backend_settings.MULTI_TEAM, "")),
        environ=here,
        worker_environ=there,
    )
    return FoundSettings(found, sorted(_unknown(on_server) | _unknown(on_worker)))


def _unless_same(own: Backend | None, backend: Backend | None) -> Backend | None:
    return None if own == backend else own


def _settings(report: EnvironmentReport, component: str) -> Mapping[str, EnvEntry]:
    return {name: each for name, each in report.of_component(component).items() if each.kind == "setting"}


def _known(entries: Mapping[str, EnvEntry]) -> Mapping[str, str]:
    return {name: each.value.reveal() for name, each in entries.items() if isinstance(each.value, Sensitive)}


def _unknown(entries: Mapping[str, EnvEntry]) -> set[str]:
    """Also what a command prints or a backend keeps, where the plain setting does not come first."""
    hidden = {name for name, each in entries.items() if not isinstance(each.value, Sensitive)}
    indirect = {name for name in entries if _plain(name) != name and _plain(name) not in entries}
    return hidden | indirect


def _plain(name: str) -> str:
    plain = name.removesuffix("_CMD").removesuffix("_SECRET")
    return plain if plain.endswith(("BACKEND_KWARGS", "SECRETS__BACKEND", "SECRETS_BACKEND")) else name
