from __future__ import annotations

import json

import pytest

from secretsui.airflow import env_kubernetes
from secretsui.airflow.environment import SecretRef, Unknown
from tests.airflow.samples import gaps, problems, text, values

SCHEDULER = "airflow-scheduler/scheduler"


def test_names_come_from_secrets_and_values_from_maps_alone() -> None:
    report = env_kubernetes.read(text("workloads.yaml"))
    assert values(report, SCHEDULER) == {
        "AIRFLOW_CONN_CRM_DB": SecretRef("kubernetes-secret", "connections", "AIRFLOW_CONN_CRM_DB"),
        "AIRFLOW_VAR_STAGE": "dev",
        "AIRFLOW_VAR_AIRFLOW_VAR_LAYER": "from-map",
        "AIRFLOW_CONN_REPORTING": "http://u:a$(b@db.example/",
        "AIRFLOW_CONN_OPEN": Unknown("interpolation"),
        "AIRFLOW_VAR_LAYER": "from-env",
        "AIRFLOW_VAR_STAGE_COPY": "dev",
        "AIRFLOW_VAR_TOKEN": SecretRef("kubernetes-secret", "tokens", "token"),
        "AIRFLOW_VAR_POD": Unknown("field-of-pod"),
    }
    assert problems(report) == [("overridden", 36)]


def test_a_secret_that_is_not_given_may_hold_any_name() -> None:
    report = env_kubernetes.read(text("workloads.yaml"))
    assert gaps(report) == [("kubernetes-secret", SCHEDULER, "elsewhere")]


def test_the_pods_of_a_cron_job_are_found_and_braces_mean_nothing_there() -> None:
    assert values(env_kubernetes.read(text("workloads.yaml")), "cleanup/cleanup") == {"AIRFLOW_VAR_STAGE": "{{ ds }}"}


POD = {
    "kind": "Pod",
    "metadata": {"name": "p"},
    "spec": {
        "containers": [{"name": "c", "env": [{"name": "AIRFLOW_VAR_X", "value": "1"}, {"name": "AIRFLOW_VAR_N"}]}]
    },
}


@pytest.mark.parametrize("given", [[POD], [{"kind": "List", "items": [POD]}], [{"kind": "PodList", "items": [POD]}]])
def test_answers_of_the_api_are_read_like_manifests(given: list[object]) -> None:
    expected = {"AIRFLOW_VAR_X": "1", "AIRFLOW_VAR_N": ""}
    assert values(env_kubernetes.read_objects(given), "p/c") == expected
    assert values(env_kubernetes.read(json.dumps(given[0])), "p/c") == expected


def test_the_last_of_two_settings_counts() -> None:
    env = "[{name: AIRFLOW_VAR_X, value: a}, {name: AIRFLOW_VAR_X, value: b}]"
    pod = f"kind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n  - name: c\n    env: {env}\n"
    report = env_kubernetes.read(pod)
    assert (values(report, "p/c"), problems(report)) == ({"AIRFLOW_VAR_X": "b"}, [("duplicate", 6)])


def test_references_that_never_end_take_no_time() -> None:
    pod = {**POD, "spec": {"containers": [{"name": "c", "env": [{"name": "AIRFLOW_VAR_X", "value": "$(" * 200_000}]}]}}
    assert values(env_kubernetes.read_objects([pod]), "p/c") == {"AIRFLOW_VAR_X": "$(" * 200_000}


def test_a_text_without_workloads_is_refused() -> None:
    assert problems(env_kubernetes.read("kind: Secret\n")) == [("bad-shape", 0)]
