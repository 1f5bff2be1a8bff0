from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from secretsui.access.models import AccessEvent
from secretsui.core.sensitive import MASK
from secretsui.inventory.models import SecretRecord
from tests.conftest import logged_in
from tests.web import audited
from tests.web.one_secret import CANARY, HTMX, URI, OneSecret, text_of


def test_it_shows_which_fields_are_set_and_no_value(one: OneSecret, as_bob: Client) -> None:
    one.make(URI, tags={"team": "data"}, description="CRM replica")
    page = one.get(as_bob)
    words = text_of(page)
    assert page.status_code == 200
    assert "Connection Type Postgres postgres Description CRM replica Host crm-db.example Schema crm" in words
    assert f"Login {MASK} hidden Password {MASK} hidden Port 5432 Extra {MASK} hidden" in words
    assert "team data" in words
    for piece in (CANARY, "reader", "sslmode", "pw-Kan4rien"):
        assert piece not in page.content.decode()


def test_the_page_reads_no_value_and_records_nothing(one: OneSecret, as_alice: Client) -> None:
    one.make()
    one.aws.calls.clear()
    before = AccessEvent.objects.count()
    one.get(as_alice)
    assert set(one.aws.calls.counts()) == {"DescribeSecret", "ListSecretVersionIds"}
    assert AccessEvent.objects.count() == before


def test_open_findings_of_audits_stand_on_the_page(one: OneSecret, as_bob: Client) -> None:
    assert "Findings" not in text_of(one.make().get(as_bob))
    audit = audited.audit(one.prefix)
    audited.finding(one.prefix, one.key, audit)
    audited.finding(one.prefix, one.key, audit, "R-25", status="fixed", fixed_at=timezone.now())
    audited.finding(one.prefix, "another", audit, "R-26")
    words = text_of(one.get(as_bob))
    assert "Findings Critical Reserved character in the login or password" in words
    assert "Quotes around the connection" not in words
    assert "R-26" not in one.get(as_bob).content.decode()


def test_a_field_that_is_not_set_says_so(one: OneSecret, as_bob: Client) -> None:
    words = text_of(one.make("postgres://crm-db.example").get(as_bob))
    assert "Login Not set Password Not set Port Not set Extra Not set" in words


def test_a_variable_has_a_key_and_a_hidden_val(variable: OneSecret, as_bob: Client) -> None:
    page = variable.make('{"a": 1}').get(as_bob)
    assert f"Key settings Val {MASK} hidden Stored as JSON" in text_of(page)


def test_a_broken_value_is_explained_with_the_next_action(one: OneSecret, as_alice: Client) -> None:
    page = one.make(f"postgres://reader:{CANARY}@crm-db.example:port/crm").get(as_alice)
    words = text_of(page)
    assert "The port is not a whole number" in words
    assert "Neither Airflow 2.11 nor Airflow 3.3 can read the connection." in words
    assert "Edit the raw text" in words
    assert "Password Not known" in words
    assert CANARY not in page.content.decode()


def test_it_names_the_airflows_that_cannot_read_it(one: OneSecret, as_alice: Client) -> None:
    stored = json.dumps({"conn_type": "http", "host": "h", "extra": "no object"})
    words = text_of(one.make(stored).get(as_alice))
    assert "only for servers of Airflow 3.3" in words
    assert "Neither Airflow" not in words


def test_a_binary_value_is_shown_as_such(one: OneSecret, as_alice: Client) -> None:
    page = one.make(b"\x00\x01").get(as_alice)
    assert "A binary value." in text_of(page)
    assert one.url("edit") not in page.content.decode()
    assert one.url("reveal") not in page.content.decode()


@pytest.mark.parametrize(
    ("who", "reveal", "write"), [("bob", False, False), ("rita", True, False), ("alice", True, True)]
)
def test_only_what_a_level_allows_is_offered(
    one: OneSecret, request: pytest.FixtureRequest, who: str, reveal: bool, write: bool
) -> None:
    user: User = request.getfixturevalue(who)
    page = one.make().get(logged_in(user)).content.decode()
    assert (one.url("reveal") in page) is reveal
    for action in ("edit", "delete", "tags", "details"):
        assert (one.url(action) in page) is write
    assert ("you need the grant Reveal" in page) is not reveal


def test_an_outsider_finds_nothing(one: OneSecret, as_charlie: Client, as_root: Client) -> None:
    one.make()
    for client in (as_charlie, as_root):
        for action in ("", "fields", "policy", "versions"):
            page = one.get(client, action)
            assert page.status_code == 404
            assert "crm-db" not in page.content.decode()


def test_a_stranger_is_asked_to_sign_in(one: OneSecret, client: Client) -> None:
    assert one.make().get(client).headers["Location"].startswith("/accounts/login/")


def test_a_name_that_is_nowhere_is_not_found(one: OneSecret, as_alice: Client) -> None:
    assert one.get(as_alice).status_code == 404
    assert as_alice.get("/s/data-dev/eu-west-1/other/prefix/x").status_code == 404
    assert as_alice.get("/s/nobody/eu-west-1/airflow/connections/x").status_code == 404


def test_a_secret_that_the_index_does_not_know_yet_is_found(one: OneSecret, as_bob: Client) -> None:
    one.aws.create(one.name, URI)
    assert one.get(as_bob).status_code == 200
    assert one.record.conn_type == "postgres"


@pytest.mark.parametrize("action", ["", "fields", "policy", "versions"])
def test_pages_that_only_show_take_get_alone(one: OneSecret, as_alice: Client, action: str) -> None:
    assert one.make().post(as_alice, action).status_code == 405


