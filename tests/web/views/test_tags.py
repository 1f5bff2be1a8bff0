from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.conftest import PASSWORD, logged_in
from tests.web.one_secret import OneSecret, text_of

TAGS = {"team": "data", "env": "dev"}


@pytest.fixture
def writer(alice: User) -> Client:
    return logged_in(alice, recently=True)


def tags(one: OneSecret) -> dict[str, str]:
    return dict(one.aws.store().describe(one.name).tags)


def sent(one: OneSecret, client: Client, now: dict[str, str], was: dict[str, str] = TAGS, **more: str) -> Any:
    data = {
        "was_key": list(was),
        "was_value": list(was.values()),
        "tag_key": [*now, ""],
        "tag_value": [*now.values(), ""],
    }
    return one.post(client, "tags", data | more)


def test_the_page_has_the_tags_as_aws_has_them(one: OneSecret, writer: Client) -> None:
    one.make(tags=TAGS)
    one.aws.client().tag_resource(SecretId=one.name, Tags=[{"Key": "later", "Value": "yes"}])
    page = one.get(writer, "tags").content.decode()
    assert 'name="tag_key" value="later"' in page
    assert 'name="was_value" value="dev"' in page


def test_tags_are_added_changed_and_removed(one: OneSecret, writer: Client) -> None:
    answer = sent(one.make(tags=TAGS), writer, {"team": "web", "new": ""})
    assert answer.headers["Location"] == one.url()
    assert tags(one) == one.record.tags == {"team": "web", "new": ""}
    assert "Tags saved." in text_of(one.get(writer))
    assert one.events() == [("tag", "allowed")]


def test_what_others_set_meanwhile_stays(one: OneSecret, writer: Client) -> None:
    one.make(tags=TAGS)
    one.aws.client().tag_resource(SecretId=one.name, Tags=[{"Key": "env", "Value": "prod"}, {"Key": "x", "Value": "1"}])
    sent(one, writer, {"team": "web", "env": "dev"})
    assert tags(one) == {"team": "web", "env": "prod", "x": "1"}


def test_nothing_changed_calls_nobody(one: OneSecret, writer: Client) -> None:
    answer = sent(one.make(tags=TAGS), writer, TAGS)
    assert answer.status_code == 302
    assert one.events() == []


def test_tags_of_aws_are_shown_and_left_alone(one: OneSecret, writer: Client) -> None:
    one.make(tags=TAGS | {"aws:cloudformation:stack-name": "s"})
    page = one.get(writer, "tags")
    assert "Set by AWS and not to be edited: aws:cloudformation:stack-name=s" in text_of(page)
    assert 'value="aws:' not in page.content.decode()


@pytest.mark.parametrize(
    ("now", "says"),
    [
        ({"aws:x": "1"}, "Keys that start with aws: belong to AWS."),
        ({"k" * 129: "1"}, "Key: use at most 128 characters."),
        ({"k": "v" * 257}, "Value: use at most 256 characters."),
        ({"k<": "1"}, "Key: use letters, digits, spaces and"),
        ({f"k{n}": "1" for n in range(51)}, "A secret has at most 50 pairs."),
    ],
)
def test_bad_tags_are_refused_and_kept_on_the_page(
    one: OneSecret, writer: Client, now: dict[str, str], says: str
) -> None:
    answer = sent(one.make(tags=TAGS), writer, now)
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert tags(one) == TAGS
    assert f'value="{next(iter(now.values()))}"' in answer.content.decode()


def test_more_rows_save_nothing(one: OneSecret, writer: Client) -> None:
    answer = sent(one.make(tags=TAGS), writer, {"team": "web"}, action="rows")
    assert answer.status_code == 200
    assert answer.content.decode().count('name="tag_key"') == 5
    assert tags(one) == TAGS


