"""Which lock bars a role from a secret of another account, on a page."""

from __future__ import annotations

import html
import json
import re
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.access.models import AccessEvent
from secretsui.inventory.models import Account, Deployment
from secretsui.web.doctor_question import asking_of
from tests.aws import ACCOUNT, REGION, VALUE, Aws
from tests.conftest import Place, logged_in
from tests.web import deployed
from tests.web.one_secret import text_of
from tests.web.rows import put, text
from tests.web.test_markup import check_whole

PAGE: Final = "/doctor/"
THERE: Final = "444455556666"
ROLE: Final = f"arn:aws:iam::{THERE}:role/airflow"
NAME: Final = "airflow/connections/db"


@pytest.fixture
def client(bob: User) -> Client:
    return logged_in(bob)


@pytest.fixture
def key(aws: Aws) -> str:
    found: str = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    return found


def ask(client: Client, here: Place, status: int = 200, **more: str) -> Any:
    answer = client.post(PAGE, {"place": str(here.connections.pk), "key": "db", "role": ROLE, **more})
    assert answer.status_code == status, text(answer)
    return answer


def rows(answer: Any) -> dict[str, str]:
    cells = re.findall(r'<th role="rowheader"[^>]*>([^<]*)</th><td[^>]*>(.*?)</td>', text(answer))
    return {title: re.sub("<[^>]*>", "", cell) for title, cell in cells}


def texts(answer: Any) -> dict[str, Any]:
    found = re.findall(r'aria-labelledby="add-(\w+)".*?<pre[^>]*>(.*?)</pre>', text(answer), re.DOTALL)
    return {place: json.loads(html.unescape(body)) for place, body in found}


def arn_of(aws: Aws) -> str:
    found: str = aws.backend().secrets[NAME].arn
    return found


def let_in(aws: Aws, documents: dict[str, Any], key: str) -> None:
    """Put what the page prints where it says."""
    if "secret" in documents:
        aws.client().put_resource_policy(SecretId=NAME, ResourcePolicy=json.dumps(documents["secret"]))
    if "key" in documents:
        aws.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(documents["key"]))
    if "role" in documents:
        aws.client("iam", account=THERE).put_role_policy(
            RoleName="airflow", PolicyName="read", PolicyDocument=json.dumps(documents["role"])
        )


def entered(aws: Aws) -> Account:
    """The account of the role, in which it has no rights yet."""
    aws.client("iam", account=THERE).create_role(RoleName="airflow", AssumeRolePolicyDocument="{}")
    chain = [{"role_arn": aws.role(THERE), "external_id": ""}]
    return Account.objects.create(
        name="tasks", account_id=THERE, region=REGION, endpoint_url=aws.url, credentials="role", role_chain=chain
    )


