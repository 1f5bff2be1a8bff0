"""What Azure Key Vault alone does, beside what every store promises."""

from __future__ import annotations

import traceback
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from secretsui.core.sensitive import Sensitive
from secretsui.stores import azure_place, azure_session
from secretsui.stores.azure import AzureStore, probe
from secretsui.stores.base import (
    MUST_NOT_EXIST,
    BadName,
    Conflict,
    Denied,
    DisabledVersion,
    Expired,
    NotFound,
    PendingDeletion,
    StoreError,
    Throttled,
    TooLarge,
    Unavailable,
    Value,
)
from tests.airflow.answering import Cut, Reply
from tests.servers.azure import CLIENT, PASSWORD, TENANT, Azure, azure_store
from tests.servers.azure_rules import failure, firewall, throttled

VALUE = "postgres://u:unmistakable@h"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(azure_place.RETRIES, "retry_backoff_factor", 0)
    monkeypatch.setattr(azure_session, "ARRIVAL", (0.0, 0.0, 0.0))


def only(store: Any, name: str) -> Value | StoreError:
    ((answer,),) = [list(batch.values()) for batch in store.read([name])]
    return answer


def of_probe(azure: Azure) -> Any:
    whom = {"tenant_id": TENANT, "client_id": CLIENT, "ca_file": azure.ca_file}
    return probe(azure.url, lambda: Sensitive(PASSWORD), "airflow-", **whom)


def names(store: Any, prefix: str) -> list[str]:
    return [info.name for page in store.list(prefix) for info in page]


def test_the_facts_of_a_secret_are_told_without_reading_it(azure: Azure) -> None:
    attributes = {"exp": 1_800_000_000, "enabled": True}
    azure.put("a", "one", tags={"team": "data"}, contentType="the main one", attributes=attributes)
    store = azure_store(azure)

    info = store.describe("a")

    (listed,) = next(iter(store.list("")))
    assert (info.arn, info.description) == (f"{azure.url}/secrets/a", "the main one")
    assert (dict(info.tags), info.version_id) == ({"team": "data"}, azure.secrets["a"].current.id)
    assert info.expires_at is not None
    assert info.expires_at.timestamp() == 1_800_000_000
    assert (listed.version_id, listed.changed_at) == ("", info.changed_at)
    assert ("GET", "/secrets/a") not in azure.calls


def test_names_differ_in_nothing_by_their_letter_case(azure: Azure) -> None:
    azure.put("Airflow-Connections-My-DB", "one")
    store = azure_store(azure)

    (name,) = names(store, "airflow-connections-")

    assert name == "airflow-connections-My-DB"
    assert isinstance(only(store, name), Value)
    with pytest.raises(Conflict):
        store.write("AIRFLOW-connections-my-db", Sensitive("two"), replaces=MUST_NOT_EXIST)


def test_a_disabled_secret_is_told_apart_from_a_denied_one(azure: Azure) -> None:
    azure.put("a", "one", attributes={"enabled": False})
    store = azure_store(azure)

    assert isinstance(only(store, "a"), DisabledVersion)
    assert store.describe("a").disabled
    assert [each.state for each in store.versions("a")] == ["disabled"]


def test_a_new_text_takes_along_what_belongs_to_the_version(azure: Azure) -> None:
    body = {
        "tags": {"team": "data"},
        "contentType": "words",
        "attributes": {"exp": 1_800_000_000, "nbf": 1_700_000_000},
    }
    first = azure.put("a", "one", **body).current.id

    azure_store(azure).write("a", Sensitive("two"), replaces=first)

    current = azure.secrets["a"].current
    assert current.value == "two"
    assert {key: current.body[key] for key in body} == body


def test_versions_of_one_second_are_told_apart_by_a_read(azure: Azure) -> None:
    azure.stands = True
    newest = azure.put("a", "one", "two", "three").current.id
    store = azure_store(azure)

    assert store.describe("a").version_id == newest
    assert store.versions("a")[0].version_id == newest


