"""Each mend, seen over HTTP by a plain SDK client."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from secretsui.demo import mended_moto
from tests.aws import ACCOUNT, Aws

NAME = "airflow/connections/db"


@pytest.fixture
def client(aws: Aws) -> Any:
    return aws.client()


def refused(call: Callable[..., Any], **params: Any) -> tuple[str, str]:
    """Code and message of the refusal that must come."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def put(client: Any, text: str, *, stages: list[str] | None = None, token: str = "") -> str:
    answer = client.put_secret_value(
        SecretId=NAME,
        SecretString=text,
        ClientRequestToken=token or str(uuid.uuid4()),
        VersionStages=stages or ["AWSCURRENT"],
    )
    return str(answer["VersionId"])


def stages(client: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = client.describe_secret(SecretId=NAME)["VersionIdsToStages"]
    return found


def test_a_plain_read_gives_the_version_that_awscurrent_was_moved_to(client: Any) -> None:
    first = client.create_secret(Name=NAME, SecretString="one")["VersionId"]
    second = put(client, "two", stages=["mine"])

    client.update_secret_version_stage(
        SecretId=NAME, VersionStage="AWSCURRENT", MoveToVersionId=second, RemoveFromVersionId=first
    )

    assert client.get_secret_value(SecretId=NAME)["SecretString"] == "two"
    assert client.get_secret_value(SecretId=NAME, VersionStage="AWSPREVIOUS")["SecretString"] == "one"
    assert stages(client) == {first: ["AWSPREVIOUS"], second: ["mine", "AWSCURRENT"]}


def test_one_version_only_is_current_after_a_move_and_a_put(client: Any) -> None:
    first = client.create_secret(Name=NAME, SecretString="one")["VersionId"]
    second = put(client, "two", stages=["mine"])
    client.update_secret_version_stage(
        SecretId=NAME, VersionStage="AWSCURRENT", MoveToVersionId=second, RemoveFromVersionId=first
    )

    third = put(client, "three")

    assert stages(client) == {second: ["mine", "AWSPREVIOUS"], third: ["AWSCURRENT"]}


def test_a_put_leaves_other_labels_where_they_are(client: Any) -> None:
    first = client.create_secret(Name=NAME, SecretString="one")["VersionId"]
    client.update_secret_version_stage(SecretId=NAME, VersionStage="release", MoveToVersionId=first)

    put(client, "two")

    assert sorted(stages(client)[first]) == ["AWSPREVIOUS", "release"]


def test_the_first_version_becomes_current_whatever_its_labels(client: Any) -> None:
    client.create_secret(Name=NAME)

    version = put(client, "one", stages=["mine"])

    assert sorted(stages(client)[version]) == ["AWSCURRENT", "mine"]


def test_a_label_elsewhere_moves_only_when_its_place_is_named(client: Any) -> None:
    first = client.create_secret(Name=NAME, SecretString="one")["VersionId"]
    second = put(client, "two", stages=["mine"])
    third = put(client, "three", stages=["yours"])
    move = client.update_secret_version_stage

    without, _ = refused(move, SecretId=NAME, VersionStage="AWSCURRENT", MoveToVersionId=second)
    wrong, _ = refused(
        move, SecretId=NAME, VersionStage="AWSCURRENT", MoveToVersionId=second, RemoveFromVersionId=third
    )
    other, _ = refused(move, SecretId=NAME, VersionStage="yours", MoveToVersionId=second)

    assert {without, wrong, other} == {"InvalidParameterException"}
    assert stages(client) == {first: ["AWSCURRENT"], second: ["mine"], third: ["yours"]}


def test_a_label_can_be_removed_only(client: Any) -> None:
    first = client.create_secret(Name=NAME, SecretString="one")["VersionId"]
    second = put(client, "two", stages=["mine"])

    client.update_secret_version_stage(SecretId=NAME, VersionStage="mine", RemoveFromVersionId=second)

    assert stages(client) == {first: ["AWSCURRENT"]}
    assert client.get_secret_value(SecretId=NAME, VersionId=second)["SecretString"] == "two"


def test_awscurrent_cannot_be_removed_only(client: Any) -> None:
    first = client.create_secret(Name=NAME, SecretString="one")["VersionId"]

    code, message = refused(
        client.update_secret_version_stage, SecretId=NAME, VersionStage="AWSCURRENT", RemoveFromVersionId=first
    )

    assert code == "InvalidParameterException"
    assert "can't be completely removed" in message


def test_a_secret_has_at_most_twenty_labels(client: Any) -> None:
    first = client.create_secret(Name=NAME, SecretString="one")["VersionId"]
    for number in range(19):
        client.update_secret_version_stage(SecretId=NAME, VersionStage=f"label{number}", MoveToVersionId=first)

    code, _ = refused(client.update_secret_version_stage, SecretId=NAME, VersionStage="more", MoveToVersionId=first)

    assert code == "LimitExceededException"
    assert len(stages(client)[first]) == 20


def test_the_token_is_the_version_id_and_makes_a_put_repeatable(client: Any) -> None:
    client.create_secret(Name=NAME, SecretString="one")
    token = str(uuid.uuid4())

    assert put(client, "two", token=token) == token
    put(client, "three")
    assert put(client, "two", token=token) == token

    assert client.get_secret_value(SecretId=NAME)["SecretString"] == "three"
    code, _ = refused(client.put_secret_value, SecretId=NAME, SecretString="other", ClientRequestToken=token)
    assert code == "ResourceExistsException"


def test_the_token_makes_a_create_repeatable(client: Any) -> None:
    token = str(uuid.uuid4())
    for _ in range(2):
        answer = client.create_secret(Name=NAME, SecretString="one", ClientRequestToken=token)
        assert answer["VersionId"] == token

    code, _ = refused(client.create_secret, Name=NAME, SecretString="two", ClientRequestToken=token)
    again, _ = refused(client.create_secret, Name=NAME, SecretString="one")

    assert code == again == "ResourceExistsException"


def test_a_batch_reports_each_secret_it_cannot_read(client: Any) -> None:
    client.create_secret(Name=NAME, SecretString="one")
    client.create_secret(Name="airflow/empty")
    client.create_secret(Name="airflow/deleted", SecretString="x")
    client.delete_secret(SecretId="airflow/deleted")

    answer = client.batch_get_secret_value(SecretIdList=["airflow/empty", "airflow/deleted", "airflow/missing", NAME])

    assert [each["Name"] for each in answer["SecretValues"]] == [NAME]
    assert {each["SecretId"]: each["ErrorCode"] for each in answer["Errors"]} == {
        "airflow/empty": "ResourceNotFoundException",
        "airflow/deleted": "InvalidRequestException",
        "airflow/missing": "ResourceNotFoundException",
    }


def test_a_batch_by_filter_is_paged(aws: Aws, client: Any) -> None:
    aws.seed(45)
    names: list[str] = []
    token: dict[str, str] = {}
    sizes = []
    while True:
        answer = client.batch_get_secret_value(Filters=[{"Key": "name", "Values": ["airflow/"]}], **token)
        names += [each["Name"] for each in answer["SecretValues"]]
        sizes.append(len(answer["SecretValues"]))
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}

    assert sizes == [20, 20, 5]
    assert len(set(names)) == 45


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("batch_get_secret_value", {"SecretIdList": [f"n{number}" for number in range(21)]}),
        ("batch_get_secret_value", {"Filters": [{"Key": "name", "Values": ["a"]}], "MaxResults": 21}),
        ("list_secrets", {"MaxResults": 101}),
        ("create_secret", {"Name": "a b", "SecretString": "x"}),
        ("create_secret", {"Name": "ä", "SecretString": "x"}),
        ("create_secret", {"Name": "n" * 513, "SecretString": "x"}),
        ("create_secret", {"Name": "big", "SecretString": "x" * 65_537}),
        ("create_secret", {"Name": "wide", "SecretString": "é" * 32_769}),
        ("create_secret", {"Name": "binary", "SecretBinary": b"x" * 65_538}),
        ("get_secret_value", {"SecretId": "a b"}),
    ],
)
def test_what_exceeds_a_limit_is_refused(client: Any, operation: str, params: dict[str, Any]) -> None:
    assert refused(getattr(client, operation), **params)[0] == "ValidationException"


