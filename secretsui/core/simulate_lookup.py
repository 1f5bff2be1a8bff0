"""The two lookups that can be asked for: which source has this connection or variable, in a world that the case gives.

A case has the fields of the real Airflow's oracle, and for its world `secrets` (Secrets Manager) and `parameters`
(Parameter Store): name → text, or `{"value": text, "deleted": true, "binary": true, "error": class}`. An ARN as a name
is a secret of just that account and region. `account` and `region` say where the plain names are; without them they
are in every account that is asked. `vault` holds objects by mount and path, or "denied", and `files` the entries of
each path; one that is missing there cannot be read. `providers` are the versions of installed packages.

With `process` = "task" a task of Airflow 3 asks: first with its own `worker_env`, `worker_backend` and
`worker_backend_kwargs`, then through the Execution API; what the server did is in `server_trace`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from secretsui.core import construct, execution_api
from secretsui.core.backend_settings import MULTI_TEAM, SERVER, WORKER, configured, configured_for_workers, is_true
from secretsui.core.backends.azure import STORE as AZURE
from secretsui.core.backends.defaults import ENVIRONMENT, METASTORE
from secretsui.core.backends.google import STORE as GOOGLE
from secretsui.core.backends.local_files import STORE as FILE
from secretsui.core.backends.source import Ask, CannotTell, Kind, Raises, State
from secretsui.core.backends.vault import STORE as VAULT
from secretsui.core.chain import Chain, Process, Settings, chain
from secretsui.core.connection import Connection
from secretsui.core.dialects import Dialect
from secretsui.core.lookup import ABSENT, Answer, Resolution, Step, resolve
from secretsui.core.sensitive import Sensitive

Case = Mapping[str, Any]
AMAZON_PACKAGE: Final = "apache-airflow-providers-amazon"
AMAZON: Final[Mapping[str, str]] = {"2.11": "8.29.0", "3.3": "9.39.0", "3.3-sdk": "9.39.0"}


SHAPE: Final[Mapping[str, type]] = {
    "backend": str,
    "worker_backend": str,
    "amazon": str,
    "providers": dict,
    "team": str,
    "env": dict,
    "worker_env": dict,
    "metastore": list,
    "metastore_variables": list,
    "secrets": dict,
    "parameters": dict,
    "vault": dict,
    "files": dict,
    "google": dict,
    "azure": dict,
}


class CannotAnswer(Exception):
    """`airflow_class` is what Airflow raises where it does."""

    def __init__(self, airflow_class: str, message: str) -> None:
        super().__init__(message)
        self.airflow_class = airflow_class


def require_shape(case: Case, secret_id: object) -> None:
    if not isinstance(secret_id, str):
        raise CannotAnswer("BadInput", "The id must be text.")
    for name, wanted in SHAPE.items():
        if not isinstance(case.get(name) or wanted(), wanted):
            raise CannotAnswer("BadInput", f"The field {name} has the wrong type.")
    for field in ("env", "worker_env"):
        if not all(value is None or isinstance(value, str) for value in (case.get(field) or {}).values()):
            raise CannotAnswer("BadInput", f"A value in {field} is no text.")
    _require_rows(case, "metastore", "conn_id", ())
    _require_rows(case, "metastore_variables", "key", ("val",))


def _require_rows(case: Case, field: str, key: str, texts: Sequence[str]) -> None:
    for row in case.get(field) or []:
        if not (isinstance(row, dict) and isinstance(row.get(key), str)):
            raise CannotAnswer("BadInput", f"A row of {field} must be an object with a {key}.")
        if not all(row.get(name) is None or isinstance(row[name], str) for name in texts):
            raise CannotAnswer("BadInput", f"A row of {field} holds no text.")


def resolution(case: Case, dialect: Dialect, kind: Kind, secret_id: Any) -> Resolution:
    require_shape(case, secret_id)
    server, worker = World(case, "env", dialect), World(case, "worker_env", dialect)
    settings = Settings(
        airflow=dialect.removesuffix("-sdk"),
        backend=configured(server.environ, dialect),
        worker_backend=configured_for_workers(worker.environ, dialect),
        providers={AMAZON_PACKAGE: case.get("amazon") or AMAZON[dialect], **(case.get("providers") or {})},
        multi_team=is_true(server.environ.get(MULTI_TEAM, "")),
        team=case.get("team") or "",
        environ=server.environ,
        worker_environ=worker.environ,
    )
    found = chain(settings, process_of(case))
    _require_known(found)
    known = dict.fromkeys(("backend", "environment", "metastore"), server.answer)
    known |= dict.fromkeys(("worker-backend", "worker-environment"), worker.answer)
    return resolve(found, known, kind, secret_id)


def process_of(case: Case) -> Process:
    return "task" if case.get("process") == "task" else "server"


def _require_known(found: Chain) -> None:
    for layer in found.layers:
        if isinstance(layer.source, Raises):
            reason = f"The backend cannot be constructed: {layer.source.reason} {layer.source.where}".strip()
            raise CannotAnswer(layer.source.airflow_class, reason)
        if isinstance(layer.source, CannotTell):
            raise CannotAnswer("CannotTell", "The backend's class is not known.")


class World:
    """What one process and the stores that it reaches would answer; `env` names the field with its environment."""

    def __init__(self, case: Case, env: str, dialect: Dialect) -> None:
        self.case, self.dialect = case, dialect
        self.environ = _environ(case, env)
        self.rows = {row["conn_id"]: row for row in case.get("metastore") or []}
        self.variables = {row["key"]: row for row in case.get("metastore_variables") or []}

    def answer(self, ask: Ask) -> Answer:
        if ask.store == ENVIRONMENT:
            return _text(self.environ.get(ask.name))
        if ask.store == METASTORE:
            return self._row(ask)
        if ask.store == "secrets-manager":
            return _entry(self._secret(ask))
        if ask.store == VAULT:
            return _object((self.case.get("vault") or {}).get(f"{ask.mount}/{ask.name}"))
        if ask.store == FILE:
            return _of_file((self.case.get("files") or {}).get(ask.mount), ask.name)
        if ask.store == GOOGLE:
            return _entry((self.case.get("google") or {}).get(ask.name))
        if ask.store == AZURE:  # which tells no A from an a
            held = {name.lower(): found for name, found in (self.case.get("azure") or {}).items()}
            return _entry(held.get(ask.name.lower()))
        found = (self.case.get("parameters") or {}).get(ask.name)
        return _entry(found) if ask.version in ("", "1") else ABSENT

    def _secret(self, ask: Ask) -> object:
        secrets = self.case.get("secrets") or {}
        if ask.place == "own":
            return secrets.get(ask.name)
        arn = f"arn:aws:secretsmanager:{ask.region}:{ask.account}:secret:{ask.name}"
        if arn in secrets:
            return secrets[arn]
        own = (str(self.case.get("account", ask.account)), self.case.get("region", ask.region))
        return secrets.get(ask.name) if own == (ask.account, ask.region) else None

    def _row(self, ask: Ask) -> Answer:
        rows = self.rows if ask.mount == "connection" else self.variables
        row = rows.get(ask.name)
        if row is None or row.get("team_name") not in (None, ask.team):
            return ABSENT
        return Answer("present", stored(row, self.dialect)) if rows is self.rows else _text(row.get("val"))


def stored(row: Mapping[str, Any], dialect: Dialect) -> Connection:
    fields = {name: value for name, value in row.items() if name != "conn_id"}
    return construct.construct(fields, dialect, row["conn_id"])


def _environ(case: Case, field: str) -> Mapping[str, str]:
    """The fields with backends are settings, those without a prefix of the worker's process, too."""
    environ = dict(case.get(field) or {})
    for start, option in {"": SERVER, "worker_": WORKER}.items():
        path = case.get(f"{start}backend") if field == "worker_env" or not start else None
        if path:
            environ |= {option: path, f"{option}_KWARGS": json.dumps(case.get(f"{start}backend_kwargs") or {})}
    return {name: value for name, value in environ.items() if value is not None}


