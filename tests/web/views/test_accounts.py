from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.access.models import AccessEvent, Grant
from secretsui.inventory.models import Account, Deployment, LayerPlace, Prefix, SecretRecord
from tests.aws import Aws
from tests.conftest import Place, logged_in
from tests.web.rows import put, text, words

HOME = "/settings/accounts/"
ROLE = "arn:aws:iam::444455556666:role/reader"


@pytest.fixture
def admin(root: User) -> Client:
    return logged_in(root, recently=True)


def typed(**more: Any) -> dict[str, Any]:
    return {
        "name": "data-prod",
        "account_id": "444455556666",
        "region": "eu-central-1",
        "credentials": "ambient",
    } | more


def test_administrators_see_every_account(as_root: Client, place: Place) -> None:
    page = words(as_root.get(HOME))
    assert "data-dev" in page
    assert "airflow/connections" in page
    assert "Nobody" in page


def test_others_see_what_they_may_list_and_no_button(as_bob: Client, place: Place, bob: User) -> None:
    Grant.objects.filter(prefix=place.config).delete()
    page = words(as_bob.get(HOME))
    assert "airflow/connections" in page
    assert "airflow/config" not in page
    assert "You may" in page
    assert "Add account" not in page
    assert "Edit and test" not in page


def test_an_outsider_sees_none(as_charlie: Client, place: Place) -> None:
    assert "data-dev" not in text(as_charlie.get(HOME))


@pytest.mark.parametrize("path", ["new/", "data-dev/", "data-dev/remove/", "data-dev/test/"])
def test_only_administrators_change_them(as_alice: Client, place: Place, path: str) -> None:
    response = as_alice.post(HOME + path)
    assert response.status_code == 403
    assert "Only administrators can." in words(response)
    assert Account.objects.get().name == "data-dev"


def test_changing_needs_the_password(as_root: Client, place: Place) -> None:
    assert as_root.get(HOME + "new/")["Location"] == "/accounts/reauthenticate/?next=%2Fsettings%2Faccounts%2Fnew%2F"


def test_an_account_is_added_and_recorded(admin: Client) -> None:
    chain = f"{ROLE} ext-1\n\n  {ROLE}2  "
    response = admin.post(
        HOME + "new/", typed(account_id="4444-5555-6666", credentials="role", role_chain=chain, profile="base")
    )
    assert (response.status_code, response["Location"]) == (302, HOME + "data-prod/")
    account = Account.objects.get()
    assert account.account_id == "444455556666"
    assert account.role_chain == [
        {"role_arn": ROLE, "external_id": "ext-1"},
        {"role_arn": ROLE + "2", "external_id": ""},
    ]
    event = AccessEvent.objects.get()
    assert (event.action, event.account, event.actor) == ("account", "data-prod", "root")
    assert "ext-1" not in event.detail


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"account_id": "12345"}, "An AWS account id has 12 digits."),
        ({"name": "with space"}, "Enter a valid “slug”"),
        ({"name": "new"}, "This name is taken."),
        ({"name": "DATA-DEV"}, "This name is taken."),
        ({"region": "Frankfurt"}, "Write the region as AWS does: eu-central-1."),
        ({"credentials": "profile"}, "Name the profile"),
        ({"credentials": "role"}, "Name at least one role"),
        ({"credentials": "role", "role_chain": "reader"}, "Line 1: write one role ARN"),
        ({"credentials": "role", "role_chain": f"{ROLE}\n{ROLE} a b"}, "Line 2: write one role ARN"),
        ({"credentials": "role", "role_chain": f"{ROLE} näh"}, "Line 1: the external id has characters"),
        ({"endpoint_url": "not a url"}, "Enter a valid URL."),
    ],
)
def test_bad_input_is_named_and_what_was_typed_stays(
    admin: Client, place: Place, change: dict[str, str], said: str
) -> None:
    response = admin.post(HOME + "new/", typed(**change))
    assert response.status_code == 422
    assert said in words(response)
    assert Account.objects.count() == 1
    for value in change.values():
        assert value.splitlines()[0] in text(response)


def test_an_account_is_changed(admin: Client, place: Place) -> None:
    assert 'value="111122223333"' in text(admin.get(HOME + "data-dev/"))
    admin.post(HOME + "data-dev/", typed(name="data-dev", profile="sso", credentials="profile"))
    account = Account.objects.get()
    assert (account.profile, account.account_id) == ("sso", "444455556666")
    assert "profile" in AccessEvent.objects.get().detail