def test_the_largest_value_is_accepted(client: Any) -> None:
    client.create_secret(Name=NAME, SecretString="x" * 65_536)

    assert len(client.get_secret_value(SecretId=NAME)["SecretString"]) == 65_536
    code, _ = refused(client.put_secret_value, SecretId=NAME, SecretString="x" * 65_537)
    assert code == "ValidationException"


def test_a_deleted_secret_refuses_changes_and_keeps_its_name(client: Any) -> None:
    client.create_secret(Name=NAME, SecretString="one")
    client.delete_secret(SecretId=NAME)

    codes = {
        refused(client.put_secret_value, SecretId=NAME, SecretString="two")[0],
        refused(client.update_secret, SecretId=NAME, Description="two")[0],
        refused(client.tag_resource, SecretId=NAME, Tags=[{"Key": "a", "Value": "b"}])[0],
        refused(client.get_secret_value, SecretId=NAME)[0],
        refused(client.create_secret, Name=NAME, SecretString="two")[0],
    }

    assert codes == {"InvalidRequestException"}
    client.restore_secret(SecretId=NAME)
    assert client.get_secret_value(SecretId=NAME)["SecretString"] == "one"


def test_versions_come_in_pages_and_deprecated_ones_when_asked(client: Any) -> None:
    client.create_secret(Name=NAME, SecretString="0")
    for number in range(1, 5):
        put(client, str(number))

    known = client.list_secret_version_ids(SecretId=NAME)["Versions"]
    first = client.list_secret_version_ids(SecretId=NAME, IncludeDeprecated=True, MaxResults=3)
    second = client.list_secret_version_ids(
        SecretId=NAME, IncludeDeprecated=True, MaxResults=3, NextToken=first["NextToken"]
    )

    assert sorted(stage for each in known for stage in each["VersionStages"]) == ["AWSCURRENT", "AWSPREVIOUS"]
    assert (len(first["Versions"]), len(second["Versions"]), "NextToken" in second) == (3, 2, False)
    dates = [each["CreatedDate"] for each in (*first["Versions"], *second["Versions"])]
    assert dates == sorted(dates)
    assert first["ARN"].startswith("arn:aws:secretsmanager:")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["airflow/"], {"airflow/a", "airflow/b"}),
        (["Airflow/"], {"Airflow/c"}),
        (["irflow"], set()),
        (["!airflow/"], {"Airflow/c", "other"}),
        (["airflow/", "!airflow/b"], {"airflow/a"}),
        (["airflow/a", "other"], {"airflow/a", "other"}),
    ],
)
def test_the_name_filter_is_a_case_sensitive_prefix(
    aws: Aws, client: Any, values: list[str], expected: set[str]
) -> None:
    for name in ("airflow/a", "airflow/b", "Airflow/c", "other"):
        aws.create(name)

    found = client.list_secrets(Filters=[{"Key": "name", "Values": values}])["SecretList"]

    assert {each["Name"] for each in found} == expected


