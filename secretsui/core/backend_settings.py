"""The backend that Airflow's settings configure, read from the environment as Airflow reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from secretsui.core.backends.source import Backend
from secretsui.core.versions import at_least

SERVER: Final = "AIRFLOW__SECRETS__BACKEND"
WORKER: Final = "AIRFLOW__WORKERS__SECRETS_BACKEND"
MULTI_TEAM: Final = "AIRFLOW__CORE__MULTI_TEAM"
# Only options that Airflow calls sensitive can be kept so.
_SENSITIVE: Final = (
    *("api.secret_key", "api_auth.jwt_secret", "atlas.password", "celery.broker_url", "celery.flower_basic_auth"),
    *("celery.result_backend", "core.asset_manager_kwargs", "core.dataset_manager_kwargs", "core.fernet_key"),
    *("core.internal_api_secret_key", "core.sql_alchemy_conn", "database.sql_alchemy_conn"),
    *("database.sql_alchemy_conn_async", "database.sql_alchemy_engine_args", "logging.remote_task_handler_kwargs"),
    *("opensearch.password", "sentry.sentry_dsn", "smtp.smtp_password", "webserver.secret_key"),
)
SECRET_OPTIONS: Final = frozenset(f"AIRFLOW__{each.replace('.', '__').upper()}_SECRET" for each in _SENSITIVE)


def configured(environ: Mapping[str, str], airflow: str) -> Backend | None:
    """The backend of servers, and of everything in Airflow 2."""
    return _backend(environ, SERVER, airflow)


def configured_for_workers(environ: Mapping[str, str], airflow: str) -> Backend | None:
    """A worker backend of its own, else that of servers with its kwargs: never a mixture."""
    own = _backend(environ, WORKER, airflow) if at_least(airflow, "3") else None
    return own or _backend(environ, SERVER, airflow)


def _backend(environ: Mapping[str, str], option: str, airflow: str) -> Backend | None:
    path = environ.get(option, "")
    if not path:
        return None
    return Backend(path, {**kwargs_of(environ.get(f"{option}_KWARGS", "")), **_single(environ, option, airflow)})


def kwargs_of(text: str) -> Mapping[str, Any]:
    """The kwargs in a setting: none of them where it is no JSON object, which Airflow only warns of."""
    try:
        found = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _single(environ: Mapping[str, str], option: str, airflow: str) -> Mapping[str, str]:
    """Kwargs with a variable of their own, which 3.3 prefers: always text, under a name in lower case."""
    start = f"{option}_KWARG__"
    if not at_least(airflow, "3.3"):
        return {}
    found = {name.removeprefix(start).lower(): value for name, value in environ.items() if name.startswith(start)}
    return {name: value for name, value in found.items() if name}


def is_true(setting: str) -> bool:
    return setting.strip().lower() in ("t", "true", "1")