def test_an_account_and_its_index_are_removed(admin: Client, place: Place) -> None:
    put(place.connections, "crm")
    page = words(admin.get(HOME + "data-dev/remove/"))
    assert "airflow/connections eu-west-1, 1 secret in the index" in page
    assert "Nothing changes in AWS" in page
    assert admin.post(HOME + "data-dev/remove/").status_code == 422
    assert Account.objects.exists()
    admin.post(HOME + "data-dev/remove/", {"confirm": "yes"})
    assert [model.objects.count() for model in (Account, Prefix, SecretRecord)] == [0, 0, 0]
    assert AccessEvent.objects.get().detail == "removed"


@pytest.mark.parametrize("by_place", [True, False])
def test_an_account_that_a_deployment_needs_stays(admin: Client, place: Place, by_place: bool) -> None:
    deployment = Deployment.objects.create(name="lab", api="none", account=None if by_place else place.account)
    if by_place:
        LayerPlace.objects.create(deployment=deployment, layer="backend", account=place.account, region="eu-west-1")
    response = admin.post(HOME + "data-dev/remove/", {"confirm": "yes"})
    assert response.status_code == 422
    assert "Choose another one there first: lab" in words(response)
    assert Account.objects.exists()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_the_test_says_who_and_what(admin: Client, live_place: Place, aws: Aws, headers: dict[str, str]) -> None:
    aws.faults.add("DeleteSecret", "denied")
    response = admin.post(HOME + "data-dev/test/", headers=headers)
    page = words(response)
    assert "111122223333" in page
    assert "Denied" in page
    assert "Could not check" in page  # creating cannot be tried
    assert '"Action": [ "secretsmanager:DeleteSecret" ]' in page
    assert ("<html" in text(response)) == (not headers)


def test_the_test_of_what_cannot_be_reached_says_so(admin: Client, place: Place) -> None:
    response = admin.post(HOME + "data-dev/test/")
    assert response.status_code == 200
    assert "Could not check" in words(response)
    assert "Allowed" not in words(response)


VAULT = {
    "vendor": "vault",
    "name": "vault",
    "endpoint_url": "https://vault:8200",
    "region": "secret",
    "auth": "kubernetes",
}
VAULT["role"] = "secretsui"


@pytest.mark.parametrize(
    ("vendor", "field"),
    [("aws", "Account id"), ("vault", "Logs in by"), ("google", "Project id"), ("azure", "Vault URL")],
)
def test_the_vendor_decides_what_is_asked(admin: Client, vendor: str, field: str) -> None:
    page = words(admin.get(HOME + f"new/?vendor={vendor}"))
    assert field in page
    assert ("Account id" in page) == (vendor == "aws")


def test_an_unknown_vendor_is_not_found(admin: Client) -> None:
    assert admin.get(HOME + "new/?vendor=moon").status_code == 404
    assert admin.post(HOME + "new/", typed(vendor="moon")).status_code == 404


def test_an_account_of_another_vendor_is_added_changed_and_removed(admin: Client) -> None:
    admin.post(HOME + "new/", VAULT)
    account = Account.objects.get()
    assert (account.vendor, account.region, account.options) == (
        "vault",
        "secret",
        {"auth": "kubernetes", "role": "secretsui"},
    )
    admin.post(HOME + "vault/", VAULT | {"region": "kv", "role": "other"})
    account.refresh_from_db()
    assert (account.region, account.options["role"]) == ("kv", "other")
    page = words(admin.get(HOME + "vault/remove/"))
    assert "Nothing changes in HashiCorp Vault" in page
    assert "AWS" not in page
    admin.post(HOME + "vault/remove/", {"confirm": "yes"})
    assert not Account.objects.exists()


@pytest.mark.parametrize("installed", [True, False])
def test_a_client_that_is_not_installed_is_told_of_at_once(
    admin: Client, monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    monkeypatch.setattr("secretsui.web.vendors.find_spec", lambda _: object() if installed else None)
    page = words(admin.get(HOME + "new/?vendor=vault"))
    assert ("pip install -r requirements-vault.txt" in page) != installed


def test_the_test_of_a_vault_speaks_of_vault(admin: Client) -> None:
    Account.objects.create(name="vault", vendor="vault", region="secret", endpoint_url="http://127.0.0.1:9")
    page = words(admin.post(HOME + "vault/test/", headers={"HX-Request": "true"}))
    assert "Test of HashiCorp Vault" in page
    assert "Allowed" not in page
    assert "AWS" not in page


@pytest.mark.parametrize("path", ["nowhere/", "nowhere/remove/"])
def test_a_bad_name_is_not_found(admin: Client, path: str) -> None:
    assert admin.get(HOME + path).status_code == 404


@pytest.mark.parametrize(("method", "path"), [("post", ""), ("put", "new/"), ("get", "data-dev/test/")])
def test_the_wrong_method_is_refused(admin: Client, place: Place, method: str, path: str) -> None:
    assert getattr(admin, method)(HOME + path).status_code == 405
