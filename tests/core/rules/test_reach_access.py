"""What the role that Airflow runs as may read and decrypt: R-19 and R-20, and how policies are read."""

from __future__ import annotations

from typing import Any

import pytest

from secretsui.core.rules import iam
from secretsui.core.rules.outcome import PASSED, Failed, Outcome, Unchecked
from secretsui.core.rules.reachability import CHECKS
from tests.core.rules.estates import estate

ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:airflow/"
NAME = "airflow/connections/db"
KEY = "arn:aws:kms:eu-central-1:111122223333:key/0a1b"
READ, DECRYPT = "secretsmanager:GetSecretValue", "kms:Decrypt"


def statement(action: Any, resource: Any = "*", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def role(*statements: Any) -> dict[str, Any]:
    return {"identity": [{"Statement": [*statements]}]}


def judged(rule: str, *deployments: Any, scopes: Any = (), **secret: Any) -> list[Outcome]:
    spec = {"scopes": scopes, "secrets": [{"name": NAME, **secret}], "deployments": list(deployments)}
    return [outcome for _, outcome in CHECKS[rule](estate(spec))]


def failed(code: str, severity: Any = None, name: str = "prod", *names: str) -> list[Outcome]:
    all_ = [name, *names]
    facts: dict[str, str | int] = {"deployment": name, "deployments": len(all_)}
    return [Failed(code, facts=facts, severity=severity, related=[f"deployment:{each}" for each in all_])]


def test_a_role_that_may_read_passes_and_one_that_may_not_is_found() -> None:
    assert judged("R-20", role(statement(READ, ARN + "*"))) == [PASSED]
    assert judged("R-20", role(statement(READ, ARN + "variables/*"))) == failed("not-allowed", "high")
    assert judged("R-20", role(statement("*"), statement(READ, effect="Deny"))) == failed("denied")
    assert judged("R-20", role()) == failed("not-allowed", "high")


def test_what_a_resource_policy_may_allow_is_not_called_refused() -> None:
    allows = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": READ, "Resource": "*"}}
    denies = {"Statement": {"Effect": "Deny", "Principal": "*", "Action": READ, "Resource": "*"}}
    other = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:PutSecretValue"}}
    assert judged("R-20", role(), details={"policy": allows}) == [Unchecked("resource-policy")]
    assert judged("R-20", role(), details={"policy": None}) == [Unchecked("no-policy")]
    for policy in (denies, other):
        assert judged("R-20", role(), details={"policy": policy}) == failed("not-allowed", "high")
    assert judged("R-20", role(statement("*")), details={"policy": None}) == [PASSED]
    assert judged("R-20", role(statement(READ, effect="Deny")), details={"policy": allows}) == failed("denied")


@pytest.mark.parametrize("rule", ["R-19", "R-20"])
def test_without_policies_or_an_account_nothing_is_judged(rule: str) -> None:
    no_number = [{"path": "airflow/connections", "account_id": ""}]
    assert judged(rule, {"identity": None}) == [Unchecked("no-identity")]
    assert judged(rule, role(statement("*")), scopes=no_number) == [Unchecked("no-account-id")]
    assert judged(rule, role(statement("*", Condition={"Bool": {"a": "b"}})), kms_key_id=KEY) == [
        Unchecked("conditions")
    ]


@pytest.mark.parametrize("rule", ["R-19", "R-20"])
def test_only_secrets_that_a_deployment_looks_up_are_judged(rule: str) -> None:
    bad = role(statement("*", effect="Deny"))
    assert judged(rule, bad, kms_key_id=KEY) == failed("denied")
    assert judged(rule, bad, kms_key_id=KEY, deleted_at="-1d") == []
    assert judged(rule, bad, kms_key_id=KEY, name="other/db") == []
    assert judged(rule, bad | {"places": {}}, kms_key_id=KEY) == []
    parameters = [{"path": "airflow/connections", "store": "parameter-store"}]
    assert judged(rule, bad, kms_key_id=KEY, scopes=parameters) == []


def test_each_role_is_judged_and_the_first_that_fails_is_told() -> None:
    good, bad = role(statement("*")), role()
    deployments = [good | {"name": "a"}, bad | {"name": "b"}, {"name": "c", "identity": None}, bad | {"name": "d"}]
    assert judged("R-20", *deployments) == failed("not-allowed", "high", "b", "d")
    assert judged("R-20", deployments[0], deployments[2]) == [Unchecked("no-identity")]
    assert judged("R-20", deployments[2], deployments[0]) == [Unchecked("no-identity")]


def test_a_deployment_is_counted_once_though_several_prefixes_lead_to_the_secret() -> None:
    kwargs = {"connections_prefix": "airflow", "variables_prefix": "airflow/connections"}
    assert judged("R-20", role() | {"kwargs": kwargs}) == failed("not-allowed", "high")
    workers = {"worker_backend": "secrets-manager", "worker_kwargs": {}}
    assert judged("R-20", role() | workers) == failed("not-allowed", "high")


@pytest.mark.parametrize(
    "key", ["", "DefaultEncryptionKey", "alias/aws/secretsmanager", KEY[:-8] + "alias/aws/secretsmanager"]
)
def test_under_the_key_of_aws_who_may_read_may_decrypt(key: str) -> None:
    assert judged("R-19", role(), kms_key_id=key) == [PASSED]


@pytest.mark.parametrize("key", [KEY, "0a1b"])
def test_a_key_of_ones_own_has_to_be_allowed(key: str) -> None:
    assert judged("R-19", role(statement(DECRYPT, KEY)), kms_key_id=key) == [PASSED]
    assert judged("R-19", role(statement(DECRYPT, KEY + "c")), kms_key_id=key) == failed("not-allowed", "high")
    assert judged("R-19", role(statement(READ)), kms_key_id=key) == failed("not-allowed", "high")
    assert judged("R-19", role(statement("kms:*"), statement(DECRYPT, KEY, "Deny")), kms_key_id=key) == failed("denied")


def test_which_key_an_alias_stands_for_is_not_known() -> None:
    assert judged("R-19", role(statement(DECRYPT)), kms_key_id="alias/own") == [PASSED]
    assert judged("R-19", role(statement(DECRYPT, KEY)), kms_key_id="alias/own") == [Unchecked("key-alias")]


SECRET = iam.SecretArn(ARN + "connections/db")


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        ARN + "*",
        ARN + "connections/db-*",
        ARN + "connections/db-??????",
        ARN + "connections/db-AbC123",
        [ARN, "*"],
    ],
)
def test_a_secret_is_covered_by_its_name_and_what_aws_adds_to_it(resource: Any) -> None:
    assert iam.decide([{"Statement": [statement(READ, resource)]}], READ, SECRET) == "allowed"