def test_a_list_shows_secrets_in_their_recovery_window_only_when_asked(aws: Aws, client: Any) -> None:
    aws.create(NAME)
    client.delete_secret(SecretId=NAME, RecoveryWindowInDays=7)

    assert client.list_secrets()["SecretList"] == []
    (entry,) = client.list_secrets(IncludePlannedDeletion=True)["SecretList"]
    now = datetime.now(UTC)
    assert abs(entry["DeletedDate"] - now) < timedelta(minutes=1)
    planned = client.describe_secret(SecretId=NAME)["DeletedDate"]
    assert abs(planned - now - timedelta(days=7)) < timedelta(minutes=1)


def test_a_list_skips_nothing_when_a_secret_goes_between_its_pages(aws: Aws, client: Any) -> None:
    names = aws.seed(6)
    first = client.list_secrets(MaxResults=3)
    client.delete_secret(SecretId=names[0], ForceDeleteWithoutRecovery=True)

    second = client.list_secrets(MaxResults=3, NextToken=first["NextToken"])

    assert [each["Name"] for each in (*first["SecretList"], *second["SecretList"])] == names


def test_a_list_knows_the_day_of_the_last_access(aws: Aws, client: Any) -> None:
    aws.create(NAME)
    assert "LastAccessedDate" not in client.list_secrets()["SecretList"][0]

    client.get_secret_value(SecretId=NAME)

    accessed = client.list_secrets()["SecretList"][0]["LastAccessedDate"].astimezone(UTC)
    assert accessed == datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def test_an_update_changes_only_what_it_names(client: Any) -> None:
    client.create_secret(Name=NAME, SecretString="one", Description="words", KmsKeyId="alias/mine")

    client.update_secret(SecretId=NAME, Description="")
    described = client.describe_secret(SecretId=NAME)
    assert ("Description" in described, described["KmsKeyId"]) == (False, "alias/mine")

    client.update_secret(SecretId=NAME, KmsKeyId="")
    assert "KmsKeyId" not in client.describe_secret(SecretId=NAME)


def test_a_rotation_without_a_function_is_refused(client: Any) -> None:
    client.create_secret(Name=NAME, SecretString="one")

    assert refused(client.rotate_secret, SecretId=NAME)[0] == "InvalidRequestException"
    assert client.get_secret_value(SecretId=NAME)["SecretString"] == "one"


