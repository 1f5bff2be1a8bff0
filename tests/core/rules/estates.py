"""Small estates from a few words of JSON: what is not said is known, and as it should be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from secretsui.core.backends.source import Backend
from secretsui.core.chain import Settings
from secretsui.core.findings import Finding
from secretsui.core.rules.estate import (
    Cell,
    Deployment,
    Details,
    Entry,
    Estate,
    Gap,
    Id,
    LayerFacts,
    Scope,
    Secret,
    View,
)
from secretsui.core.rules.options import Options
from secretsui.core.rules.outcome import Failed, Outcome
from secretsui.core.rules.traits import Traits

Spec = Mapping[str, Any]

NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
ACCOUNT: Final = "prod"
REGION: Final = "eu-central-1"
KINDS: Final = ("connection", "variable")
CLASSES: Final = {
    "secrets-manager": "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend",
    "parameter-store": "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend",
    "shared": "airflow_aws_shared_secrets.secret_manager.SharedSecretsManagerBackend",
    "vault": "airflow.providers.hashicorp.secrets.vault.VaultBackend",
    "gcp": "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend",
    "azure": "airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend",
}
PROVIDERS: Final = {"apache-airflow-providers-amazon": "9.25.0"}
_AGO: Final = re.compile(r"([+-]\d+)([dhms])")
_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def estate(spec: Spec) -> Estate:
    """`{"scopes": […], "secrets": [{"name": …}], "deployments": [{"kwargs": {…}, "ids": [{"key": …}]}]}`.

    A moment is `2026-11-21`, an ISO date with time, or `-90d` (h, m, s) from `NOW`.
    """
    scopes = [_scope(each) for each in spec.get("scopes", ())]
    secrets = [_secret(each, scopes) for each in spec.get("secrets", ())]
    readers = spec.get("readers")
    return Estate(
        now=moment(spec.get("now")) or NOW,
        scopes=scopes,
        secrets=secrets,
        deployments=[_deployment(each) for each in spec.get("deployments", ())],
        gaps=[Gap(**each) for each in spec.get("gaps", ())],
        readers=None if readers is None else [tuple(each) for each in readers],
        options=Options(**spec.get("options", {})),
    )


def moment(told: str | None) -> datetime | None:
    if told is None:
        return None
    if found := _AGO.fullmatch(told):
        return NOW + timedelta(**{_UNITS[found[2]]: int(found[1])})
    parsed = datetime.fromisoformat(told)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _timed(spec: Spec) -> dict[str, Any]:
    return {name: moment(each) if name.endswith("_at") or name == "as_of" else each for name, each in spec.items()}


def _scope(spec: Spec) -> Scope:
    """`{"path": "airflow/connections"}`: listed as a whole, an hour ago."""
    path = spec.get("path", "")
    usual = {
        "account": ACCOUNT,
        "region": REGION,
        "path": path,
        "kind": kind_of(path),
        "account_id": "111122223333",
        "as_of": "-1h",
        "complete": True,
    }
    return Scope(**_timed(usual | dict(spec)))


def kind_of(name: str) -> str:
    return next((kind for kind in ("variable", "config") if kind in name), "connection")


def _secret(spec: Spec, scopes: list[Scope]) -> Secret:
    """`{"name": "airflow/connections/db"}`, read and without a fault; its scope is added where there is none.

    `account` and `region` say which scope is meant, `prefix` its path.
    """
    told = dict(spec)
    scope = _scope_of(told, scopes)
    name = told["name"]
    usual: dict[str, Any] = {
        "key": name.removeprefix(scope.start),
        "kind": scope.kind,
        "tags": {"owner": "data", "env": "prod"},
        "version_id": "v1",
        "rotation": True,
        "created_at": "-40d",
        "made_at": "-10d",
        "changed_at": "-10d",
        "accessed_at": "-1d",
        "rotated_at": "-10d",
        "form": "json",
        "conn_type": "postgres" if scope.kind == "connection" else "",
        "lint": (),
        "traits": {"size": 64},
        "details": {},
    }
    found = _timed(usual | told)
    lint, traits, details = found.pop("lint"), found.pop("traits"), found.pop("details")
    return Secret(
        scope=scope,
        lint=None if lint is None else [Finding(**{"code": "told", "field": "text"} | each) for each in lint],
        traits=None if traits is None else Traits(**{"size": 64} | traits),
        details=_details(details),
        **found,
    )


def _scope_of(told: dict[str, Any], scopes: list[Scope]) -> Scope:
    wanted = {name: told.pop(name) for name in ("account", "region", "prefix") if name in told}
    if "prefix" in wanted:
        wanted["path"] = wanted.pop("prefix")
    fitting = [
        scope
        for scope in scopes
        if all(getattr(scope, name) == each for name, each in wanted.items()) and told["name"].startswith(scope.start)
    ]
    if not fitting:
        scopes.append(_scope({"path": told["name"].rpartition("/")[0]} | wanted))
        return scopes[-1]
    return max(fitting, key=lambda scope: len(scope.path))


def _details(spec: Spec) -> Details:
    usual = {"policy": {}, "version_keys": {}, "replicas": (), "writes": ()}
    found = usual | dict(spec)
    for name in ("replicas", "writes"):
        if found[name] is not None:
            found[name] = [moment(each) if name == "writes" else tuple(each) for each in found[name]]
    return Details(**found)


def _deployment(spec: Spec) -> Deployment:
    """Airflow 3.3 in production, with Secrets Manager where the secrets of `estate` are; nothing is set otherwise.

    `backend` is a class path, one of `CLASSES`, or null; `kwargs` are the server's. `worker_backend` and
    `worker_kwargs` are for workers that have their own.
    """
    name = spec.get("name", "prod")
    environ, workers = spec.get("environ", {}), spec.get("worker_environ", {})
    columns = ("worker-backend", "backend")
    identity = spec.get("identity")
    return Deployment(
        name=name,
        stage=spec.get("stage", "prod"),
        platform=spec.get("platform", ""),
        settings=_settings(spec, environ or {}, workers or {}),
        ids=[_id(each, name) for each in spec.get("ids", ())],
        layers=[*_layers(spec)],
        places={
            column: tuple(where)
            for column, where in spec.get("places", dict.fromkeys(columns, (ACCOUNT, REGION))).items()
        },
        environ=environ,
        worker_environ=workers,
        kwargs_texts=spec.get("kwargs_texts", {}),
        untold=spec.get("untold", ()),
        identity=identity,
        lookups=spec.get("lookups"),
    )


def _settings(spec: Spec, environ: Mapping[str, str], workers: Mapping[str, str]) -> Settings:
    return Settings(
        airflow=spec.get("airflow", "3.3"),
        backend=_backend(spec.get("backend", "secrets-manager"), spec.get("kwargs", {})),
        worker_backend=_backend(spec.get("worker_backend"), spec.get("worker_kwargs", {})),
        providers=spec.get("providers", PROVIDERS),
        multi_team=spec.get("multi_team", False),
        team=spec.get("team", ""),
        environ=environ,
        worker_environ=workers,
        platform=spec.get("platform", ""),
    )


def _backend(name: str | None, kwargs: Mapping[str, Any]) -> Backend | None:
    return Backend(CLASSES.get(name, name), kwargs) if name else None


def _layers(spec: Spec) -> Sequence[LayerFacts]:
    """Those that are told, in the place of the usual ones."""
    told = [LayerFacts(**_timed({"as_of": "-1h"} | each)) for each in spec.get("layers", ())]
    named = {(each.layer, each.kind) for each in told}
    layers = ("worker-environment", "environment", "metastore")
    usual = [LayerFacts(layer, kind, moment("-1h")) for layer in layers for kind in KINDS]
    return [*told, *(each for each in usual if (each.layer, each.kind) not in named)]


def _id(spec: Spec, deployment: str) -> Id:
    """`{"key": "db", "cells": {"backend": "wins", "metastore": {"state": "shadowed", "compared": "same"}}}`.

    `cells` are what a server sees; `server` and `task` tell it for each.
    """
    told = {"server": spec.get("cells"), "task": None} | {
        name: spec[name] for name in ("server", "task") if name in spec
    }
    return Id(
        deployment=deployment,
        kind=spec.get("kind", "connection"),
        key=spec["key"],
        views={process: _view(cells, spec) for process, cells in told.items() if cells is not None},  # type: ignore[misc]
        entries=[Entry(**{"name": spec["key"], "layer": "metastore"} | each) for each in spec.get("entries", ())],
    )


def _view(cells: Mapping[str, Any], spec: Spec) -> View:
    found = [_cell(column, each) for column, each in cells.items()]
    winner = next((each for each in found if each.state in ("wins", "wins-if")), None)
    return View(
        conflict=spec.get("conflict", "none"),
        winner=winner.column if winner else "",
        is_certain=winner is not None and winner.state == "wins",
        cells=found,
    )


def _cell(column: str, told: str | Spec) -> Cell:
    return Cell(column, **_timed({"state": told} if isinstance(told, str) else told))


def failures(outcomes: Sequence[tuple[object, Outcome]]) -> Sequence[Failed]:
    return [outcome for _, outcome in outcomes if isinstance(outcome, Failed)]
