from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from secretsui.demo import story
from secretsui.demo.accounts import ACCOUNTS, AMBIENT, SampleAccount
from secretsui.demo.child import Child
from tests.demo.stack import answers_on, eventually
from tests.services import free_port

PLATFORM, DEV, PROD = ACCOUNTS


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    child = Child("sample-aws", "secretsui.demo.sample_aws", str(port))
    child.start(Path(tmp_path_factory.mktemp("sample")), os.environ)
    try:
        eventually(lambda: answers_on(port) or child.exit_code() is not None)
        assert child.exit_code() is None, child.last_words()
        yield f"http://127.0.0.1:{port}"
    finally:
        child.ask_to_stop()
        child.stop(monotonic() + 10)


def client(service: str, endpoint: str, region: str, **keys: str) -> Any:
    keys = keys or {"aws_access_key_id": AMBIENT["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": "any"}
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client(service, endpoint_url=endpoint, region_name=region, config=config, **keys)


def assume(endpoint: str, account: SampleAccount, **more: str) -> dict[str, str]:
    sts = client("sts", endpoint, account.regions[0])
    given = sts.assume_role(RoleArn=account.role_arn, RoleSessionName="test", **more)["Credentials"]
    return {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }


def secrets(endpoint: str, account: SampleAccount, region: str) -> Any:
    more = {"ExternalId": account.external_id} if account.external_id else {}
    return client("secretsmanager", endpoint, region, **assume(endpoint, account, **more))


def listed(manager: Any) -> dict[str, Any]:
    pages = manager.get_paginator("list_secrets").paginate(IncludePlannedDeletion=True)
    return {secret["Name"]: secret for page in pages for secret in page["SecretList"]}


def test_every_account_has_its_own_secrets_behind_its_role(endpoint):
    for account in ACCOUNTS:
        for region in account.regions:
            told = {sample.name for sample in story.samples(account) if sample.region == region}
            assert set(listed(secrets(endpoint, account, region))) == told


def test_the_role_of_production_wants_its_external_id(endpoint):
    with pytest.raises(ClientError, match="AccessDenied"):
        assume(endpoint, PROD)


def test_the_ambient_identity_is_of_the_platforms_account(endpoint):
    assert client("sts", endpoint, "eu-central-1").get_caller_identity()["Account"] == PLATFORM.account_id


def test_a_secret_has_its_history_with_dates_and_stages(endpoint):
    manager = secrets(endpoint, PROD, "eu-central-1")
    sample = next(each for each in story.samples(PROD) if each.name == "airflow/connections/warehouse")
    told = sample.versions(datetime.now(UTC))

    kept = manager.list_secret_version_ids(SecretId=sample.name, IncludeDeprecated=True)["Versions"]
    assert {each["VersionId"] for each in kept} == {each.version_id for each in told}
    stages = {each["VersionId"]: each.get("VersionStages", []) for each in kept}
    assert [stages[each.version_id] for each in told] == [[], [], ["AWSPREVIOUS"], ["AWSCURRENT"]]
    assert manager.get_secret_value(SecretId=sample.name)["SecretString"] == told[-1].value
    about = manager.describe_secret(SecretId=sample.name)
    assert abs(about["LastChangedDate"] - told[-1].at) < timedelta(minutes=5)
    assert about["KmsKeyId"] == "alias/data-prod"


def test_what_waits_for_its_deletion_what_is_binary_and_what_is_rotated(endpoint):
    dev = secrets(endpoint, DEV, "eu-central-1")
    old = listed(dev)["airflow/connections/old_ftp_drop"]
    assert timedelta(days=3) < datetime.now(UTC) - old["DeletedDate"] < timedelta(days=5)
    purge = dev.describe_secret(SecretId=old["Name"])["DeletedDate"]
    assert timedelta(days=25) < purge - datetime.now(UTC) < timedelta(days=27)

    prod = secrets(endpoint, PROD, "eu-central-1")
    keystore = prod.get_secret_value(SecretId="airflow/connections/signing_keystore")
    assert (len(keystore["SecretBinary"]), "SecretString" in keystore) == (2048, False)

    orders = listed(prod)["airflow/connections/orders_db"]
    assert orders["RotationEnabled"]
    assert orders["NextRotationDate"] > datetime.now(UTC)


def test_arns_are_those_of_the_last_start(endpoint):
    """An index that was made before a restart names the same secrets after it."""
    arn = listed(secrets(endpoint, PLATFORM, "eu-central-1"))["airflow/connections/slack_alerts"]["ARN"]
    port = free_port()
    child = Child("sample-aws", "secretsui.demo.sample_aws", str(port))
    child.start(Path(os.environ["SECRETSUI_DATA_DIR"]), os.environ)
    try:
        eventually(lambda: answers_on(port))
        again = listed(secrets(f"http://127.0.0.1:{port}", PLATFORM, "eu-central-1"))
    finally:
        child.ask_to_stop()
        child.stop(monotonic() + 10)
    assert again["airflow/connections/slack_alerts"]["ARN"] == arn