@pytest.mark.parametrize(
    "resource",
    [
        ARN + "connections/db",
        ARN + "connections/db-AbC12",
        ARN + "connections/d?-x",
        ARN + "connections/DB-*",
        ".*",
        [],
    ],
)
def test_a_secret_is_not_covered_by_another_name(resource: Any) -> None:
    assert iam.decide([{"Statement": [statement(READ, resource)]}], READ, SECRET) == "not-allowed"


@pytest.mark.parametrize(
    "action", ["*", "secretsmanager:*", "SecretsManager:getsecretvalue", "secretsmanager:Get*", [READ]]
)
def test_actions_are_covered_without_regard_to_capitals(action: Any) -> None:
    assert iam.decide([{"Statement": statement(action)}], READ, SECRET) == "allowed"


def decided(*statements: Any) -> str:
    return iam.decide([{"Statement": [*statements]}], READ, SECRET)


def test_what_is_excluded_is_not_covered() -> None:
    assert decided({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}) == "allowed"
    assert decided({"Effect": "Allow", "NotAction": ["iam:*", "secretsmanager:*"], "Resource": "*"}) == "not-allowed"
    assert decided({"Effect": "Allow", "NotAction": "SECRETSMANAGER:GET*", "Resource": "*"}) == "not-allowed"
    assert decided({"Effect": "Allow", "Action": "*", "NotResource": ARN + "*"}) == "not-allowed"
    assert decided({"Effect": "Allow", "Action": "*", "NotResource": [ARN + "variables/*"]}) == "allowed"


def test_a_denial_beats_all_and_conditions_leave_it_open() -> None:
    allow, deny = statement("*"), statement("*", effect="Deny")
    perhaps = {"Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}
    assert decided(allow, deny) == decided(deny, allow | perhaps) == "denied"
    assert decided(allow | perhaps) == "conditional"
    assert decided(allow, deny | perhaps) == "conditional"
    assert decided(deny | perhaps) == "conditional"
    assert decided(allow, allow | perhaps) == "allowed"
    assert decided() == decided({"Effect": "Other", "Action": "*", "Resource": "*"}) == "not-allowed"
    assert iam.decide([{}, {"Statement": [allow]}], READ, SECRET) == "allowed"


def test_policies_are_read_whether_they_have_one_statement_or_many() -> None:
    one = statement(READ)
    assert iam.statements({"Statement": one}) == iam.statements({"Statement": [one]}) == [one]
    assert iam.statements({}) == []
    assert iam.may_allow({"Statement": one}, READ)
    assert not iam.may_allow({"Statement": statement(READ, effect="Deny")}, READ)
    assert not iam.may_allow({"Statement": one}, DECRYPT)
