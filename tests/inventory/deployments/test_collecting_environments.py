"""What a check asks AWS for: the environment of MWAA, and task definitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from secretsui.access.deployment_door import open_deployment
from secretsui.access.door import Job
from secretsui.inventory.deployments import sources
from secretsui.inventory.models import Check, Deployment, EnvSource, LayerEntry
from tests import mwaa_server
from tests.aws import Aws
from tests.conftest import REGION, Place

pytestmark = pytest.mark.database


def check(deployment: Deployment) -> Check:
    return open_deployment(Job("checks"), deployment).collect(Check.objects.create(deployment=deployment))


def task_of(aws: Aws) -> Callable[..., str]:
    def register(**containers: str) -> str:
        definitions = [
            {"name": name, "image": "airflow", "memory": 512, "environment": [{"name": variable, "value": "x"}]}
            for name, variable in containers.items()
        ]
        answer = aws.client("ecs").register_task_definition(family="airflow", containerDefinitions=definitions)
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    return register


@pytest.fixture
def deployment(live_place: Place) -> Deployment:
    return Deployment.objects.create(
        name="halden-prod", api=Deployment.Api.NONE, account=live_place.account, region=REGION
    )


def names() -> list[str]:
    return sorted(LayerEntry.objects.values_list("name", flat=True))


def test_mwaa_is_asked_for_rows_and_environment(place: Place, aws: Aws) -> None:
    environment: dict[str, Any] = {"Name": "halden", "AirflowVersion": "3.0.6", "AirflowConfigurationOptions": {}}
    airflow = mwaa_server.Rows("3.0.6", mwaa_server.connections(["crm"]), mwaa_server.variables({"limit": "10"}))
    with mwaa_server.serving(environment, airflow) as mwaa:
        place.point_to(mwaa.url)
        found = Deployment.objects.create(
            name="halden", api="mwaa", account=place.account, region=REGION, mwaa_environment="halden"
        )
        assert check(found).problem == ""
        assert names() == ["AIRFLOW_CONN_AWS_DEFAULT", "crm", "limit"]
        environment["AirflowConfigurationOptions"]["secrets.backend"] = "a.B"
        assert check(found).state == "done"
    assert EnvSource.objects.get().settings["AIRFLOW__SECRETS__BACKEND"] == "a.B"
    found.refresh_from_db()
    assert found.airflow == "3.0.6"


def test_a_task_definition_is_read_again(deployment: Deployment, aws: Aws) -> None:
    arn = task_of(aws)(web="AIRFLOW_VAR_NEW")
    sources.store(
        deployment,
        "ecs",
        {"containerDefinitions": [{"name": "web", "environment": [{"name": "AIRFLOW_VAR_OLD", "value": "x"}]}]},
        label=arn,
    )
    assert check(deployment).state == "done"
    assert names() == ["AIRFLOW_VAR_NEW"]


def test_what_aws_refuses_leaves_the_source_as_old_as_it_is(deployment: Deployment, aws: Aws) -> None:
    old = {"containerDefinitions": [{"name": "web", "environment": [{"name": "AIRFLOW_VAR_OLD", "value": "x"}]}]}
    absent = "arn:aws:ecs:eu-west-1:111122223333:task-definition/absent:1"
    source = sources.store(deployment, "ecs", old, label=absent)
    run = check(deployment)
    assert run.state == "failed"
    assert run.problem
    assert names() == ["AIRFLOW_VAR_OLD"]
    assert EnvSource.objects.get().as_of == source.as_of


def test_one_that_has_become_ambiguous_is_left_to_a_person(deployment: Deployment, aws: Aws) -> None:
    arn = task_of(aws)(web="AIRFLOW_VAR_A", worker="AIRFLOW_VAR_B")
    sources.store(deployment, "ecs", {"containerDefinitions": [{"name": "airflow"}]}, label=arn)
    run = check(deployment)
    assert (run.state, run.error) == ("failed", "failed")
    assert "Several processes" in run.problem
    assert names() == []
