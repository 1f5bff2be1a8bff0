"""What a source leaves open stays open in the chain: it is neither the default nor absent."""

from __future__ import annotations

import pytest

from secretsui.core.backends.source import CannotTell, Raises
from secretsui.core.backends.vault import Vault
from secretsui.inventory.deployments import sources
from secretsui.inventory.deployments.resolving import resolve_all, resolve_one
from secretsui.inventory.deployments.settings import setup_of
from secretsui.inventory.models import Deployment
from tests.airflow_double import BACKEND

VAULT = "airflow.providers.hashicorp.secrets.vault.VaultBackend"

pytestmark = pytest.mark.database

KUBERNETES = """
kind: Deployment
metadata: {name: airflow}
spec:
  template:
    spec:
      containers:
        - name: web
          env:
            - {name: %s, valueFrom: {secretKeyRef: {name: airflow, key: setting}}}
            - {name: AIRFLOW_VAR_A, value: x}
            %s
"""


@pytest.fixture
def deployment(db: None) -> Deployment:
    return Deployment.objects.create(name="halden-prod", api=Deployment.Api.NONE, airflow_version="2.11.2")


def layers(deployment: Deployment) -> dict[str, object]:
    return {layer.id: layer.source for layer in setup_of(deployment).chain("server").layers}


def test_kwargs_that_are_kept_elsewhere_are_not_taken_for_defaults(deployment: Deployment) -> None:
    plain = f"- {{name: AIRFLOW__SECRETS__BACKEND, value: {BACKEND}}}"
    sources.store(deployment, "kubernetes", KUBERNETES % ("AIRFLOW__SECRETS__BACKEND_KWARGS", plain))
    assert layers(deployment)["backend"] == CannotTell("no-kwargs")
    deployment.backend_class = BACKEND
    assert not isinstance(layers(deployment)["backend"], CannotTell)


def test_a_token_of_vault_that_is_kept_elsewhere_is_one(deployment: Deployment) -> None:
    deployment.backend_class = VAULT
    assert isinstance(layers(deployment)["backend"], Vault), "nobody told of the environment"
    source = sources.store(deployment, "kubernetes", KUBERNETES % ("VAULT_TOKEN", ""))
    assert isinstance(layers(deployment)["backend"], Vault)

    sources.remove(source)
    source = sources.store(deployment, "env-file", "AIRFLOW_VAR_A=x", is_whole=False)
    assert isinstance(layers(deployment)["backend"], Vault)
    sources.store(deployment, "env-file", "AIRFLOW_VAR_A=x")
    assert isinstance(layers(deployment)["backend"], Raises)


def test_a_class_that_is_kept_elsewhere_is_a_layer_all_the_same(deployment: Deployment) -> None:
    sources.store(deployment, "kubernetes", KUBERNETES % ("AIRFLOW__SECRETS__BACKEND", ""))
    assert isinstance(layers(deployment)["backend"], CannotTell)


def test_what_only_workers_have_elsewhere_is_open_for_them_alone(deployment: Deployment) -> None:
    deployment.airflow_version = "3.3.2"
    plain = f"- {{name: AIRFLOW__SECRETS__BACKEND, value: {BACKEND}}}"
    sources.store(deployment, "env-file", f"AIRFLOW__SECRETS__BACKEND={BACKEND}", process="server")
    text = KUBERNETES % ("AIRFLOW__SECRETS__BACKEND_KWARGS", plain)
    sources.store(deployment, "kubernetes", text, process="worker")
    found = {layer.id: layer.source for layer in setup_of(deployment).chain("task").layers}
    assert found["worker-backend"] == CannotTell("no-kwargs")
    assert not isinstance(found["backend"], CannotTell)


def test_variables_of_the_environment_manager_are_found_in_the_environment(deployment: Deployment) -> None:
    given = {"objectType": "ENVIRONMENT_VARIABLE", "objectKey": "AIRFLOW_VAR_B", "environmentVariable": {"value": "x"}}
    sources.store(deployment, "astro-objects", {"environmentObjects": [given]})
    deployment.platform = "astro"
    found = resolve_one(deployment, "server", "variable", "b").resolution.source
    assert found is not None
    assert found.id == "environment"
    assert (
        resolve_one(deployment, "server", "variable", "AIRFLOW_VAR_B").cells["environment-manager"]["state"] == "absent"
    )

    resolve_all(deployment)
    assert [each.key for each in deployment.rows.all()] == ["b"]


def test_a_variable_that_may_be_unset_is_not_found_for_sure(deployment: Deployment) -> None:
    sources.store(deployment, "compose", "services:\n  web:\n    environment:\n      AIRFLOW_VAR_B:\n")
    found = resolve_one(deployment, "server", "variable", "b")
    assert not found.resolution.is_certain
    assert found.resolution.source is None