def test_a_text_that_came_between_is_a_conflict_that_loses_neither(azure: Azure) -> None:
    first = azure.put("a", "one").current.id
    azure.meanwhile["PUT"] = lambda: azure.put("a", "theirs")

    with pytest.raises(Conflict, match="at the same moment") as caught:
        azure_store(azure).write("a", Sensitive("ours"), replaces=first)

    assert caught.value.is_saved
    assert [each.value for each in azure.secrets["a"].versions] == ["one", "theirs", "ours"]


def test_what_is_deleted_waits_for_as_long_as_the_vault_says(azure: Azure) -> None:
    azure.put("airflow-a", "one")
    azure.lag = 2
    store = azure_store(azure)

    gone = store.delete("airflow-a", recovery_days=7)

    described = store.describe("airflow-a")
    assert gone == described.purge_at
    assert described.deleted_at is not None
    assert gone is not None
    assert (gone - described.deleted_at).days == 90
    (listed,) = next(iter(store.list("airflow-")))
    assert listed.purge_at == gone
    assert isinstance(only(store, "airflow-a"), PendingDeletion)
    with pytest.raises(PendingDeletion):
        store.write("airflow-a", Sensitive("x"), replaces=MUST_NOT_EXIST)

    store.restore("airflow-a")
    assert isinstance(only(store, "airflow-a"), Value)


def test_what_waits_can_be_purged(azure: Azure) -> None:
    azure.put("a", "one")
    store = azure_store(azure)
    store.delete("a", recovery_days=7)

    store.delete("a", recovery_days=None)

    assert azure.secrets == {}


def test_a_protected_vault_deletes_nothing_at_once(azure: Azure) -> None:
    azure.put("a", "one")
    azure.protects = True

    with pytest.raises(StoreError, match="protected from purging"):
        azure_store(azure).delete("a", recovery_days=None)

    assert not azure.secrets["a"].deleted


def test_a_secret_that_is_slow_to_go_is_not_called_purged(azure: Azure) -> None:
    azure.put("a", "one")
    azure.lag = 50

    with pytest.raises(Unavailable, match="could not be purged yet"):
        azure_store(azure).delete("a", recovery_days=None)


def test_secrets_of_certificates_have_an_owner(azure: Azure) -> None:
    azure.put("a", "pem").managed = True

    (info,) = next(iter(azure_store(azure).list("")))

    assert info.owning_service == "certificate of the vault"


@pytest.mark.parametrize(
    ("uses_policies", "action"), [(True, "get"), (False, "Microsoft.KeyVault/vaults/secrets/getSecret/action")]
)
def test_a_denial_names_the_right_in_the_way_of_the_vault(azure: Azure, uses_policies: bool, action: str) -> None:
    azure.put("a", "one")
    azure.uses_policies, azure.denied = uses_policies, {("getSecret/action", "a")}

    answer = only(azure_store(azure), "a")

    assert isinstance(answer, Denied)
    assert answer.action == action
    assert ("access policies" if uses_policies else "Key Vault Secrets User") in answer.remedy


def test_a_firewall_is_not_taken_for_a_missing_right(azure: Azure) -> None:
    azure.failing = [firewall()]

    with pytest.raises(Denied, match="firewall") as caught:
        azure_store(azure).describe("a")

    assert caught.value.action == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"credential": lambda: Sensitive("wrong")}, "secret of the application is wrong"),
        ({"client_id": "someone"}, "no such application"),
        ({"tenant_id": ""}, "names no tenant"),
        ({"tenant_id": "0" * 8}, "refused the login|no such tenant|another tenant"),
        ({"credential": lambda: Sensitive("-----BEGIN no key")}, "not usable"),
    ],
)
def test_a_login_that_fails_says_what_to_correct(azure: Azure, changes: Any, words: str) -> None:
    with pytest.raises(Expired, match=words) as caught:
        azure_store(azure, **changes).describe("a")

    assert "wrong" not in caught.value.remedy
    assert azure.calls == []


