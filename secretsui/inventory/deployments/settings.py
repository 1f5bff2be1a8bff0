"""What a deployment's lookups depend on, put together from its row and from what its environment sources set."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final

from secretsui.airflow import env_mwaa
from secretsui.core import backend_settings
from secretsui.core.backends.registry import CLASSES
from secretsui.core.backends.shared_account import SharedSecretsManager
from secretsui.core.backends.source import Backend, CannotTell
from secretsui.core.chain import Chain, Layer, Process, Settings, chain
from secretsui.core.versions import at_least
from secretsui.inventory.models import Deployment, EnvSource

# Where nobody told the version: the newest that answers through this API.
NEWEST: Final[Mapping[str, str]] = {Deployment.Api.V1: "2.11"}
NEWEST_OF_ALL: Final = "3.3"
# A backend of which not even the class is told.
_UNTOLD: Final = Backend("?")
# The last amazon provider that the backend with a shared account gets on with.
LAST_SHARING: Final = "9.25"
_LOGGED_IN: Final = {"VAULT_TOKEN": ""}
OF_SERVERS: Final = (EnvSource.Process.ANY, EnvSource.Process.SERVER)
OF_WORKERS: Final = (EnvSource.Process.ANY, EnvSource.Process.WORKER)
# Sources of which it means nothing that they do not set the token of Vault.
_SILENT: Final = (EnvSource.Form.REPORTER, EnvSource.Form.OBJECTS)


@dataclass(frozen=True, slots=True)
class Setup:
    """`untold` are the layers with a backend of which only the class is known."""

    settings: Settings
    untold: Collection[str] = ()

    def chain(self, process: Process) -> Chain:
        found = chain(self.settings, process)
        return replace(found, own=self._sure(found.own), beyond=self._sure(found.beyond)) if self.untold else found

    def _sure(self, layers: Sequence[Layer]) -> Sequence[Layer]:
        unsure = CannotTell("no-kwargs")
        return [replace(each, source=unsure) if each.id in self.untold else each for each in layers]

    def opened(self) -> Setup:
        """The same without the settings that keep a backend from asking."""
        here, there = _without_bars(self.settings.backend), _without_bars(self.settings.worker_backend)
        return replace(self, settings=replace(self.settings, backend=here, worker_backend=there))


def is_version_known(deployment: Deployment) -> bool:
    return bool(deployment.airflow)


def airflow_of(deployment: Deployment) -> str:
    """The version to resolve as: the deployment's own, else the newest that it can be."""
    return deployment.airflow or NEWEST.get(deployment.api, NEWEST_OF_ALL)


def processes(deployment: Deployment) -> Sequence[Process]:
    """Those whose chains differ: in Airflow 2 all are alike."""
    return ("server", "task") if at_least(airflow_of(deployment), "3") else ("server",)


def settings_of(deployment: Deployment) -> Settings:
    return setup_of(deployment).settings


def setup_of(deployment: Deployment) -> Setup:
    """What is given in the row counts; without it, what a source of the environment sets, then what Airflow told."""
    airflow, detected = airflow_of(deployment), deployment.detected
    sources = list(deployment.sources.all())
    here, there = _environ(sources, *OF_SERVERS), _environ(sources, *OF_WORKERS)
    server = _given(deployment.backend_class, deployment.backend_kwargs)
    server = server or backend_settings.configured(here, airflow)
    worker = _given(deployment.worker_backend_class, deployment.worker_backend_kwargs)
    worker = worker or _own_of_workers(sources, airflow)
    open_here, open_there = _open(sources, *OF_SERVERS), _open(sources, *OF_WORKERS)
    told, told_of_workers = _given(detected.get("backend", "")), _given(detected.get("worker_backend", ""))
    settings = Settings(
        airflow=airflow,
        backend=server or told or (_UNTOLD if backend_settings.SERVER in open_here else None),
        worker_backend=worker or told_of_workers or (_UNTOLD if backend_settings.WORKER in open_there else None),
        providers={**deployment.providers, **detected.get("providers", {})},
        multi_team=_has_teams(deployment, here),
        team=deployment.team,
        environ=_logged_in(here, sources, *OF_SERVERS),
        worker_environ=_logged_in(there, sources, *OF_WORKERS),
        platform=deployment.platform,
    )
    here_untold = not deployment.backend_class and (_names(open_here, backend_settings.SERVER) or (not server and told))
    open_alone = _open(sources, EnvSource.Process.WORKER)
    is_open = _names(open_there, backend_settings.WORKER) or _names(open_alone, backend_settings.SERVER)
    there_untold = is_open or (not worker if told_of_workers else here_untold and not worker)
    return Setup(settings, _untold(here_untold, not deployment.worker_backend_class and there_untold))


