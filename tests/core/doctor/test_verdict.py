"""Every lock between a role and a secret of another account, open, closed and out of sight."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from secretsui.core.doctor.asking import Asking, Secret
from secretsui.core.doctor.judging import Role
from secretsui.core.doctor.statements import additions
from secretsui.core.doctor.verdict import DECRYPT, READ, Facts, Key, Untold, checks, verdict
from secretsui.core.rules import iam

ROLE_ARN = "arn:aws:iam::111122223333:role/team/airflow"
NAME = "airflow/connections/db"
ARN = f"arn:aws:secretsmanager:eu-central-1:444455556666:secret:{NAME}-a1B2c3"
KEY_ARN = "arn:aws:kms:eu-central-1:444455556666:key/1234"
VIA = "secretsmanager.eu-central-1.amazonaws.com"


def role(arn: str = ROLE_ARN) -> Role:
    found = Role.read(arn)
    assert found is not None
    return found


def allow(action: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(**more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": "*", "Action": READ, "Resource": "*", **more}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


ME = {"Principal": {"AWS": ROLE_ARN}}
OPEN = Facts(
    role=role(),
    secret=Secret(NAME, ARN),
    asking=Asking(ARN, "eu-central-1"),
    policy=policy(allow(READ, **ME)),
    key=Key(KEY_ARN, managed=False, policy=policy(allow(DECRYPT, **ME))),
    role_policies=[policy(allow(READ, ARN[:-6] + "*"), allow("kms:*", KEY_ARN))],
)
AT_HOME = dataclasses.replace(
    OPEN, role=role("arn:aws:iam::444455556666:role/airflow"), policy={}, key=Key("", managed=True)
)


def but(facts: Facts = OPEN, **changes: Any) -> Facts:
    return dataclasses.replace(facts, **changes)


def codes(facts: Facts) -> dict[str, tuple[str, str]]:
    return {each.lock: (each.outcome, each.code) for each in checks(facts)}


def by_key(*statements: dict[str, Any]) -> Facts:
    return but(key=Key(KEY_ARN, managed=False, policy=policy(*statements)))


def test_with_every_lock_open_it_works_and_nothing_is_to_be_added() -> None:
    found = checks(OPEN)

    assert verdict(found) == "works"
    assert [each.lock for each in found] == [
        "question",
        "secret-policy",
        "role-policy",
        "key",
        "key-policy",
        "role-key-policy",
    ]
    assert list(additions(OPEN, found)) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (NAME, "name-only"),
        (f"arn:aws:secretsmanager:eu-central-1:44445555666:secret:{NAME}", "account-digits"),
        (f"arn:aws:secretsmanager:eu-central-1:44445555666x:secret:{NAME}", "account-digits"),
        (f"arn:aws:secretsmanager:eu-central-1:777788889999:secret:{NAME}", "other-account"),
        (f"arn:aws:secretsmanager:eu-west-1:444455556666:secret:{NAME}", "arn-region"),
        (f"arn:aws-cn:secretsmanager:eu-central-1:444455556666:secret:{NAME}", "arn-partition"),
        (f"arn:aws:secretsmanager:eu-central-1:444455556666:secret:/{NAME}", "slash"),
        (f"arn:aws:secretsmanager:eu-central-1:444455556666:secret:{NAME}2", "other-name"),
        (f"arn:aws:secretsmanager:eu-central-1:444455556666:secret:{NAME}-zzzzzz", "other-suffix"),
        ("arn:aws:secretsmanager:eu-central-1", "no-arn"),
    ],
)
def test_a_question_that_leads_elsewhere_is_named(name: str, code: str) -> None:
    found = checks(but(asking=Asking(name, "eu-central-1")))

    assert [each.code for each in found if each.lock == "question"] == [code]
    assert verdict(found) == "fails"


def test_a_name_that_ends_like_a_random_end_needs_the_full_arn() -> None:
    name = "airflow/connections/db-master"
    arn = f"arn:aws:secretsmanager:eu-central-1:444455556666:secret:{name}-a1B2c3"
    facts = but(secret=Secret(name, arn), asking=Asking(arn[:-7], "eu-central-1"))

    assert codes(facts)["question"] == ("bad", "suffix-trap")
    assert codes(but(facts, asking=Asking(arn, "eu-central-1")))["question"] == ("ok", "asked")


def test_an_arn_without_the_random_end_will_do_otherwise() -> None:
    assert codes(but(asking=Asking(ARN[:-7], "eu-central-1")))["question"] == ("ok", "asked")


def test_a_client_in_another_region_does_not_find_it() -> None:
    assert codes(but(asking=Asking(ARN, "eu-west-1")))["question"] == ("bad", "other-region")


def test_roles_of_another_partition_never_get_in() -> None:
    china = role("arn:aws-cn:iam::111122223333:role/airflow")

    assert codes(but(role=china))["question"] == ("bad", "other-partition")


@pytest.mark.parametrize(
    ("statement", "outcome", "code"),
    [
        ({}, "bad", "not-allowed"),
        (allow(READ, **ME), "ok", "allowed"),
        (allow(READ, Principal="*"), "ok", "allowed"),
        (allow(READ, Principal={"AWS": "111122223333"}), "ok", "allowed"),
        (allow(READ, Principal={"AWS": ["arn:aws:iam::111122223333:root"]}), "ok", "allowed"),
        (allow(READ, Principal={"AWS": "arn:aws:iam::111122223333:role/airflow"}), "bad", "not-allowed"),
        (allow(READ, Principal={"AWS": "arn:aws:iam::777788889999:root"}), "bad", "not-allowed"),
        (allow(READ, Principal={"Service": "lambda.amazonaws.com"}), "bad", "not-allowed"),
        (
            allow(READ, Principal={"AWS": "arn:aws:sts::111122223333:assumed-role/airflow/one"}),
            "unknown",
            "conditional",
        ),
        (allow("secretsmanager:get*", **ME), "ok", "allowed"),
        (allow("secretsmanager:*", **ME), "ok", "allowed"),
        (allow("secretsmanager:DescribeSecret", **ME), "bad", "not-allowed"),
        (allow(READ, ARN[:-3] + "???", **ME), "ok", "allowed"),
        (allow(READ, "arn:aws:secretsmanager:*:*:secret:other*", **ME), "bad", "not-allowed"),
        ({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}, "bad", "denied"),
        (allow(READ, NotPrincipal={"AWS": "arn:aws:iam::777788889999:root"}), "unknown", "conditional"),
        (allow(READ, **ME, Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), "unknown", "conditional"),
        (allow(READ, **ME, Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), "unknown", "conditional"),
        (
            allow(READ, Principal="*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::1*:role/*"}}),
            "ok",
            "allowed",
        ),
        (
            allow(READ, Principal="*", Condition={"StringEquals": {"aws:PrincipalAccount": ["777788889999"]}}),
            "bad",
            "not-allowed",
        ),
        (
            allow(READ, Principal="*", Condition={"StringEquals": {"AWS:principalaccount": "111122223333"}}),
            "ok",
            "allowed",
        ),
        (allow(READ, **ME, Condition={"Bool": {"aws:SecureTransport": True}}), "ok", "allowed"),
        (allow(READ, **ME, Condition={"Bool": {"aws:SecureTransport": "True"}}), "ok", "allowed"),
        (deny(Condition={"Bool": {"aws:SecureTransport": False}}), "bad", "not-allowed"),
        (deny(Condition={"Bool": {"aws:SecureTransport": True}}), "bad", "denied"),
        (deny(Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": 300}}), "unknown", "conditional"),
        (deny(Condition={"StringEqualsIgnoreCase": {"aws:PrincipalArn": ROLE_ARN.upper()}}), "bad", "denied"),
        (
            deny(Condition={"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}),
            "unknown",
            "conditional",
        ),
        (deny(Resource=ARN[:-30] + "${aws:PrincipalTag/team}/*"), "unknown", "conditional"),
        (deny(NotResource=ARN[:-30] + "${aws:PrincipalTag/team}/*"), "unknown", "conditional"),
        (allow(READ, **ME, Condition={"StringEquals": {"kms:ViaService": VIA}}), "bad", "not-allowed"),
        (deny(Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}), "unknown", "conditional"),
        (deny(Condition={"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}), "bad", "not-allowed"),
        (deny(Condition={"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::777788889999:*"}}), "bad", "denied"),
        (allow(READ, **ME, Condition="odd"), "unknown", "conditional"),
        (allow(READ, Principal={"AWS": 111122223333}), "ok", "allowed"),
        (allow(READ, Principal=None), "bad", "not-allowed"),
    ],
)
def test_the_policy_of_the_secret_is_judged_for_the_role(statement: Any, outcome: str, code: str) -> None:
    found = codes(but(policy=policy(statement) if statement else {}))

    assert found["secret-policy"] == (outcome, code)


def test_a_denial_beats_what_is_allowed() -> None:
    denial = {"Effect": "Deny", "Principal": {"AWS": "111122223333"}, "Action": READ, "Resource": "*"}

    assert codes(but(policy=policy(allow(READ, **ME), denial)))["secret-policy"] == ("bad", "denied")


def test_a_denial_of_plain_connections_does_not_matter() -> None:
    plain = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    denial = {**plain, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}

    assert codes(but(policy=policy(allow(READ, **ME), denial)))["secret-policy"] == ("ok", "allowed")


@pytest.mark.parametrize(
    ("facts", "lock", "outcome", "code"),
    [
        (but(key=Key("", managed=True)), "key", "bad", "managed-key"),
        (but(key=Key(KEY_ARN, managed=False, enabled=False, policy={})), "key", "bad", "key-disabled"),
        (but(key=Untold("denied", "AWS refused kms:DescribeKey.")), "key", "unknown", "denied"),
        (
            by_key(allow("kms:*", Principal={"AWS": "arn:aws:iam::444455556666:root"})),
            "key-policy",
            "bad",
            "not-allowed",
        ),
        (by_key(allow("kms:*", Principal={"AWS": "arn:aws:iam::111122223333:root"})), "key-policy", "ok", "allowed"),
        (
            by_key(allow(DECRYPT, **ME, Condition={"StringEquals": {"kms:ViaService": VIA}})),
            "key-policy",
            "ok",
            "allowed",
        ),
        (
            by_key(
                allow(DECRYPT, **ME, Condition={"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}})
            ),
            "key-policy",
            "bad",
            "not-allowed",
        ),
        (but(key=Key(KEY_ARN, managed=False, policy=Untold("denied"))), "key-policy", "unknown", "denied"),
        (but(role_policies=[]), "role-policy", "bad", "not-allowed"),
        (but(role_policies=[policy(allow(READ))]), "role-key-policy", "bad", "not-allowed"),
        (but(role_policies=Untold("denied")), "role-policy", "unknown", "denied"),
    ],
)
def test_each_lock_is_told_by_itself(facts: Facts, lock: str, outcome: str, code: str) -> None:
    assert codes(facts)[lock] == (outcome, code)


def test_what_cannot_be_seen_is_not_called_fine() -> None:
    assert verdict(checks(but(role_policies=Untold("denied")))) == "unknown"
    assert verdict(checks(but(role_policies=Untold("denied"), policy={}))) == "fails"


def test_within_one_account_the_policy_of_the_role_is_enough_and_so_is_the_key_of_aws() -> None:
    found = codes(AT_HOME)

    assert verdict(checks(AT_HOME)) == "works"
    assert (found["secret-policy"], found["key"]) == (("ok", "not-needed"), ("ok", "managed-key"))


def test_within_one_account_leaving_it_to_the_account_is_no_right_yet() -> None:
    root = {"Principal": {"AWS": "arn:aws:iam::444455556666:root"}}
    key = Key(KEY_ARN, managed=False, policy=policy(allow("kms:*", **root)))
    facts = but(AT_HOME, policy=policy(allow(READ, **root)), role_policies=[], key=key)

    found = codes(facts)

    assert found["secret-policy"] == ("bad", "not-allowed")
    assert (found["key-policy"], found["role-key-policy"]) == (("ok", "allowed"), ("bad", "not-allowed"))


def test_a_key_that_names_the_role_needs_no_more_within_one_account() -> None:
    key = Key(KEY_ARN, managed=False, policy=policy(allow(DECRYPT, Principal={"AWS": AT_HOME.role.arn})))
    facts = but(AT_HOME, key=key, role_policies=[policy(allow(READ))])

    assert codes(facts)["role-key-policy"] == ("ok", "not-needed")


@pytest.mark.parametrize(
    "closed",
    [
        but(policy={}),
        but(policy=policy(allow("secretsmanager:DescribeSecret", Principal="*", Sid="Kept"))),
        but(role_policies=[]),
        by_key(allow("kms:*", Principal={"AWS": "arn:aws:iam::444455556666:root"}, Sid="Kept")),
        but(policy={}, role_policies=[], key=Key(KEY_ARN, managed=False, policy={})),
    ],
)
def test_what_is_to_be_added_opens_every_lock_and_keeps_what_was_there(closed: Facts) -> None:
    assert verdict(checks(closed)) == "fails"

    opened = closed
    for each in additions(closed, checks(closed)):
        if each.place == "role":
            assert not isinstance(opened.role_policies, Untold)
            opened = but(opened, role_policies=[*opened.role_policies, each.document])
        elif each.place == "secret":
            assert each.is_whole
            opened = but(opened, policy=each.document)
        else:
            assert each.is_whole
            opened = but(opened, key=Key(KEY_ARN, managed=False, policy=each.document))

    assert verdict(checks(opened)) == "works"
    kept = [each for each in iam.statements(closed.policy) if each.get("Sid") == "Kept"]  # type: ignore[arg-type]
    assert all(each in iam.statements(opened.policy) for each in kept)  # type: ignore[arg-type]
    assert "Kept" not in repr(closed.key) or "Kept" in repr(opened.key)


def test_a_key_of_aws_is_to_be_replaced_by_one_that_lets_the_role_in() -> None:
    facts = but(key=Key("", managed=True))

    found = {each.place: each for each in additions(facts, checks(facts))}

    assert set(found) == {"role", "key"}
    assert ":444455556666:key/" in repr(found["role"].document)
    assert found["key"].document["Principal"] == {"AWS": ROLE_ARN}
    assert not found["key"].is_whole


def test_a_denial_is_nothing_that_an_addition_could_mend() -> None:
    denial = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    facts = but(policy=policy(denial))

    assert list(additions(facts, checks(facts))) == []


def test_a_policy_that_could_not_be_read_gets_a_statement_alone() -> None:
    facts = but(policy=Untold("denied"))

    (added,) = additions(facts, checks(facts))

    assert (added.place, added.is_whole, added.document["Effect"]) == ("secret", False, "Allow")


@pytest.mark.parametrize("arn", ["", "arn:aws:iam::11112222333:role/x", "arn:aws:iam::111122223333:user/x", "airflow"])
def test_what_is_no_role_is_not_read_as_one(arn: str) -> None:
    assert Role.read(arn) is None


def test_a_role_that_does_not_exist_gets_no_policy() -> None:
    facts = but(role_policies=Untold("no-role"))

    assert codes(facts)["role-policy"] == ("bad", "no-role")
    assert list(additions(facts, checks(facts))) == []


def test_the_role_is_given_all_that_airflow_reads_there() -> None:
    facts = but(role_policies=[], start="airflow/")

    (added,) = additions(facts, checks(facts))

    assert (
        added.document["Statement"][0]["Resource"]
        == "arn:aws:secretsmanager:eu-central-1:444455556666:secret:airflow/*"
    )