def test_a_credential_may_be_what_the_azure_cli_prints(azure: Azure) -> None:
    azure.put("a", "one")
    printed = f'{{"appId": "{CLIENT}", "password": "{PASSWORD}", "tenant": "{TENANT}"}}'

    store = azure_store(azure, credential=lambda: Sensitive(printed), tenant_id="", client_id="")

    assert isinstance(only(store, "a"), Value)


def test_a_token_that_the_vault_forgot_is_fetched_anew(azure: Azure) -> None:
    azure.put("a", "one")
    store = azure_store(azure)
    assert isinstance(only(store, "a"), Value)
    azure.tokens.clear()

    assert isinstance(only(store, "a"), Value | Expired)
    assert isinstance(only(store, "a"), Value)


def test_a_proxy_that_has_no_route_is_not_taken_for_an_absent_secret(azure: Azure) -> None:
    azure.put("a", "one")
    store = azure_store(azure)
    names(store, "")
    azure.failing = [Reply(404, {"message": "no Route matched"})]

    assert isinstance(only(store, "a"), Unavailable)


def test_a_list_that_is_none_is_not_taken_for_an_empty_one(azure: Azure) -> None:
    store = azure_store(azure)
    names(store, "")
    azure.failing = [Reply(200, {"status": "ok"})]

    with pytest.raises(Unavailable, match="did not come from"):
        names(store, "")


@pytest.mark.parametrize("answer", [throttled("0"), failure()])
def test_where_nobody_says_whether_it_is_deleted_it_is_not_called_absent(azure: Azure, answer: Reply) -> None:
    store = azure_store(azure)
    names(store, "")
    azure.meanwhile["GET"] = lambda: azure.failing.extend([answer] * 3)

    assert isinstance(only(store, "a"), Throttled | Unavailable)


def test_a_foreign_certificate_is_told(azure: Azure) -> None:
    with pytest.raises(Unavailable, match="not trusted"):
        azure_store(azure, ca_file="").describe("a")


def test_an_address_without_tls_is_refused(azure: Azure) -> None:
    with pytest.raises(Unavailable, match="https"):
        azure_store(azure, vault_url=azure.url.replace("https", "http")).describe("a")


def test_a_name_that_does_not_resolve_is_named(azure: Azure) -> None:
    with pytest.raises(Unavailable, match=r"nowhere\.invalid cannot be resolved"):
        azure_store(azure, vault_url="https://nowhere.invalid").describe("a")


def test_a_limited_rate_is_waited_for_and_then_told(azure: Azure) -> None:
    azure.put("a", "one")
    store = azure_store(azure)
    azure.failing = [throttled(), throttled()]
    assert isinstance(only(store, "a"), Value)

    azure.failing = [throttled()] * 3
    assert isinstance(only(store, "a"), Throttled)
    assert azure.failing == []


def test_nobody_waits_as_long_as_the_service_asks(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(azure_session, "LONGEST_PAUSE", 0.0)
    azure.put("a", "one")
    azure.failing = [throttled("3600")]

    assert isinstance(only(azure_store(azure), "a"), Value)


def test_a_text_whose_answer_was_lost_is_not_sent_twice(azure: Azure) -> None:
    first = azure.put("a", "one").current.id
    store = azure_store(azure)
    store.describe("a")
    azure.meanwhile["PUT"] = lambda: azure.failing.append(failure())
    azure.calls.clear()
    azure.failing = [Reply(200, {"value": [azure._shown(azure.secrets["a"], azure.secrets["a"].current)]}), failure()]

    with pytest.raises(Unavailable):
        store.write("a", Sensitive("two"), replaces=first)

    assert [method for method, _ in azure.calls] == ["GET", "PUT"]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([failure(500)] * 3, "internal error"),
        ([Reply(200, b"<html>", "text/html")], "did not come from"),
        ([Cut] * 3, "broke"),
    ],
)
def test_a_failing_service_is_never_taken_for_an_empty_one(azure: Azure, answers: list[Any], words: str) -> None:
    store = azure_store(azure)
    names(store, "")
    azure.failing = answers

    with pytest.raises(Unavailable, match=words):
        names(store, "")