def test_replicas_are_found_by_name_in_their_region(aws: Aws, client: Any) -> None:
    client.create_secret(Name=NAME, SecretString="one", AddReplicaRegions=[{"Region": "us-east-1"}])
    there = aws.client(region="us-east-1")

    assert there.get_secret_value(SecretId=NAME)["SecretString"] == "one"
    assert there.list_secrets()["SecretList"][0]["PrimaryRegion"] == aws.region
    assert refused(there.put_secret_value, SecretId=NAME, SecretString="two")[0] == "InvalidParameterException"


def test_a_full_and_a_partial_arn_find_their_secret(client: Any) -> None:
    arn = client.create_secret(Name=NAME, SecretString="one")["ARN"]

    for secret_id in (arn, arn[:-7]):
        assert client.get_secret_value(SecretId=secret_id)["Name"] == NAME
    assert refused(client.get_secret_value, SecretId=arn[:-6] + "Zzzzzz")[0] == "ResourceNotFoundException"


def test_creating_from_many_threads_loses_nothing(aws: Aws, client: Any) -> None:
    failures: list[Exception] = []

    def create(thread: int) -> None:
        try:
            for number in range(25):
                client.create_secret(Name=f"t{thread}/{number}", SecretString="x")
                client.list_secrets()
        except ClientError as error:
            failures.append(error)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(aws.backend().secrets) == 150


def test_accounts_are_apart_and_the_access_key_tells_which(aws: Aws) -> None:
    aws.create(NAME, "mine")
    aws.create(NAME, "theirs", account="444455556666")

    other = aws.client(account="444455556666")

    assert other.get_secret_value(SecretId=NAME)["SecretString"] == "theirs"
    assert aws.client("sts", account="444455556666").get_caller_identity()["Account"] == "444455556666"


def user_with(aws: Aws, *statements: dict[str, Any]) -> Any:
    """A client of a user who may do exactly this, under enforced IAM."""
    iam = aws.client("iam")
    iam.create_user(UserName="reader")
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    iam.put_user_policy(UserName="reader", PolicyName="rights", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    mended_moto.enforce_iam()
    import boto3

    return boto3.session.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=aws.region).client(
        "secretsmanager", endpoint_url=aws.url
    )


def test_a_denial_names_action_and_resource_in_json(aws: Aws) -> None:
    aws.create("airflow/a")
    reader = user_with(aws, {"Effect": "Allow", "Action": "secretsmanager:ListSecrets", "Resource": "*"})

    assert len(reader.list_secrets()["SecretList"]) == 1
    code, message = refused(reader.get_secret_value, SecretId="airflow/a")

    assert code == "AccessDeniedException"
    assert "is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager" in message
    assert f":{ACCOUNT}:" in message


def test_a_batch_denies_the_secrets_that_may_not_be_read(aws: Aws) -> None:
    for name in ("airflow/a", "other/b"):
        aws.create(name)
    reader = user_with(
        aws,
        {"Effect": "Allow", "Action": "secretsmanager:BatchGetSecretValue", "Resource": "*"},
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "arn:aws:*:secret:airflow/*"},
    )

    answer = reader.batch_get_secret_value(SecretIdList=["airflow/a", "other/b"])

    assert [each["Name"] for each in answer["SecretValues"]] == ["airflow/a"]
    assert [(each["SecretId"], each["ErrorCode"]) for each in answer["Errors"]] == [
        ("other/b", "AccessDeniedException")
    ]


def test_unknown_keys_are_refused_in_json_when_iam_is_enforced(aws: Aws, client: Any) -> None:
    mended_moto.enforce_iam()

    assert refused(client.list_secrets)[0] == "UnrecognizedClientException"


def test_a_role_that_asks_for_an_external_id_is_given_with_it_only(aws: Aws) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": "agreed"}},
            }
        ],
    }
    aws.client("iam", account="444455556666").create_role(RoleName="guest", AssumeRolePolicyDocument=json.dumps(trust))
    sts = aws.client("sts")
    role = {"RoleArn": "arn:aws:iam::444455556666:role/guest", "RoleSessionName": "test"}

    assert refused(sts.assume_role, **role)[0] == "AccessDenied"
    assert refused(sts.assume_role, **role, ExternalId="guessed")[0] == "AccessDenied"
    assert sts.assume_role(**role, ExternalId="agreed")["Credentials"]["AccessKeyId"]


def test_mending_twice_changes_nothing(client: Any) -> None:
    mended_moto.mend()
    client.create_secret(Name=NAME, SecretString="one")

    assert client.get_secret_value(SecretId=NAME)["SecretString"] == "one"
