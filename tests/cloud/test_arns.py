from __future__ import annotations

import pytest

from secretsui.cloud.arns import arn_like, arn_of, parameter_arn
from secretsui.cloud.aws import Identity


@pytest.mark.parametrize(
    ("region", "account", "arn"),
    [
        ("eu-west-1", "111122223333", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a/b-??????"),
        ("cn-north-1", "", "arn:aws-cn:secretsmanager:cn-north-1:*:secret:a/b-??????"),
        ("us-gov-west-1", "", "arn:aws-us-gov:secretsmanager:us-gov-west-1:*:secret:a/b-??????"),
    ],
)
def test_the_arn_of_a_name_is_built(region: str, account: str, arn: str) -> None:
    assert arn_of(Identity(region, account_id=account), "a/b") == arn


def test_the_account_of_an_arn_is_the_last_roles() -> None:
    identity = Identity("eu-west-1", role_chain=(("arn:aws:iam::444455556666:role/r", ""),))

    assert arn_like(identity, "a/*") == "arn:aws:secretsmanager:eu-west-1:444455556666:secret:a/*"
    assert arn_of(identity, "").endswith(":444455556666:secret:*")


@pytest.mark.parametrize(("name", "end"), [("/airflow/x", "airflow/x"), ("plain", "plain"), ("", ""), ("/", "")])
def test_the_slash_of_a_parameter_is_not_doubled(name: str, end: str) -> None:
    identity = Identity("cn-north-1", account_id="111122223333")

    assert parameter_arn(identity, name) == f"arn:aws-cn:ssm:cn-north-1:111122223333:parameter/{end}"
