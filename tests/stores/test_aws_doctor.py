"""What AWS tells of the locks of a secret, and what it does not."""

from __future__ import annotations

import json

import pytest

from secretsui.core.doctor.verdict import Key, Untold
from secretsui.stores.aws_doctor import read
from secretsui.stores.base import StoreError
from tests.aws import ACCOUNT, REGION, VALUE, Aws

NAME = "airflow/connections/db"
POLICY = {"Version": "2012-10-17", "Statement": []}


def test_the_policy_and_the_arn_of_a_secret_are_read_and_no_value(aws: Aws) -> None:
    aws.create(NAME)
    aws.client().put_resource_policy(SecretId=NAME, ResourcePolicy=json.dumps(POLICY))
    aws.calls.clear()

    found = read(aws.identity(), NAME)

    assert (found.secret.name, found.secret.account, found.secret.region) == (NAME, ACCOUNT, REGION)
    assert found.policy == POLICY
    assert set(aws.calls.counts()) == {"DescribeSecret", "GetResourcePolicy"}
    assert VALUE not in repr(found)


@pytest.mark.parametrize("key_id", ["", "alias/aws/secretsmanager"])
def test_without_a_key_of_ones_own_it_is_that_of_aws(aws: Aws, key_id: str) -> None:
    aws.create(NAME, kms_key_id=key_id)

    assert read(aws.identity(), NAME).key == Key("", managed=True)


def test_a_key_of_ones_own_is_read_with_its_policy_and_state(aws: Aws) -> None:
    kms = aws.client("kms")
    made = kms.create_key(Policy=json.dumps(POLICY))["KeyMetadata"]
    kms.create_alias(AliasName="alias/mine", TargetKeyId=made["KeyId"])
    aws.create(NAME, kms_key_id="alias/mine")

    assert read(aws.identity(), NAME).key == Key(made["Arn"], managed=False, policy=POLICY)

    kms.disable_key(KeyId=made["KeyId"])
    key = read(aws.identity(), NAME).key
    assert isinstance(key, Key)
    assert not key.enabled


@pytest.mark.parametrize(("operation", "lock"), [("DescribeKey", "key"), ("GetResourcePolicy", "policy")])
def test_what_is_refused_is_told_with_its_reason(aws: Aws, operation: str, lock: str) -> None:
    made = aws.client("kms").create_key()["KeyMetadata"]
    aws.create(NAME, kms_key_id=made["Arn"])
    aws.faults.add(operation, "denied")

    untold = getattr(read(aws.identity(), NAME), lock)

    assert isinstance(untold, Untold)
    assert operation in untold.sentence


def test_a_key_policy_that_is_refused_leaves_the_key_known(aws: Aws) -> None:
    made = aws.client("kms").create_key()["KeyMetadata"]
    aws.create(NAME, kms_key_id=made["Arn"])
    aws.faults.add("GetKeyPolicy", "denied")

    key = read(aws.identity(), NAME).key

    assert isinstance(key, Key)
    assert isinstance(key.policy, Untold)


def test_a_key_that_is_gone_is_told(aws: Aws) -> None:
    aws.create(NAME, kms_key_id="alias/gone")

    untold = read(aws.identity(), NAME).key

    assert isinstance(untold, Untold)
    assert "no such KMS key" in untold.sentence


def test_a_secret_that_cannot_be_described_is_an_error(aws: Aws) -> None:
    with pytest.raises(StoreError) as caught:
        read(aws.identity(), NAME)

    assert caught.value.kind == "notfound"