def _text(value: str | None) -> Answer:
    return ABSENT if value is None else Answer("present", Sensitive(value))


def _entry(found: object) -> Answer:
    if not isinstance(found, dict):
        return _text(found if isinstance(found, str) else None)
    if error := found.get("error"):
        return Answer("failed", error=error)
    states: Sequence[State] = ("denied", "deleted", "binary")
    state = next((each for each in states if found.get(each)), None)
    return Answer(state) if state else _text(found.get("value"))


def _object(found: object) -> Answer:
    """An object in Vault, or a text that says what the server answers instead: denied or failed."""
    if isinstance(found, dict):
        return Answer("present", found)
    return Answer("denied" if found == "denied" else "failed") if found else ABSENT


def _of_file(entries: object, name: str) -> Answer:
    """A list stands for its only entry."""
    if not isinstance(entries, dict):
        return Answer("failed")
    found = entries.get(name)
    value = found[0] if isinstance(found, list) and found else found
    return _text(value) if value is None or isinstance(value, str) else Answer("present", value)


def told(found: Resolution) -> dict[str, Any]:
    """As the oracle tells it: it sees what a source returned, not that Airflow then stumbled over it."""
    server = [_told(step) for step in found.trace if step.layer.process == "server"]
    own = [_told(step) for step in found.trace if step.layer.process != "server"]
    if not own:
        return {"source": _first_hit(server), "trace": server}
    if found.source and found.source.process != "server":
        return {"source": _first_hit(own), "trace": own}
    through = "hit" if found.source else "miss"
    own.append({"backend": execution_api.CLASS_NAME, "outcome": through})
    return {"source": _first_hit(own), "trace": own, "server_trace": server}


def _told(step: Step) -> dict[str, str]:
    name = step.layer.class_name
    if step.reason == "no-uri":
        return {"backend": name, "outcome": "hit"}
    if step.outcome == "error":
        return {"backend": name, "outcome": "error", "error": step.error}
    return {"backend": name, "outcome": "miss" if step.outcome == "never" else step.outcome}


def _first_hit(trace: Sequence[Mapping[str, str]]) -> str | None:
    return next((step["backend"] for step in trace if step["outcome"] == "hit"), None)