@pytest.mark.parametrize(
    ("tags", "description", "words"),
    [
        ({str(number): "x" for number in range(16)}, "", "these tags"),
        ({"a": "x" * 257}, "", "these tags"),
        ({}, "x" * 256, "this description"),
    ],
)
def test_what_azure_refuses_is_told_in_words(azure: Azure, tags: dict[str, str], description: str, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        azure_store(azure).write("a", Sensitive("x"), replaces=MUST_NOT_EXIST, tags=tags, description=description)


def test_no_error_has_a_value_in_its_frames(azure: Azure) -> None:
    first = azure.put("a", VALUE).current.id
    store = azure_store(azure)
    store.describe("a")
    azure.meanwhile["PUT"] = lambda: azure.denied.add(("setSecret/action", ""))
    for replaces in (first, "0" * 32):
        with pytest.raises(StoreError) as caught:
            store.write("a", Sensitive(VALUE), replaces=replaces)
        told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        assert "unmistakable" not in "".join(line for line in told.format() if "tests/" not in line)
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("verb", ["describe", "versions", "restore"])
def test_a_name_that_azure_does_not_know_is_not_sent(azure: Azure, verb: str) -> None:
    with pytest.raises(BadName):
        getattr(azure_store(azure), verb)("my_db")

    assert azure.calls == []


def test_a_value_is_measured_in_bytes(azure: Azure) -> None:
    with pytest.raises(TooLarge, match=r"25,601 bytes.*25,600"):
        azure_store(azure).write("a", Sensitive("x" + "é" * 12_800), replaces=MUST_NOT_EXIST)


def test_a_probe_tries_what_is_not_there(azure: Azure) -> None:
    azure.put("airflow-a", "one")
    azure.denied = {("getSecret/action", ""), ("recover/action", "")}

    found = of_probe(azure)

    assert found.caller == f"appid={CLIENT};oid=o-1"
    assert {right.name: right.outcome for right in found.rights} == {
        "list": "ok",
        "describe": "ok",
        "read": "denied",
        "write": "unknown",
        "create": "unknown",
        "tag": "ok",
        "delete": "ok",
        "restore": "denied",
    }
    assert [each["role"] for each in found.missing] == ["Key Vault Secrets User", "Key Vault Secrets Officer"]
    assert ("GET", "/secrets/airflow-a") not in azure.calls
    assert not azure.secrets["airflow-a"].deleted


def test_a_probe_speaks_of_access_policies_where_the_vault_has_them(azure: Azure) -> None:
    azure.uses_policies, azure.denied = True, {("getSecret/action", ""), ("readMetadata/action", "")}

    (missing,) = of_probe(azure).missing

    assert missing["permissions"] == {"secrets": ["list", "get"]}


def test_a_probe_whose_login_fails_knows_nothing(azure: Azure) -> None:
    azure.password = "another"

    found = of_probe(azure)

    assert isinstance(found.error, Expired)
    assert {right.outcome for right in found.rights} == {"unknown"}


def test_a_missing_version_is_not_a_missing_secret(azure: Azure) -> None:
    azure.put("a", "one")

    with pytest.raises(NotFound, match="no such version"):
        azure_store(azure).read_version("a", "0" * 32)


def test_an_absent_client_is_a_sentence(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "azure.keyvault.secrets", None)

    with pytest.raises(StoreError, match="not installed") as caught:
        azure_store(azure).describe("a")

    assert "requirements-azure.txt" in caught.value.remedy


def test_a_certificate_whose_key_needs_a_password_is_told_without_its_text(azure: Azure) -> None:
    locked = serialization.BestAvailableEncryption(b"p")
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked).decode()
    store = AzureStore(azure.url, lambda: Sensitive(pem), tenant_id=TENANT, client_id=CLIENT, ca_file=azure.ca_file)

    answer = only(store, "a")

    assert isinstance(answer, Expired)
    assert "not usable" in answer.sentence
    assert answer.__context__ is answer.__cause__ is None
