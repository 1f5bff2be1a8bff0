"""The sample's Parameter Store refuses what that of AWS refuses."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.aws import Aws

NAME = "/airflow/variables/x"


def put(aws: Aws, **more: Any) -> Any:
    return aws.client("ssm").put_parameter(**{"Name": NAME, "Value": "x", "Type": "String", **more})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"Value": "x" * 4097}, "4096 characters"),
        ({"Value": "é" * 4097, "Tier": "Advanced"}, "8192 characters"),
        ({"Value": "select {{ ds }}"}, "nest another parameter"),
        ({"Name": "a/b"}, "fully qualified"),
        ({"Name": "/a//b"}, "only a mix"),
        ({"Name": "/a b"}, "only a mix"),
        ({"Name": "/awsome"}, "can't be prefixed"),
        ({"Name": "/" + "/".join("abcdefghijklmnop")}, "HierarchyLevelLimitExceededException"),
        ({"Name": "/" + "n" * 1000}, "1011 characters"),
    ],
)
def test_what_aws_refuses_is_refused(aws: Aws, given: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError, match=words):
        put(aws, **given)

    assert aws.client("ssm").describe_parameters()["Parameters"] == []


def test_an_advanced_parameter_never_becomes_a_standard_one(aws: Aws) -> None:
    put(aws, Tier="Advanced", Value="x" * 5000)

    with pytest.raises(ClientError, match="can't be downgraded"):
        put(aws, Tier="Standard", Overwrite=True)
    assert put(aws, Overwrite=True)["Tier"] == "Advanced"


def test_a_full_last_page_has_no_token(aws: Aws) -> None:
    for number in range(10):
        put(aws, Name=f"/airflow/{number}")

    assert "NextToken" not in aws.client("ssm").get_parameters_by_path(Path="/airflow")


def test_json_with_nested_objects_quotes_no_parameter(aws: Aws) -> None:
    assert put(aws, Value='{"a": {"b": {}}}')["Version"] == 1