def test_what_is_printed_opens_every_lock(as_root: Client, live_place: Place, aws: Aws, key: str) -> None:
    aws.create(NAME, kms_key_id=key)
    entered(aws)

    closed = ask(as_root, live_place, asked=arn_of(aws), region=REGION)

    assert "The role cannot read this secret" in text_of(closed)
    assert rows(closed)["Resource policy of the secret"] == "Closed"
    assert rows(closed)["Name and region"] == rows(closed)["Key of the secret"] == "Open"
    documents = texts(closed)
    assert set(documents) == {"role", "secret", "key"}
    assert documents["key"]["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    let_in(aws, documents, key)
    opened = ask(as_root, live_place, asked=arn_of(aws), region=REGION)
    assert "The role can read this secret" in text_of(opened)
    assert texts(opened) == {}
    assert VALUE not in text(opened)
    check_whole(text(opened))


def test_a_key_of_aws_is_told_to_be_the_reason(client: Client, live_place: Place, aws: Aws) -> None:
    aws.create(NAME)

    found = ask(client, live_place)

    assert rows(found)["Key of the secret"] == "Closed"
    assert "serves its own account alone" in text_of(found)
    check_whole(text(found))


def test_without_the_account_of_the_role_its_policies_could_not_be_checked(
    client: Client, live_place: Place, aws: Aws, key: str
) -> None:
    aws.create(NAME, kms_key_id=key)

    found = ask(client, live_place)

    assert rows(found)["Policies of the role, for the secret"] == "Could not check"
    assert texts(found)["role"]["Statement"][0] == {
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:airflow/connections/*",
    }


def test_a_role_that_does_not_exist_bars_the_way(as_root: Client, live_place: Place, aws: Aws, key: str) -> None:
    aws.create(NAME, kms_key_id=key)
    entered(aws)

    found = ask(as_root, live_place, role=ROLE + "-of-old")

    assert rows(found)["Policies of the role, for the secret"] == "Closed"
    assert "There is no such role in its account" in text_of(found)


def test_policies_of_a_role_are_not_read_for_somebody_without_a_grant_in_its_account(
    client: Client, live_place: Place, aws: Aws, key: str
) -> None:
    aws.create(NAME, kms_key_id=key)
    entered(aws)
    aws.calls.clear()

    found = ask(client, live_place)

    assert "You have no grant in the account of the role" in text_of(found)
    assert not {"GetRole", "ListRolePolicies"} & set(aws.calls.counts())


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (NAME, "AWS looks for a name in the account of the role"),
        (f"arn:aws:secretsmanager:{REGION}:11112222333:secret:{NAME}", "has 11 characters"),
        (f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:/{NAME}", "a slash too many or too few"),
        ("<script>alert(1)</script>", "AWS looks for a name"),
    ],
)
def test_what_airflow_asks_for_is_compared(client: Client, live_place: Place, aws: Aws, asked: str, words: str) -> None:
    aws.create(NAME)

    found = ask(client, live_place, asked=asked, region="eu-west-2")

    assert words in text_of(found)
    assert "Set the region of the backend" in text_of(found)
    assert "<script>alert" not in text(found)


def test_a_deployment_fills_role_name_and_region(
    client: Client, bob: User, live_place: Place, aws: Aws, key: str
) -> None:
    aws.create(NAME, kms_key_id=key)
    deployment = Deployment.objects.create(
        name="mwaa",
        region=REGION,
        role_arn=ROLE,
        backend_class="airflow_aws_shared_secrets.secret_manager.SharedSecretsManagerBackend",
        backend_kwargs={"shared_account": ACCOUNT},
    )
    deployed.grant(bob, deployment)

    found = ask(client, live_place, role="", deployment="mwaa")

    assert ROLE in text(found)
    assert f"Airflow asks in eu-central-1, and the secret is in {REGION}" in text_of(found)
    assert "The ARN names the region eu-central-1" in text_of(found)


@pytest.mark.parametrize(
    ("platform", "kwargs", "asked"),
    [("mwaa", {}, REGION), ("plain", {}, "eu-central-1"), ("mwaa", {"aws_region": "eu-west-3"}, "eu-west-3")],
)
def test_the_shared_backend_asks_where_its_process_is(
    live_place: Place, platform: str, kwargs: dict[str, str], asked: str
) -> None:
    deployment = Deployment.objects.create(
        name="one",
        platform=platform,
        region=REGION,
        backend_class="airflow_aws_shared_secrets.secret_manager.SharedSecretsManagerBackend",
        backend_kwargs={"shared_account": ACCOUNT, **kwargs},
    )

    found = asking_of(deployment, live_place.connections, "db")

    assert (found.region, found.name.split(":")[3]) == (asked, asked)


def test_the_first_secret_stands_for_the_prefix(client: Client, live_place: Place, aws: Aws) -> None:
    aws.create(NAME)
    put(live_place.connections, "db")

    assert arn_of(aws) in text(ask(client, live_place, key=""))


def test_administrators_without_a_grant_are_not_told_the_names_of_secrets(
    as_root: Client, live_place: Place, aws: Aws
) -> None:
    aws.create(NAME)
    put(live_place.connections, "db")

    answer = ask(as_root, live_place, 422, key="")

    assert NAME not in text(answer)
    assert "Write the id of one." in text_of(answer)


def test_who_asked_about_which_secret_is_recorded(client: Client, live_place: Place, aws: Aws) -> None:
    aws.create(NAME)

    ask(client, live_place)

    event = AccessEvent.objects.latest("pk")
    assert (event.actor, event.action, event.outcome, event.name, event.detail) == (
        "bob",
        "diagnose",
        "allowed",
        NAME,
        ROLE,
    )


def test_a_service_that_fails_is_no_verdict(
    client: Client, live_place: Place, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    aws.create(NAME)
    aws.faults.add("DescribeSecret", "internal")

    found = ask(client, live_place)

    assert "Could not check" in text_of(found)
    assert "can read this secret" not in text_of(found)
    assert AccessEvent.objects.latest("pk").outcome == "failed"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"role": ""}, "Enter the ARN of a role"),
        ({"role": "arn:aws:iam::44445555666:role/airflow"}, "Enter the ARN of a role"),
        ({"region": "Frankfurt"}, "Write the region as AWS does"),
        ({"place": ""}, "Choose the prefix"),
        ({"place": "999999"}, "Choose a prefix of the list"),
        ({"key": ""}, "No secret of this prefix is known yet"),
        ({"deployment": "nobody"}, "Choose a deployment of the list"),
    ],
)
def test_bad_input_is_named_and_kept(client: Client, place: Place, typed: dict[str, str], words: str) -> None:
    page = ask(client, place, 422, **{"asked": "kept", **typed})

    assert words in text_of(page)
    assert 'value="kept"' in text(page)
    check_whole(text(page))


def test_without_a_question_there_is_a_form(client: Client, place: Place) -> None:
    page = client.get(PAGE, {"place": place.variables.pk, "key": "crm"})

    assert f'value="{place.variables.pk}" selected' in text(page)
    assert 'value="crm"' in text(page)
    check_whole(text(page))


def test_somebody_without_a_grant_sees_no_prefix_and_finds_none(as_charlie: Client, place: Place) -> None:
    assert "You cannot see any secrets yet" in text_of(as_charlie.get(PAGE))
    ask(as_charlie, place, 422)
    assert not AccessEvent.objects.exists()


def test_a_name_outside_the_prefix_is_asked_for_inside_it(client: Client, live_place: Place, aws: Aws) -> None:
    aws.create("other/secret")

    found = ask(client, live_place, key="other/secret")

    assert "There is no secret of this name" in text_of(found)


def test_strangers_sign_in_first_and_other_methods_are_refused(client: Client, place: Place) -> None:
    assert Client().get(PAGE).status_code == 302
    assert Client().post(PAGE).status_code == 302
    assert client.put(PAGE).status_code == 405
