from __future__ import annotations

import json
from typing import Any

import pytest

from secretsui.airflow.api import BackendConfig
from secretsui.core.backend_kwargs import MARK
from secretsui.core.sensitive import Hidden
from secretsui.inventory.deployments import importing, sources
from secretsui.inventory.models import Deployment
from tests.airflow_double import BACKEND

pytestmark = pytest.mark.database


@pytest.fixture
def deployment(db: None) -> Deployment:
    return Deployment.objects.create(name="halden-prod", api=Deployment.Api.V2, airflow_version="3.3.2")


class Told:
    """An API that tells its configuration."""

    def __init__(self, **config: Any) -> None:
        self._config = config

    def version(self) -> str:
        return "3.3.2"

    def providers(self) -> dict[str, str]:
        return {"apache-airflow-providers-amazon": "9.39.0"}

    def config(self) -> BackendConfig:
        return BackendConfig(**self._config)


def test_what_airflow_tells_is_proposed_without_secrets(deployment: Deployment) -> None:
    kwargs = {"connections_prefix": "a", "aws_secret_access_key": "canary-31"}
    proposal = importing.from_airflow(deployment, Told(backend=BACKEND, kwargs=kwargs))  # type: ignore[arg-type]
    assert {change.field: (change.before, change.after) for change in proposal.changes} == {
        "providers": ({}, {"apache-airflow-providers-amazon": "9.39.0"}),
        "backend_class": ("", BACKEND),
        "backend_kwargs": ({}, {"connections_prefix": "a", "aws_secret_access_key": MARK}),
    }
    assert proposal.unknown == []


def test_masked_kwargs_are_not_proposed_but_named(deployment: Deployment) -> None:
    deployment.backend_kwargs = {"connections_prefix": "entered"}
    proposal = importing.from_airflow(deployment, Told(backend=BACKEND, kwargs=Hidden()))  # type: ignore[arg-type]
    assert "backend_kwargs" not in proposal.found
    assert proposal.unknown == ["backend_kwargs"]


def test_a_source_proposes_what_it_sets_and_nothing_else(deployment: Deployment) -> None:
    lines = [
        *(f"AIRFLOW__SECRETS__BACKEND={BACKEND}", "AIRFLOW__SECRETS__BACKEND_KWARG__CONNECTIONS_PREFIX=one"),
        f"AIRFLOW__WORKERS__SECRETS_BACKEND={BACKEND}",
        f"AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS='{json.dumps({'sep': '-'})}'",
        "AIRFLOW__CORE__MULTI_TEAM=True",
    ]
    source = sources.store(deployment, "env-file", "\n".join(lines))
    assert importing.from_source(source).found == {
        "backend_class": BACKEND,
        "backend_kwargs": {"connections_prefix": "one"},
        "worker_backend_class": BACKEND,
        "worker_backend_kwargs": {"sep": "-"},
        "multi_team": True,
    }
    nothing = sources.store(deployment, "env-file", "AIRFLOW_VAR_A=1", label="other")
    assert importing.from_source(nothing).changes == []
