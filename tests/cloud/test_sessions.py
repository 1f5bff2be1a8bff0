from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from moto.sts.models import STSBackend

from secretsui.cloud import aws as cloud
from secretsui.cloud.aws import Caller, Identity, Tuning, who_am_i
from secretsui.cloud.errors import Denied, Expired, StoreError, Unavailable
from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import MUST_NOT_EXIST
from tests.aws import ACCOUNT, Aws, access_key

OTHER = "444455556666"
HUB = "258781458051"


def test_the_ambient_identity_is_the_environments(aws: Aws) -> None:
    caller = who_am_i(aws.identity())

    assert caller == Caller(ACCOUNT, caller.arn, caller.user_id)
    assert f"::{ACCOUNT}:" in caller.arn


def test_a_profile_has_its_own_keys(aws: Aws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "aws-config"
    config.write_text(f"[profile prod]\naws_access_key_id = {access_key(OTHER)}\naws_secret_access_key = test\n")

    assert who_am_i(Identity(aws.region, profile="prod", endpoint_url=aws.url)).account_id == OTHER
    assert who_am_i(aws.identity()).account_id == ACCOUNT


def test_a_chain_of_two_roles_reaches_the_other_account(aws: Aws) -> None:
    aws.create("airflow/x", "theirs", account=OTHER)
    chain = ((aws.role(HUB, "hub"), "first-secret-handshake"), (aws.role(OTHER, "reader"), ""))
    identity = Identity(aws.region, role_chain=chain, endpoint_url=aws.url)

    assert who_am_i(identity).account_id == OTHER
    store = aws.store(OTHER, role_chain=chain)
    (value,) = next(iter(store.read(["airflow/x"]))).values()
    assert value.text == Sensitive("theirs")

    first, second = aws.calls.bodies("AssumeRole")
    assert (first["RoleArn"], first["ExternalId"]) == (chain[0][0], "first-secret-handshake")
    assert (second["RoleArn"], second.get("ExternalId")) == (chain[1][0], None)
    assert {first["RoleSessionName"], second["RoleSessionName"]} == {"secretsui"}
    keys = [call.headers["AUTHORIZATION"] for call in aws.calls if call.operation == "AssumeRole"]
    assert access_key(ACCOUNT) in keys[0]
    assert access_key(ACCOUNT) not in keys[1]


def test_regions_share_the_assumed_credentials(aws: Aws) -> None:
    for region in ("eu-west-1", "us-east-1"):
        assert who_am_i(aws.identity(OTHER, region=region)).account_id == OTHER

    assert aws.calls.count("AssumeRole") == 1


def test_clients_are_made_once_and_shared_by_threads(aws: Aws) -> None:
    identity = aws.identity(OTHER)

    with ThreadPoolExecutor(8) as pool:
        clients = set(pool.map(lambda _: cloud.client(identity), range(40)))
        callers = set(pool.map(lambda _: who_am_i(identity).account_id, range(40)))

    assert len(clients) == 1
    assert callers == {OTHER}
    assert aws.calls.count("AssumeRole") == 1
    assert cloud.client(aws.identity(OTHER, region="us-east-1")) not in clients


@pytest.mark.parametrize(("minutes", "assumed"), [(20, 1), (14, 4), (9, 4)])
def test_assumed_credentials_are_renewed_from_15_minutes_before_they_expire(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, minutes: int, assumed: int
) -> None:
    lasting(monkeypatch, minutes)
    identity = aws.identity(OTHER)

    for _ in range(3):
        who_am_i(identity)

    # The first call of fresh but short credentials fetches them, and finds at once that they are nearly over.
    assert aws.calls.count("AssumeRole") in (assumed, assumed - 1)


def lasting(monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    """Let roles be assumed for so long, whatever was asked."""
    assume_role: Callable[..., Any] = STSBackend.assume_role
    monkeypatch.setattr(
        STSBackend, "assume_role", lambda self, **given: assume_role(self, **given | {"duration": minutes * 60})
    )


def test_a_failing_renewal_is_no_trouble_while_the_credentials_last(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    lasting(monkeypatch, 14)
    identity = aws.identity(OTHER)
    who_am_i(identity)
    aws.faults.add("AssumeRole", "denied")

    assert who_am_i(identity).account_id == OTHER


def test_credentials_that_the_service_calls_expired_are_fetched_again(aws: Aws) -> None:
    aws.create("airflow/x", account=OTHER)
    store = aws.store(OTHER)
    assert store.describe("airflow/x").name
    aws.faults.add("DescribeSecret", "expired", times=1)

    assert store.describe("airflow/x").name

    assert aws.calls.count("AssumeRole") == 2


def test_credentials_that_stay_expired_are_an_error_with_a_remedy(aws: Aws) -> None:
    aws.create("airflow/x")
    aws.faults.add("DescribeSecret", "expired")

    with pytest.raises(Expired) as caught:
        aws.store().describe("airflow/x")

    assert caught.value.code == "ExpiredTokenException"
    assert "Renew" in caught.value.remedy


def test_renewed_keys_are_found_without_a_restart(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(Expired, match="no AWS credentials"):
        who_am_i(aws.identity())

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", access_key(ACCOUNT))

    assert who_am_i(aws.identity()).account_id == ACCOUNT


def test_a_role_that_cannot_be_assumed_names_the_role(aws: Aws) -> None:
    aws.faults.add("AssumeRole", "denied")

    with pytest.raises(Denied) as caught:
        aws.store(OTHER).describe("airflow/x")

    assert (caught.value.action, caught.value.arn) == ("sts:AssumeRole", aws.role(OTHER))
    assert "external id" in caught.value.remedy


def test_a_chain_without_credentials_to_begin_with_says_so(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")

    with pytest.raises(Expired, match="no AWS credentials"):
        who_am_i(aws.identity(OTHER))


@pytest.mark.parametrize(
    ("how", "kind", "words"),
    [
        ({"profile": "nobody"}, Expired, "profile nobody"),
        ({"endpoint_url": "http://127.0.0.1:9"}, Unavailable, "could not reach AWS"),
        ({"endpoint_url": "not an address"}, Unavailable, "endpoint address"),
        ({"region": "no region"}, Unavailable, "region"),
    ],
)
def test_a_wrong_configuration_is_told_in_words(
    aws: Aws, how: dict[str, Any], kind: type[StoreError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        who_am_i(aws.identity(**how))


def test_a_slow_service_is_unavailable_after_the_time_given(aws: Aws) -> None:
    aws.faults.add("DescribeSecret", "hang", seconds=1.0)
    store = aws.store(tuning=Tuning(read_seconds=0.2))

    with pytest.raises(Unavailable, match="in time"):
        store.describe("airflow/x")


def test_a_connection_that_breaks_is_tried_again(aws: Aws) -> None:
    aws.create("airflow/x")
    aws.faults.add("DescribeSecret", "drop", times=1)

    assert aws.store().describe("airflow/x").name == "airflow/x"


def test_connections_that_keep_breaking_are_unavailable(aws: Aws) -> None:
    aws.faults.add("DescribeSecret", "drop")

    with pytest.raises(Unavailable, match="broke"):
        aws.store().describe("airflow/x")


@pytest.mark.parametrize(
    ("url", "service", "used"),
    [
        ("", "secretsmanager", False),
        ("http://127.0.0.1:5000", "sts", True),
        ("http://127.0.0.1:5000", "secretsmanager", True),
        ("https://vpce-1-2.secretsmanager.eu-west-1.vpce.amazonaws.com", "secretsmanager", True),
        ("https://vpce-1-2.secretsmanager.eu-west-1.vpce.amazonaws.com", "sts", False),
        ("https://localhost.localstack.cloud:4566", "sts", True),
    ],
)
def test_an_address_of_aws_serves_only_the_service_it_names(url: str, service: str, used: bool) -> None:
    assert Identity("eu-west-1", endpoint_url=url).endpoint(service) == (url if used else None)


def test_the_sdk_never_writes_values_to_the_log(aws: Aws, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("", "botocore"):
        caplog.set_level(logging.DEBUG, logger=name)
    store = aws.store()

    store.write("airflow/x", Sensitive("unmistakable"), replaces=MUST_NOT_EXIST)
    list(store.read(["airflow/x"]))

    assert "unmistakable" not in caplog.text


def test_the_sdk_is_loaded_at_the_first_call_only() -> None:
    code = "import sys, secretsui.stores.secrets_manager; print([m for m in sys.modules if m.startswith('boto')])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
