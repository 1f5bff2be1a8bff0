"""The two lookups that can be asked for: which source has this connection or variable, in a world that the case gives.

A case has the fields of the real Airflow's oracle, and for its world `secrets` (Secrets Manager) and `parameters`
(Parameter Store): name → text, or `{"value": text, "deleted": true, "binary": true, "error": class}`. An ARN as a name
is a secret of just that account and region. `account` and `region` say where the plain names are; without them they
are in every account that is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from secretsui.core import construct
from secretsui.core.backends.defaults import ENVIRONMENT, METASTORE
from secretsui.core.backends.registry import ENVIRONMENT_CLASS, METASTORE_CLASS, source_of
from secretsui.core.backends.source import Ask, Backend, CannotTell, Context, Kind, Raises, State
from secretsui.core.connection import Connection
from secretsui.core.dialects import Dialect
from secretsui.core.lookup import ABSENT, Answer, Layer, Resolution, Step, resolve
from secretsui.core.sensitive import Sensitive

Case = Mapping[str, Any]
AMAZON: Final[Mapping[str, str]] = {"2.11": "8.29.0", "3.3": "9.39.0", "3.3-sdk": "9.39.0"}


class CannotAnswer(Exception):
    """`airflow_class` is what Airflow raises where it does."""

    def __init__(self, airflow_class: str, message: str) -> None:
        super().__init__(message)
        self.airflow_class = airflow_class


def resolution(case: Case, dialect: Dialect, kind: Kind, secret_id: str) -> Resolution:
    world = World(case, dialect)
    known = {"backend": world.answer, "environment": world.answer, "metastore": world.answer}
    return resolve(chain(case, dialect, world.environ), known, kind, secret_id)


def chain(case: Case, dialect: Dialect, environ: Mapping[str, str]) -> Sequence[Layer]:
    backends = {"environment": Backend(ENVIRONMENT_CLASS), "metastore": Backend(METASTORE_CLASS)}
    if path := case.get("backend"):
        version = case.get("amazon") or AMAZON[dialect]
        backends = {"backend": Backend(path, case.get("backend_kwargs") or {}, version), **backends}
    context = Context(dialect, environ=environ)
    return [_layer(name, backend, context, dialect) for name, backend in backends.items()]


def _layer(name: str, backend: Backend, context: Context, dialect: Dialect) -> Layer:
    source = source_of(backend, context)
    if isinstance(source, Raises):
        raise CannotAnswer(source.airflow_class, f"The backend cannot be constructed: {source.reason} {source.where}")
    if isinstance(source, CannotTell):
        raise CannotAnswer("CannotTell", "The backend's class is not known.")
    return Layer(name, "server", dialect, source)


class World:
    def __init__(self, case: Case, dialect: Dialect) -> None:
        self.case, self.dialect = case, dialect
        env = case.get("env") or {}
        self.environ: Mapping[str, str] = {name: value for name, value in env.items() if value is not None}
        self.rows = {row["conn_id"]: row for row in case.get("metastore") or []}
        self.variables = {row["key"]: row.get("val") for row in case.get("metastore_variables") or []}

    def answer(self, ask: Ask) -> Answer:
        if ask.store == ENVIRONMENT:
            return _text(self.environ.get(ask.name))
        if ask.store == METASTORE:
            return self._row(ask.name) if ask.mount == "connection" else _text(self.variables.get(ask.name))
        if ask.store == "secrets-manager":
            return _entry(self._secret(ask))
        return _entry((self.case.get("parameters") or {}).get(ask.name))

    def _secret(self, ask: Ask) -> object:
        secrets = self.case.get("secrets") or {}
        if ask.place == "own":
            return secrets.get(ask.name)
        arn = f"arn:aws:secretsmanager:{ask.region}:{ask.account}:secret:{ask.name}"
        if arn in secrets:
            return secrets[arn]
        own = (str(self.case.get("account", ask.account)), self.case.get("region", ask.region))
        return secrets.get(ask.name) if own == (ask.account, ask.region) else None

    def _row(self, conn_id: str) -> Answer:
        row = self.rows.get(conn_id)
        return ABSENT if row is None else Answer("present", stored(row, self.dialect))


def stored(row: Mapping[str, Any], dialect: Dialect) -> Connection:
    fields = {name: value for name, value in row.items() if name != "conn_id"}
    return construct.construct(fields, dialect, row["conn_id"])


def _text(value: str | None) -> Answer:
    return ABSENT if value is None else Answer("present", Sensitive(value))


def _entry(found: object) -> Answer:
    if not isinstance(found, dict):
        return _text(found if isinstance(found, str) else None)
    if error := found.get("error"):
        return Answer("failed", error=error)
    state: State | None = "deleted" if found.get("deleted") else "binary" if found.get("binary") else None
    return Answer(state) if state else _text(found.get("value"))


def trace(found: Resolution) -> list[dict[str, str]]:
    """As the oracle tells it: it sees what a source returned, not that Airflow then stumbled over it."""
    return [_told(step) for step in found.trace]


def _told(step: Step) -> dict[str, str]:
    source = step.layer.source
    name = "" if isinstance(source, CannotTell) else source.class_name
    if step.reason == "no-uri":
        return {"backend": name, "outcome": "hit"}
    if step.outcome == "error":
        return {"backend": name, "outcome": "error", "error": step.error}
    return {"backend": name, "outcome": "miss" if step.outcome == "never" else step.outcome}


def first_hit(told: Sequence[Mapping[str, str]]) -> str | None:
    return next((step["backend"] for step in told if step["outcome"] == "hit"), None)
