"""The fault layer as another process uses it, and that it does what its kinds say."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.aws import Aws
from tests.faults import ERRORS, Fault


def control(aws: Aws, method: str, path: str = "", given: dict[str, Any] | None = None) -> dict[str, int]:
    body = json.dumps(given).encode() if given else None
    request = urllib.request.Request(f"{aws.url}/_fault{path}", body, method=method)
    with urllib.request.urlopen(request) as answer:
        counts: dict[str, int] = json.load(answer)
    return counts


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_arrives_with_its_code(aws: Aws, kind: str) -> None:
    aws.faults.add("GetSecretValue", kind)

    with pytest.raises(ClientError) as caught:
        aws.client().get_secret_value(SecretId="airflow/x")

    assert caught.value.response["Error"]["Code"] == ERRORS[kind][1]


def test_another_process_sets_and_clears_faults(aws: Aws) -> None:
    client = aws.client()
    control(aws, "POST", given={"operation": "ListSecrets", "kind": "throttle", "times": 1})

    with pytest.raises(ClientError, match="ThrottlingException"):
        client.list_secrets()
    client.list_secrets()
    assert control(aws, "GET", "/calls") == {"ListSecrets": 2}

    control(aws, "POST", given={"operation": "*", "kind": "internal"})
    with pytest.raises(ClientError, match="InternalServiceError"):
        client.list_secrets()
    control(aws, "DELETE")
    client.list_secrets()
    assert control(aws, "GET", "/calls") == {"ListSecrets": 1}


def test_a_fault_waits_for_its_turn_and_ends(aws: Aws) -> None:
    client = aws.client()
    aws.faults.add("ListSecrets", "denied", after=2, times=1)

    codes = []
    for _ in range(4):
        try:
            client.list_secrets()
            codes.append("ok")
        except ClientError as error:
            codes.append(error.response["Error"]["Code"])

    assert codes == ["ok", "ok", "AccessDeniedException", "ok"]


def test_a_fault_can_meet_one_secret_only(aws: Aws) -> None:
    client = aws.client()
    for name in ("a", "b"):
        aws.create(name)
    aws.faults.add("GetSecretValue", "decrypt", name="a")

    assert client.get_secret_value(SecretId="b")["Name"] == "b"
    with pytest.raises(ClientError, match="DecryptionFailure"):
        client.get_secret_value(SecretId="a")


def test_a_lost_answer_was_done_and_a_dropped_call_was_not(aws: Aws) -> None:
    client = aws.client()
    for kind, name in (("lost", "done"), ("drop", "undone")):
        aws.faults.add("CreateSecret", kind, times=1)
        with pytest.raises(ConnectionClosedError):
            client.create_secret(Name=name, SecretString="x")

    assert list(aws.backend().secrets) == ["done"]


def test_a_slow_call_takes_its_time(aws: Aws) -> None:
    aws.faults.add("ListSecrets", "slow", seconds=0.2)
    began = time.monotonic()

    aws.client().list_secrets()

    assert time.monotonic() - began >= 0.2


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        Fault("ListSecrets", "explode")


def test_the_server_serves_a_process_of_its_own_without_pytest() -> None:
    code = "import sys, tests.aws_server; assert 'pytest' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)

    command = [sys.executable, "-m", "tests.aws_server", "--seed", "3"]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        with urllib.request.urlopen(f"{url}/_fault/calls") as answer:
            assert json.load(answer) == {}
    finally:
        _, _ = server.communicate("", timeout=20)
    assert server.returncode == 0
