"""The policies of the role that an Airflow runs as, from IAM to the rules."""

from __future__ import annotations

import json

import pytest

from secretsui.access.deployment_door import open_deployment
from secretsui.access.door import Job
from secretsui.access.models import AccessEvent
from secretsui.audits import estate, roles
from secretsui.audits.models import Audit, RoleReading
from secretsui.core.rules.estate import Deployment as Told
from secretsui.inventory.models import Deployment, EnvSource
from tests.aws import ACCOUNT, Aws
from tests.conftest import Place

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ROLE = f"arn:aws:iam::{ACCOUNT}:role/airflow"
READ = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}


@pytest.fixture
def deployment(live_place: Place) -> Deployment:
    return Deployment.objects.create(name="halden", api="none", account=live_place.connections.account)


def add_role(aws: Aws) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": [READ]})
    aws.client("iam").create_role(RoleName="airflow", AssumeRolePolicyDocument=document)
    aws.client("iam").put_role_policy(RoleName="airflow", PolicyName="read", PolicyDocument=document)


def read(deployment: Deployment) -> Told:
    """As the rules see it, once its role was read."""
    roles.read(deployment, open_deployment(Job("audit"), deployment))
    return told()


def told() -> Told:
    [found] = estate.build(Audit.objects.create()).deployments
    return found


def test_the_policies_of_a_role_that_is_entered_come_to_the_rules(deployment: Deployment, aws: Aws) -> None:
    add_role(aws)
    deployment.role_arn = ROLE
    found = read(deployment)
    assert found.identity is not None
    assert [policy["Statement"] for policy in found.identity] == [[READ]]
    event = AccessEvent.objects.get(detail="role")
    assert (event.actor, event.outcome) == ("audit", "allowed")


def test_before_anybody_tells_of_a_role_nothing_is_asked(deployment: Deployment, aws: Aws) -> None:
    before = told()
    assert (before.identity, before.identity_problem) == (None, "no-identity")
    found = read(deployment)
    assert (found.identity, found.identity_problem) == (None, "no-identity")
    assert aws.calls.counts() == {}


def test_a_role_that_cannot_be_read_is_told_with_the_reason(deployment: Deployment, aws: Aws) -> None:
    deployment.role_arn = ROLE
    found = read(deployment)
    assert (found.identity, found.identity_problem) == (None, "role-notfound")
    assert "no such role" in RoleReading.objects.get().problem


def test_what_was_read_once_is_no_longer_told_when_it_cannot_be_read_again(deployment: Deployment, aws: Aws) -> None:
    add_role(aws)
    deployment.role_arn = ROLE
    read(deployment)
    aws.client("iam").delete_role_policy(RoleName="airflow", PolicyName="read")
    aws.client("iam").delete_role(RoleName="airflow")
    assert read(deployment).identity is None


def test_a_role_of_an_account_that_nobody_entered_is_not_asked_for(deployment: Deployment, aws: Aws) -> None:
    deployment.role_arn = ROLE.replace(ACCOUNT, "999988887777")
    Deployment.objects.update(account=None)
    deployment.account = None
    assert read(deployment).identity_problem == "role-no-credential"


def test_mwaa_and_tasks_tell_their_role_themselves(
    deployment: Deployment, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_role(aws)
    answers = {
        EnvSource.Form.MWAA: {"Environment": {"ExecutionRoleArn": ROLE}},
        EnvSource.Form.ECS: {"taskDefinition": {"taskRoleArn": ROLE}},
    }
    monkeypatch.setattr("secretsui.inventory.wiring.read_environment", lambda source: answers[source.form])
    deployment.mwaa_environment = "halden"
    assert read(deployment).identity
    deployment.mwaa_environment = ""
    label = f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task-definition/halden:3"
    EnvSource.objects.create(deployment=deployment, form=EnvSource.Form.ECS, label=label)
    RoleReading.objects.all().delete()
    assert read(deployment).identity