def _logged_in(environ: Mapping[str, str], sources: Sequence[EnvSource], *processes: str) -> Mapping[str, str]:
    """Vault may be given its token by what no source tells. Reports do not speak of it."""
    told = [each for each in sources if each.process in processes and each.form not in _SILENT]
    is_told = bool(told) and all(each.as_of and each.is_whole and not each.gaps for each in told)
    is_told = is_told and not _LOGGED_IN.keys() & _open(sources, *processes)
    return environ if is_told else {**_LOGGED_IN, **environ}


def _untold(server: object, worker: object) -> Collection[str]:
    return {layer for layer, is_untold in (("backend", server), ("worker-backend", worker)) if is_untold}


def _open(sources: Sequence[EnvSource], *processes: str) -> Collection[str]:
    """Settings that have a value which no source tells."""
    reports, declared = _counting(sources, processes)
    names = [name for source in declared for name in source.unknown]
    return {name for name in names if not (reports and _is_reported(name))}


def _names(unknown: Collection[str], option: str) -> bool:
    return any(name.startswith(option) for name in unknown)


def _has_teams(deployment: Deployment, environ: Mapping[str, str]) -> bool:
    is_set = backend_settings.is_true(environ.get(backend_settings.MULTI_TEAM, ""))
    return bool(deployment.multi_team or deployment.detected.get("multi_team") or is_set)


def _given(class_path: str, kwargs: Mapping[str, object] | None = None) -> Backend | None:
    return Backend(class_path, kwargs or {}) if class_path else None


def _own_of_workers(sources: Sequence[EnvSource], airflow: str) -> Backend | None:
    """What is set for workers, or in their environment alone: else they have that of the server."""
    there, alone = _environ(sources, *OF_WORKERS), _environ(sources, EnvSource.Process.WORKER)
    is_set = at_least(airflow, "3") and (there.get(backend_settings.WORKER) or alone.get(backend_settings.SERVER))
    return backend_settings.configured_for_workers(there, airflow) if is_set else None


def _environ(sources: Sequence[EnvSource], *processes: str) -> Mapping[str, str]:
    """The settings of one process: later ones count more, and a report most for what it tells."""
    reports, declared = _counting(sources, processes)
    said = [(source, name, str(value)) for source in declared for name, value in source.settings.items()]
    found = {name: value for source, name, value in said if _is_of_mwaa(source, value)}
    found |= {name: value for source, name, value in said if not _is_of_mwaa(source, value)}
    if reports:
        found = {name: value for name, value in found.items() if not _is_reported(name)}
    return found | {name: str(value) for source in reports for name, value in source.settings.items()}


def _counting(
    sources: Sequence[EnvSource], processes: Collection[str]
) -> tuple[Sequence[EnvSource], Sequence[EnvSource]]:
    """Reports, and what is declared: start-up scripts first, as the options of MWAA come after them.

    What is said of all processes comes before what is said of one.
    """
    mine = [each for each in sources if each.process in processes]
    reports = [each for each in mine if each.form == EnvSource.Form.REPORTER]
    declared = [each for each in mine if each.form != EnvSource.Form.REPORTER]
    declared.sort(key=lambda each: (each.form != EnvSource.Form.SCRIPT, each.process != EnvSource.Process.ANY))
    return sorted((each for each in reports if each.as_of), key=attrgetter("as_of")), declared


def _is_of_mwaa(source: EnvSource, value: str) -> bool:
    """A default, and not an option that somebody set."""
    return source.form == EnvSource.Form.MWAA and value == env_mwaa.DEFAULT_KWARGS


def _is_reported(name: str) -> bool:
    return name.startswith((backend_settings.SERVER, backend_settings.WORKER, backend_settings.MULTI_TEAM))


def _without_bars(backend: Backend | None) -> Backend | None:
    """Without lookup patterns, with the default in the place of a null prefix, and with a provider that works."""
    if backend is None:
        return None
    kept = {name: value for name, value in backend.kwargs.items() if not _is_bar(name, value)}
    is_shared = CLASSES.get(backend.class_path) is SharedSecretsManager
    return replace(backend, kwargs=kept, provider=LAST_SHARING if is_shared else backend.provider)


def _is_bar(name: str, value: object) -> bool:
    return name.endswith("_lookup_pattern") or (value is None and name.endswith(("_prefix", "_path")))