def test_details_are_changed_one_by_one(one: OneSecret, writer: Client) -> None:
    one.make(description="before")
    page = one.get(writer, "details").content.decode()
    assert 'name="was_description" value="before"' in page
    data = {"was_description": "before", "was_kms_key_id": "", "description": "after\r\nall", "kms_key_id": ""}
    assert one.post(writer, "details", data).headers["Location"] == one.url()
    assert one.record.description == "after\nall"
    assert one.events() == [("update", "allowed")]
    data |= {"was_description": "after\nall", "kms_key_id": "alias/airflow"}
    one.post(writer, "details", data)
    assert one.aws.store().describe(one.name).kms_key_id == "alias/airflow"


def test_unchanged_details_call_nobody(one: OneSecret, writer: Client) -> None:
    one.make(description="x")
    data = {"was_description": "x", "description": "x", "was_kms_key_id": "", "kms_key_id": ""}
    assert one.post(writer, "details", data).status_code == 302
    assert one.events() == []


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"kms_key_id": "no key"}, "KMS key: Name a key as alias/…"),
        ({"kms_key_id": "", "was_kms_key_id": "alias/a"}, "AWS cannot take the key away."),
        ({"description": "x" * 2049}, "Description: Ensure this value has at most 2048 characters"),
    ],
)
def test_bad_details_are_refused(one: OneSecret, writer: Client, typed: dict[str, str], says: str) -> None:
    answer = one.make().post(writer, "details", typed)
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert one.events() == []


@pytest.mark.parametrize("action", ["tags", "details"])
def test_both_need_write_and_a_recent_password(
    one: OneSecret, rita: User, charlie: User, as_alice: Client, action: str
) -> None:
    one.make()
    assert one.get(logged_in(rita, recently=True), action).status_code == 403
    assert one.post(logged_in(rita, recently=True), action, {"description": "x"}).status_code == 403
    assert one.get(logged_in(charlie, recently=True), action).status_code == 404
    assert one.get(as_alice, action).headers["Location"].startswith("/accounts/reauthenticate/")
    assert as_alice.put(one.url(action)).status_code == 405


def test_tags_sent_too_late_are_kept_while_the_password_is_asked_for(one: OneSecret, as_alice: Client) -> None:
    page = sent(one.make(tags=TAGS), as_alice, {"team": "typed"})
    assert page.status_code == 403
    assert "What you typed above is kept." in text_of(page)
    assert 'value="typed"' in page.content.decode()
    wrong = sent(one, as_alice, {"team": "typed"}, confirm_password="mistyped")
    assert "That password is not right" in text_of(wrong)
    assert tags(one) == TAGS
    assert sent(one, as_alice, {"team": "typed"}, confirm_password=PASSWORD).status_code == 302
    assert tags(one) == {"team": "typed"}


def test_details_sent_too_late_are_kept_while_the_password_is_asked_for(one: OneSecret, as_alice: Client) -> None:
    one.make(description="before")
    data = {"was_description": "before", "was_kms_key_id": "", "description": "typed", "kms_key_id": ""}
    page = one.post(as_alice, "details", data)
    assert page.status_code == 403
    assert "What you typed above is kept." in text_of(page)
    assert "typed</textarea>" in page.content.decode()
    assert one.post(as_alice, "details", data | {"confirm_password": PASSWORD}).status_code == 302
    assert one.record.description == "typed"


def test_failing_stores_say_so_and_keep_what_was_typed(one: OneSecret, writer: Client) -> None:
    one.make(tags=TAGS)
    one.aws.faults.add("TagResource", "denied")
    one.aws.faults.add("UpdateSecret", "kms")
    answer = sent(one, writer, {"team": "typed"})
    assert answer.status_code == 502
    assert "secretsmanager:TagResource" in text_of(answer)
    assert 'value="typed"' in answer.content.decode()
    answer = one.post(writer, "details", {"description": "typed"})
    assert answer.status_code == 502
    assert "typed</textarea>" in answer.content.decode()


def test_tags_that_cannot_be_checked_come_from_the_index_with_a_warning(one: OneSecret, writer: Client) -> None:
    one.make(tags=TAGS)
    one.aws.faults.add("DescribeSecret", "denied")
    page = one.get(writer, "tags")
    assert page.status_code == 502
    assert "secretsmanager:DescribeSecret" in text_of(page)
    assert 'value="team"' in page.content.decode()
