from __future__ import annotations

import json
from typing import Any

import pytest

from secretsui.cloud.aws import Identity
from secretsui.stores.aws_trials import TRIALS
from secretsui.stores.base import Probe
from secretsui.stores.secrets_manager import probe
from tests.aws import ACCOUNT, REGION, Aws

START = "airflow/connections/"
NARROW = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{START}*"
ALL = [action for actions in TRIALS.rights.values() for action in actions if action != "CreateSecret"]


def outcomes(found: Probe) -> dict[str, str]:
    return {right.name: right.outcome for right in found.rights}


def test_who_may_do_everything_lacks_nothing(aws: Aws) -> None:
    found = probe(aws.identity(), START)

    assert (found.account_id, found.wrong_account, found.error) == (ACCOUNT, False, None)
    assert f"::{ACCOUNT}:" in found.caller
    assert outcomes(found) == dict.fromkeys(TRIALS.rights, "ok") | {"create": "unknown"}
    assert found.missing == ()


def test_a_probe_reads_and_changes_nothing(aws: Aws) -> None:
    names = aws.seed(3)
    versions = {name: dict(aws.backend().secrets[name].versions) for name in names}
    aws.calls.clear()

    probe(aws.identity(), START)

    assert {name: aws.backend().secrets[name].versions for name in names} == versions
    assert len(aws.backend().secrets) == 3
    asked = {name for call in aws.calls for name in call.names}
    assert not asked & set(names)
    assert all(name.startswith(START + "secretsui-probe-") for name in asked)


@pytest.mark.parametrize("action", ALL)
def test_each_missing_right_is_named(aws: Aws, action: str) -> None:
    aws.faults.add(action, "denied")

    found = probe(aws.identity(), START)

    (denied,) = [right for right in found.rights if right.outcome == "denied"]
    assert denied.denied == (f"secretsmanager:{action}",)
    assert action in TRIALS.rights[denied.name]
    assert denied.error is not None
    assert denied.error.action == f"secretsmanager:{action}"
    resource = "*" if action in ("ListSecrets", "BatchGetSecretValue") else NARROW
    assert found.missing == ({"Effect": "Allow", "Action": [f"secretsmanager:{action}"], "Resource": resource},)


def enforced(aws: Aws, *statements: Any) -> Identity:
    """A role with exactly this policy, under enforced IAM, reached from a user who may only assume it."""
    from secretsui.demo import mended_moto

    iam = aws.client("iam")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}
    iam.create_role(RoleName="secretsui", AssumeRolePolicyDocument=json.dumps(trust))
    if statements:
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_role_policy(RoleName="secretsui", PolicyName="rights", PolicyDocument=policy)
    identity = aws.identity(role_chain=((aws.role(ACCOUNT), ""),))
    # The role is assumed before the rules hold, as moto does not judge an ambient key without a user.
    probe(identity, START)
    mended_moto.enforce_iam()
    return identity


def test_the_missing_statements_are_exactly_what_is_missing(aws: Aws) -> None:
    identity = enforced(aws, {"Effect": "Allow", "Action": "secretsmanager:ListSecrets", "Resource": "*"})

    found = probe(identity, START)

    assert outcomes(found) == dict.fromkeys(TRIALS.rights, "denied") | {"list": "ok", "create": "unknown"}
    given = {action for statement in found.missing for action in statement["Action"]}
    assert given == {f"secretsmanager:{action}" for action in ALL} - {"secretsmanager:ListSecrets"}
    assert [statement["Resource"] for statement in found.missing] == ["*", NARROW]

    healed = outcomes(probe(with_statements(aws, identity, found), START))
    assert healed == dict.fromkeys(TRIALS.rights, "ok") | {"create": "unknown"}


def with_statements(aws: Aws, identity: Identity, found: Probe) -> Identity:
    from moto.iam.models import iam_backends

    document = json.dumps({"Version": "2012-10-17", "Statement": list(found.missing)})
    iam_backends[ACCOUNT]["aws"].put_role_policy("secretsui", "missing", document)
    return identity


def test_the_least_policy_of_a_reader_is_seen_as_such(aws: Aws) -> None:
    identity = enforced(
        aws,
        {
            "Effect": "Allow",
            "Action": ["secretsmanager:ListSecrets", "secretsmanager:BatchGetSecretValue"],
            "Resource": "*",
        },
        {
            "Effect": "Allow",
            "Action": [
                "secretsmanager:DescribeSecret",
                "secretsmanager:ListSecretVersionIds",
                "secretsmanager:GetResourcePolicy",
                "secretsmanager:GetSecretValue",
            ],
            "Resource": "arn:aws:secretsmanager:*:*:secret:airflow/*",
        },
    )

    found = outcomes(probe(identity, START))

    assert {name for name, outcome in found.items() if outcome == "ok"} == {"list", "describe", "read"}
    assert probe(identity, "other/").missing[0]["Resource"] == NARROW.replace(START, "other/")


def test_what_could_not_be_checked_is_not_called_fine(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    aws.faults.add("DeleteSecret", "internal")
    aws.faults.add("TagResource", "drop")

    found = probe(aws.identity(), START)

    assert {name for name, outcome in outcomes(found).items() if outcome == "unknown"} == {"delete", "tag", "create"}
    (delete,) = [right for right in found.rights if right.name == "delete"]
    assert delete.error is not None
    assert delete.error.kind == "unavailable"


def test_without_credentials_nothing_is_tried(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")

    found = probe(aws.identity(), START)

    assert found.error is not None
    assert found.error.kind == "expired"
    assert set(outcomes(found).values()) == {"unknown"}
    assert len(aws.calls) == 0


def test_another_account_than_the_one_entered_is_noticed(aws: Aws) -> None:
    assert probe(aws.identity(account_id="999900001111"), START).wrong_account


def test_a_prefix_of_everything_is_probed_without_a_filter(aws: Aws) -> None:
    aws.faults.add("GetSecretValue", "denied")

    found = probe(aws.identity(), "")

    assert "Filters" not in aws.calls.bodies("ListSecrets")[0]
    assert found.missing[0]["Resource"].endswith(":secret:*")
