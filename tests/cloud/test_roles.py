from __future__ import annotations

import json

import pytest

from secretsui.cloud import roles
from secretsui.cloud.errors import BadName, NotFound, Unavailable
from tests.aws import ACCOUNT, Aws

ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/airflow"
READ = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
DENY = {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}


def document(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.fixture
def iam(aws: Aws):
    client = aws.client("iam")
    client.create_role(RoleName="airflow", Path="/team/", AssumeRolePolicyDocument=document())
    return client


def statements(found: object) -> list[object]:
    return [statement for policy in found for statement in policy["Statement"]]


def test_it_reads_policies_that_are_attached_and_those_that_are_written_into_the_role(aws, iam):
    arn = iam.create_policy(PolicyName="read", PolicyDocument=document(DENY))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(READ), SetAsDefault=True)
    iam.attach_role_policy(RoleName="airflow", PolicyArn=arn)
    iam.put_role_policy(RoleName="airflow", PolicyName="deny", PolicyDocument=document(DENY))

    asked: list[None] = []
    assert statements(roles.policies(aws.identity(), ROLE, lambda: asked.append(None))) == [READ, DENY]
    assert len(asked) == 6


def test_a_role_without_policies_has_none(aws, iam):
    assert list(roles.policies(aws.identity(), ROLE)) == []


def test_more_pages_are_read_to_the_end(aws, iam):
    for number in range(120):
        iam.put_role_policy(RoleName="airflow", PolicyName=f"p{number}", PolicyDocument=document(READ))
    assert len(roles.policies(aws.identity(), ROLE)) == 120


def test_a_role_that_is_not_there_is_not_found(aws):
    with pytest.raises(NotFound):
        roles.policies(aws.identity(), ROLE)


def test_a_boundary_hides_what_the_role_may_do(aws):
    arn = aws.client("iam").create_policy(PolicyName="limit", PolicyDocument=document(READ))["Policy"]["Arn"]
    aws.client("iam").create_role(RoleName="airflow", AssumeRolePolicyDocument=document(), PermissionsBoundary=arn)
    with pytest.raises(roles.Bounded) as told:
        roles.policies(aws.identity(), ROLE)
    assert told.value.kind == "bounded"


def test_what_does_not_answer_is_told(aws, iam):
    aws.faults.clear()
    with pytest.raises(Unavailable):
        roles.policies(aws.identity(endpoint_url="http://127.0.0.1:9"), ROLE)


@pytest.mark.parametrize("arn", ["", "airflow", "arn:aws:iam::12:role/x", f"arn:aws:iam::{ACCOUNT}:user/x"])
def test_only_the_arn_of_a_role_names_an_account(arn):
    with pytest.raises(BadName):
        roles.account_of(arn)
    assert roles.account_of(ROLE) == ACCOUNT