@pytest.mark.parametrize("key", ["a/b", "a/-/edit", "-", "a/-/reveal/-/x", "a/../b", "a//b", "x/", "./y", "a/~b"])
def test_every_name_has_a_page_of_its_own(one: OneSecret, as_bob: Client, key: str) -> None:
    one.key = key
    if "~" in key:  # no name for AWS, and so nothing is there
        assert one.get(as_bob).status_code == 404
        return
    page = one.make().get(as_bob)
    assert page.status_code == 200
    assert f"Connection Id {key} " in text_of(page)
    assert one.get(as_bob, "versions").status_code == 200


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("denied", 502, "AccessDeniedException"),
        ("expired", 502, "ExpiredTokenException"),
        ("throttle", 503, "ThrottlingException"),
        ("internal", 503, "InternalServiceError"),
    ],
)
def test_a_failing_service_leaves_the_page_of_the_index(
    one: OneSecret, as_bob: Client, kind: str, status: int, code: str
) -> None:
    one.make()
    one.aws.faults.add("DescribeSecret", kind)
    page = one.get(as_bob)
    words = text_of(page)
    assert page.status_code == status
    assert "Could not check with AWS." in words
    assert code in words
    assert "Host crm-db.example" in words
    assert "Replicas Could not check" in words


def test_a_denial_names_the_right_and_the_arn(one: OneSecret, as_bob: Client) -> None:
    one.make()
    one.aws.faults.add("DescribeSecret", "denied")
    words = text_of(one.get(as_bob))
    assert "secretsmanager:DescribeSecret" in words
    assert "arn:aws:secretsmanager:eu-west-1:" in words


def test_versions_alone_may_fail(one: OneSecret, as_bob: Client) -> None:
    one.make()
    one.aws.faults.add("ListSecretVersionIds", "denied")
    page = one.get(as_bob)
    assert page.status_code == 200
    assert "Versions Could not check" in text_of(page)


def test_a_secret_that_is_gone_from_aws_says_so(one: OneSecret, as_bob: Client) -> None:
    one.make()
    one.aws.client().delete_secret(SecretId=one.name, ForceDeleteWithoutRecovery=True)
    page = one.get(as_bob)
    assert page.status_code == 404
    assert "There is no secret of this name." in text_of(page)
    assert "Host crm-db.example" in text_of(page)


def test_a_pending_deletion_shows_days_left_and_restores(one: OneSecret, as_alice: Client, as_bob: Client) -> None:
    one.make()
    one.aws.client().delete_secret(SecretId=one.name, RecoveryWindowInDays=9)
    one.index()
    words = text_of(one.get(as_alice))
    assert "Gone for good in 8 d." in words or "Gone for good in 9 d." in words
    page = one.get(as_alice).content.decode()
    assert one.url("restore") in page
    assert one.url("edit") not in page
    assert one.url("restore") not in one.get(as_bob).content.decode()


def test_an_index_behind_the_store_says_so(one: OneSecret, as_bob: Client) -> None:
    one.make()
    one.save("postgres://other.example")
    assert "AWS has a newer version than the index has read." in text_of(one.get(as_bob))


def test_a_value_that_could_not_be_read_is_not_called_empty(one: OneSecret, as_bob: Client) -> None:
    one.aws.create(one.name, URI)
    one.aws.faults.add("GetSecretValue", "denied")
    one.aws.faults.add("BatchGetSecretValue", "denied")
    one.index()
    words = text_of(one.get(as_bob))
    assert "The index could not read this value" in words
    assert "Password Not known" in words
    assert "Not set" not in words.replace("Description Not set", "")


def test_a_record_that_was_not_confirmed_is_doubted_when_aws_is_silent(one: OneSecret, as_bob: Client) -> None:
    one.make()
    SecretRecord.objects.update(stale=True, changed_at=timezone.now() - timedelta(days=3))
    one.aws.faults.add("DescribeSecret", "internal")
    assert "The last refresh did not confirm this secret." in text_of(one.get(as_bob))


def test_the_resource_policy_is_asked_for_on_demand(one: OneSecret, as_bob: Client) -> None:
    one.make()
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "258781458051"}}]}
    one.aws.client().put_resource_policy(SecretId=one.name, ResourcePolicy=json.dumps(policy))
    assert "258781458051" in text_of(one.get(as_bob, "policy"))
    fragment = one.get(as_bob, "policy", headers=HTMX).content.decode()
    assert "258781458051" in fragment
    assert "<html" not in fragment


def test_without_a_resource_policy_it_says_none(one: OneSecret, as_bob: Client) -> None:
    assert "Resource policy None." in text_of(one.make().get(as_bob, "policy"))


def test_a_policy_that_may_not_be_read_is_not_none(one: OneSecret, as_bob: Client) -> None:
    one.make()
    one.aws.faults.add("GetResourcePolicy", "denied")
    page = one.get(as_bob, "policy")
    assert page.status_code == 502
    assert "Could not check" in text_of(page)
    assert "secretsmanager:GetResourcePolicy" in text_of(page)
    assert "Could not check" in one.get(as_bob, "policy", headers=HTMX).content.decode()


def test_the_masked_fields_stand_alone_and_as_a_fragment(one: OneSecret, as_bob: Client) -> None:
    one.make()
    assert "<html" in one.get(as_bob, "fields").content.decode()
    fragment = one.get(as_bob, "fields", headers=HTMX).content.decode()
    assert "<html" not in fragment
    assert MASK in fragment
    assert CANARY not in fragment


def test_hostile_metadata_is_text(one: OneSecret, as_bob: Client) -> None:
    one.make(URI, description="<script>alert(1)</script>", tags={"a": "<img src=x>"})
    page = one.get(as_bob).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<img src=x>" not in page
