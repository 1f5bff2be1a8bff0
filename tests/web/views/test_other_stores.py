"""Every page of a secret, for every kind of store beside Secrets Manager."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from secretsui.access.models import AccessEvent, Grant, Level
from secretsui.inventory import wiring
from secretsui.stores import azure, google, parameter_store, vault
from secretsui.stores.base import Capabilities, Conflict, Unavailable
from tests.conftest import logged_in, person
from tests.web.memory_store import Elsewhere, MemoryStore, prefix_of
from tests.web.one_secret import text_of

CANARY: Final = "pw-Kan4rienv0gel"
URI: Final = f"postgres://reader:{CANARY}@crm-db.example:5432/crm"
STORES: Final[Mapping[str, tuple[str, Capabilities]]] = {
    "parameters": ("parameter-store", parameter_store.CAPABILITIES),
    "vault": ("vault", vault.KV2),
    "vault-1": ("vault", vault.KV1),
    "google": ("google", google.CAPABILITIES),
    "azure": ("azure", azure.CAPABILITIES),
}
SERVICE: Final = {
    "parameters": "AWS Parameter Store",
    "vault": "HashiCorp Vault",
    "vault-1": "HashiCorp Vault",
    "google": "Google Secret Manager",
    "azure": "Azure Key Vault",
}
TAGS: Final = {"vault": "Custom metadata", "google": "Labels", "azure": "Tags", "parameters": "Tags"}
EVERY: Final = list(STORES)

pytestmark = pytest.mark.django_db
Open = Callable[..., Elsewhere]


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Open:
    """The connection `postgres_crm` in a store of this kind, not made yet."""

    def open_(which: str, **more: Any) -> Elsewhere:
        kind, capabilities = STORES[which]
        store = MemoryStore(capabilities)
        monkeypatch.setattr(wiring, "open_store", lambda _: store)
        return Elsewhere(prefix_of(kind, **more), store)

    return open_


def with_level(one: Elsewhere, level: Level) -> Client:
    user: User = person(f"of level {level}")
    group = Group.objects.create(name=f"level {level}")
    user.groups.add(group)
    Grant.objects.create(group=group, prefix=one.prefix, level=level)
    return logged_in(user, recently=True)


def writer(one: Elsewhere) -> Client:
    return with_level(one, Level.WRITE)


@pytest.mark.parametrize("which", EVERY)
def test_the_page_of_a_secret_speaks_of_its_own_store(elsewhere: Open, which: str) -> None:
    one = elsewhere(which).save(URI)
    page = text_of(writer(one).get(one.url()))
    assert SERVICE[which] in page
    assert ("AWS" in page) == (which == "parameters")
    assert "Rotation" not in page
    assert "Replicas" not in page
    assert "Resource policy" not in page
    assert "Accessed" not in page
    assert ("KMS key" in page) == (which == "parameters")
    assert (TAGS.get(which, "Tags") in page) == (which != "vault-1")
    assert ("Versions" in page) == (which != "vault-1")
    assert CANARY not in page


@pytest.mark.parametrize("which", EVERY)
def test_a_store_that_does_not_answer_is_named(elsewhere: Open, which: str) -> None:
    one = elsewhere(which).save(URI)
    one.store.failure = Unavailable()
    response = writer(one).get(one.url())
    assert response.status_code == 503
    vendor = {"parameters": "AWS", "google": "Google Cloud", "azure": "Azure"}.get(which, "Vault")
    assert f"Could not check with {vendor}." in text_of(response)


@pytest.mark.parametrize("which", EVERY)
def test_an_outsider_is_told_of_nothing(elsewhere: Open, as_charlie: Client, which: str) -> None:
    one = elsewhere(which).save(URI)
    for action in ("show", "versions", "version", "tags", "delete", "edit"):
        assert as_charlie.get(one.url(action)).status_code in (302, 404)


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("vault", "Vault marks its current version as deleted"),
        ("azure", "from 7 to 90, and then purges it"),
    ],
)
def test_where_the_store_keeps_what_is_deleted_no_days_are_asked(elsewhere: Open, which: str, words: str) -> None:
    one = elsewhere(which).save(URI)
    client = writer(one)
    page = text_of(client.get(one.url("delete")))
    assert words in page
    assert "Days until" not in page
    assert client.post(one.url("delete"))["Location"] == "/trash/"
    assert one.record.deleted_at
    page = text_of(client.get("/trash/"))
    assert one.key.replace("_", "-" if which == "azure" else "_") in page
    assert "Purge…" in page
    assert "AWS" not in page
    client.post(one.url("restore"))
    assert one.record.deleted_at is None


@pytest.mark.parametrize("which", ["vault", "azure"])
def test_what_is_in_the_trash_is_purged_by_typing_its_id(elsewhere: Open, which: str) -> None:
    one = elsewhere(which).save(URI)
    client = writer(one)
    client.post(one.url("delete"))
    page = client.get(one.url("delete") + "?now=1")
    assert "can bring them back" in text_of(page)
    assert client.post(one.url("delete"), {"now": "1", "confirm": "another"}).status_code == 422
    client.post(one.url("delete"), {"now": "1", "confirm": one.record.key})
    assert not one.store.kept


@pytest.mark.parametrize("which", ["parameters", "vault-1", "google"])
def test_where_nothing_is_kept_the_id_is_typed_at_once(elsewhere: Open, which: str) -> None:
    one = elsewhere(which).save(URI)
    client = writer(one)
    page = text_of(client.get(one.url("delete")))
    assert "gone at once, for good" in page
    assert client.post(one.url("delete")).status_code == 422
    assert one.store.kept
    assert client.post(one.url("delete"), {"confirm": one.key})["Location"] == "/secrets/"
    assert not one.store.kept
    assert AccessEvent.objects.filter(action="purge").exists()


@pytest.mark.parametrize("which", ["parameters", "vault-1", "google"])
def test_what_cannot_be_restored_is_not_offered(elsewhere: Open, which: str) -> None:
    one = elsewhere(which).save(URI)
    response = writer(one).post(one.url("restore"))
    assert response.status_code == 409
    assert f"{SERVICE[which]} has nothing of the kind." in text_of(response)


CHANGES: Final = {
    "vault": ["Delete…", "Destroy…"],
    "google": ["Disable…", "Destroy…"],
    "azure": ["Disable…"],
    "parameters": [],
}


@pytest.mark.parametrize("which", list(CHANGES))
def test_versions_offer_what_the_store_can_do_to_them(elsewhere: Open, which: str) -> None:
    one = elsewhere(which).save(URI, URI + "2")
    page = text_of(writer(one).get(one.url("versions")))
    for words in ("Disable…", "Enable…", "Delete…", "Bring back…", "Destroy…"):
        assert (words in page) == (words in CHANGES[which])
    assert "Stage" not in page
    assert "Put back…" in page


def change(one: Elsewhere, client: Client, version: str, word: str, **more: str) -> Any:
    return client.post(one.url("version"), {"version": version, "change": word, **more})


def state(one: Elsewhere, version: str) -> str:
    return next(each.state for each in one.store.versions(one.name) if each.version_id == version)


def test_a_version_is_disabled_and_enabled_again(elsewhere: Open) -> None:
    one = elsewhere("azure").save(URI, URI + "2")
    client = writer(one)
    asked = text_of(client.get(one.url("version") + "?version=2&change=disable"))
    assert "It is the current version." in asked
    assert "Airflow stops finding this connection" in asked
    assert change(one, client, "2", "disable")["Location"] == one.url("versions")
    page = text_of(client.get(one.url("versions")))
    assert "Version 2 disabled." in page
    assert "Enable…" in page
    shown = text_of(client.get(one.url()))
    assert "This secret is disabled." in shown
    assert "Azure gives its value to nobody" in shown
    change(one, client, "2", "enable")
    assert state(one, "2") == "enabled"
    assert AccessEvent.objects.filter(action="version", version_id="2", detail="disable").exists()


def test_a_version_is_deleted_and_brought_back(elsewhere: Open) -> None:
    one = elsewhere("vault").save(URI, URI + "2")
    client = writer(one)
    change(one, client, "1", "delete")
    page = text_of(client.get(one.url("versions")))
    assert "Bring back…" in page
    assert page.count("Reveal version") == 1
    change(one, client, "1", "undelete")
    assert state(one, "1") == "enabled"


def test_destroying_a_version_needs_a_box(elsewhere: Open) -> None:
    one = elsewhere("google").save(URI, URI + "2")
    client = writer(one)
    assert "Nobody can bring it back" in text_of(client.get(one.url("version") + "?version=1&change=destroy"))
    refused = change(one, client, "1", "destroy")
    assert refused.status_code == 422
    assert "Tick the box to confirm." in text_of(refused)
    assert state(one, "1") == "enabled"
    change(one, client, "1", "destroy", sure="yes")
    assert state(one, "1") == "destroyed"
    page = text_of(client.get(one.url("versions")))
    assert "Destroyed" in page
    assert page.count("Destroy…") == 1


@pytest.mark.parametrize(
    ("version", "word"), [("9", "disable"), ("1", "enable"), ("1", "explode"), ("", ""), ("1", "undelete")]
)
def test_a_change_that_cannot_be_is_refused(elsewhere: Open, version: str, word: str) -> None:
    one = elsewhere("google").save(URI)
    response = change(one, writer(one), version, word)
    assert response.status_code == (409 if word == "undelete" else 422)
    assert state(one, "1") == "enabled"


def test_a_version_is_changed_by_writers_alone_and_after_the_password(elsewhere: Open, as_charlie: Client) -> None:
    one = elsewhere("google").save(URI)
    reader = with_level(one, Level.REVEAL)
    assert change(one, reader, "1", "disable").status_code == 403
    assert "Disable…" not in text_of(reader.get(one.url("versions")))
    assert "reauthenticate" in change(one, as_charlie, "1", "disable")["Location"]
    assert writer(one).put(one.url("version")).status_code == 405
    assert state(one, "1") == "enabled"


@pytest.mark.parametrize("which", EVERY)
def test_a_policy_is_asked_for_where_secrets_have_one(elsewhere: Open, which: str) -> None:
    one = elsewhere(which).save(URI)
    assert writer(one).get(one.url("policy")).status_code == 409


def test_a_store_without_history_has_no_page_of_versions(elsewhere: Open) -> None:
    one = elsewhere("vault-1").save(URI)
    assert writer(one).get(one.url("versions")).status_code == 409


@pytest.mark.parametrize(
    ("which", "sent", "said"),
    [
        ("google", {"tag_key": "Team", "tag_value": "data"}, "Key: use small letters, digits, _ and -"),
        ("google", {"tag_key": "1team", "tag_value": "data"}, "A key of Google begins with a letter."),
        ("google", {"tag_key": "team", "tag_value": "x" * 64}, "Value: use at most 63 characters."),
        ("azure", {"tag_key": "k" * 257, "tag_value": "x"}, "Key: use at most 256 characters."),
        ("azure", {"tag_key": [f"k{n}" for n in range(16)], "tag_value": ["x"] * 16}, "at most 15 pairs"),
        ("vault", {"tag_key": "team", "tag_value": "a\x07b"}, "Value: leave out line breaks"),
        ("parameters", {"tag_key": "aws:team", "tag_value": "x"}, "Keys that start with aws: belong to AWS"),
    ],
)
def test_tags_follow_the_rules_of_the_store(elsewhere: Open, which: str, sent: dict[str, Any], said: str) -> None:
    one = elsewhere(which).save(URI)
    response = writer(one).post(one.url("tags"), {"action": "save", **sent})
    assert response.status_code == 422
    assert said in text_of(response)


@pytest.mark.parametrize("which", list(TAGS))
def test_tags_are_saved_under_the_name_that_the_store_has_for_them(elsewhere: Open, which: str) -> None:
    one = elsewhere(which).save(URI)
    client = writer(one)
    client.post(one.url("tags"), {"action": "save", "tag_key": "team", "tag_value": "data"})
    assert one.record.tags == {"team": "data"}
    assert f"{TAGS[which]} saved." in text_of(client.get(one.url()))


@pytest.mark.parametrize(("which", "status"), [("vault", 409), ("google", 409), ("azure", 200), ("parameters", 200)])
def test_descriptions_are_edited_where_there_are_some(elsewhere: Open, which: str, status: int) -> None:
    one = elsewhere(which).save(URI)
    response = writer(one).get(one.url("details"))
    assert response.status_code == status
    if status == 200:
        assert ("KMS key" in text_of(response)) == (which == "parameters")


def test_type_and_tier_of_a_parameter_are_shown(elsewhere: Open) -> None:
    one = elsewhere("parameters").save(URI, value_type="String", tier="Advanced")
    page = text_of(writer(one).get(one.url()))
    assert "String Stored without encryption" in page
    assert "Advanced" in page


@pytest.mark.parametrize(
    ("which", "what_follows"),
    [("google", "Google Cloud deletes it then, for good."), ("azure", "Readers get its value after that day, too.")],
)
def test_the_day_that_a_secret_expires_is_shown_with_what_it_means(
    elsewhere: Open, which: str, what_follows: str
) -> None:
    one = elsewhere(which).save(URI, expires_at=datetime(2027, 3, 1, 9, tzinfo=UTC))
    client = writer(one)
    assert f"Expires 1 Mar 2027 {what_follows}" in text_of(client.get(one.url()))
    one.save(expires_at=None)
    assert "Expires" not in text_of(client.get(one.url()))


def test_addresses_tell_the_stores_of_one_account_apart(elsewhere: Open) -> None:
    assert elsewhere("parameters").url().startswith("/s/parameter-store-prod/eu-west-1~parameters/~/airflow/")
    assert elsewhere("vault").url().startswith("/s/vault-prod/team~kv/connections/")


@pytest.mark.parametrize("which", EVERY)
def test_values_are_revealed_and_hidden_of_every_store(elsewhere: Open, which: str) -> None:
    one = elsewhere(which).save(URI)
    page = with_level(one, Level.REVEAL).post(one.url("reveal"), {"field": "password"})
    assert CANARY in text_of(page)
    assert SERVICE[which] in text_of(page)


def new(client: Client, one: Elsewhere, key: str, text: str, **more: str) -> Any:
    sent = {"prefix": str(one.prefix.pk), "mode": "raw", "key": key, "text": text, "action": "save", **more}
    return client.post("/secrets/new", sent)


@pytest.mark.parametrize("which", EVERY)
def test_a_new_secret_has_the_fields_that_its_store_has(elsewhere: Open, which: str) -> None:
    one = elsewhere(which)
    client = writer(one)
    page = text_of(client.get("/secrets/new"))
    assert f"Its name in {SERVICE[which]}:" in page
    assert ("KMS key" in page) == (which == "parameters")
    assert (TAGS.get(which, "Tags are not encrypted") in page) == (which != "vault-1")
    assert ("Vault keeps an object" in page) == which.startswith("vault")
    assert new(client, one, one.key, URI)["Location"] == one.url()
    assert list(one.store.kept) == [one.name]


@pytest.mark.parametrize(
    ("which", "key"), [("google", "a.b"), ("parameters", "a//b"), ("azure", "a.b"), ("vault", "a/../b")]
)
def test_a_name_that_the_store_does_not_take_is_refused_before_it_is_asked(
    elsewhere: Open, which: str, key: str
) -> None:
    one = elsewhere(which)
    response = new(writer(one), one, key, URI, accept="1")
    assert response.status_code == 422
    assert f"{SERVICE[which]} does not accept the name that this id gets." in text_of(response)
    assert not one.store.kept


def test_no_name_is_called_too_long_for_a_store_that_cannot_be_asked(
    elsewhere: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = elsewhere("vault")

    def closed(_: object) -> None:
        raise Unavailable

    client = writer(one)
    monkeypatch.setattr(wiring, "open_store", closed)
    response = new(client, one, "crm", URI, accept="1")
    assert "longer than" not in text_of(response)
    assert str(Unavailable().sentence) in text_of(response)
    assert not one.store.kept


@pytest.mark.parametrize("which", ["parameters", "google", "azure"])
def test_a_value_that_is_too_large_is_refused_with_the_limit_of_its_store(elsewhere: Open, which: str) -> None:
    one = elsewhere(which, kind="variable")
    limit = STORES[which][1].max_bytes
    response = new(writer(one), one, "big", "x" * (limit + 1), accept="1")
    assert response.status_code == 422
    assert f"{SERVICE[which]} accepts {limit}." in text_of(response)


def test_two_ids_of_one_name_are_told_before_saving(elsewhere: Open) -> None:
    one = elsewhere("azure").save(URI)
    client = writer(one)
    response = new(client, one, "postgres_crm", URI)
    assert response.status_code == 422
    assert "airflow-connections-postgres-crm exists already: Key Vault has no _ in names" in text_of(response)
    shown = new(client, one, "my_db", URI, action="preview")
    assert "it is stored as airflow-connections-my-db" in text_of(shown)
    assert "airflow-connections-my-db" in text_of(shown)


def test_a_parameter_that_becomes_an_advanced_one_is_asked_about(elsewhere: Open) -> None:
    one = elsewhere("parameters", kind="variable")
    client = writer(one)
    response = new(client, one, "big", "x" * 5000)
    assert response.status_code == 422
    assert "Above 4096 a parameter becomes an advanced one" in text_of(response)
    assert new(client, one, "big", "x" * 5000, accept="1").status_code == 302


@pytest.mark.parametrize(("which", "reads"), [("google", False), ("parameters", False)])
def test_only_the_backend_of_secrets_manager_takes_other_names_for_fields(
    elsewhere: Open, which: str, reads: bool
) -> None:
    one = elsewhere(which).save('{"conn_type": "postgres", "user": "reader", "host": "db.example"}')
    page = with_level(one, Level.REVEAL).post(one.url("reveal"), {"field": "login"})
    assert ("reader" in text_of(page)) == reads


def test_a_text_that_was_saved_beside_another_leads_to_the_history_of_both(
    elsewhere: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = elsewhere("google").save("http://before", URI)
    client = writer(one)
    sent = {"mode": "raw", "text": URI + "?a=1", "base_version": "2", "action": "save", "accept": "1"}
    write = one.store.write

    def collide(*args: Any, **facts: Any) -> None:
        write(*args, **facts)
        raise Conflict("Somebody else saved too.", remedy="Compare both.").but_saved()

    monkeypatch.setattr(one.store, "write", collide)
    answer = client.post(one.url("edit"), sent, follow=True)

    assert answer.redirect_chain == [(one.url("versions"), 302)]
    assert "Somebody else saved too. Compare both." in answer.content.decode()


def test_a_text_whose_answer_was_lost_is_not_called_unsaved(elsewhere: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    one = elsewhere("google").save(URI)
    sent = {"mode": "raw", "text": URI + "?a=1", "base_version": "1", "action": "save", "accept": "1"}
    write = one.store.write

    def lose(*args: Any, **facts: Any) -> None:
        write(*args, **facts)
        raise Unavailable

    monkeypatch.setattr(one.store, "write", lose)
    page = text_of(writer(one).post(one.url("edit"), sent))

    assert "Not saved so far" not in page
    assert "Could not confirm whether the change was made." in page


def test_an_edit_is_saved_over_the_version_that_was_read(elsewhere: Open) -> None:
    one = elsewhere("vault").save(URI)
    client = writer(one)
    page = client.get(one.url("edit") + "?mode=raw")
    assert "Vault keeps an object" in text_of(page)
    sent = {"mode": "raw", "text": URI + "?a=1", "base_version": "1", "action": "save", "accept": "1"}
    assert client.post(one.url("edit"), sent)["Location"] == one.url()
    assert [each.version_id for each in one.store.versions(one.name)] == ["2", "1"]


def test_lists_say_which_store_where_there_are_several(elsewhere: Open, as_alice: Client, alice: User) -> None:
    one = elsewhere("vault", path="").save(URI)
    Grant.objects.create(group=alice.groups.get(), prefix=one.prefix, level=Level.WRITE)
    page = text_of(as_alice.get("/secrets/"))
    assert "HashiCorp Vault" in page
    assert "everything in team/kv" in page
    assert one.key in text_of(as_alice.get("/secrets/?store=vault"))
    assert "No secret matches these filters" in text_of(as_alice.get("/secrets/?store=secrets-manager"))
    assert "No secret matches these filters" in text_of(as_alice.get("/secrets/?store=moon"))
    assert "everything in team/kv" in text_of(as_alice.get("/"))
    export = as_alice.get("/secrets/export/?store=vault").getvalue().decode()
    assert "vault-prod,,team/kv,,connection,postgres_crm,postgres_crm," in export
    assert export.rstrip().endswith(",vault")


def test_lists_of_one_store_do_not_repeat_its_name(elsewhere: Open) -> None:
    one = elsewhere("google").save(URI)
    page = writer(one).get("/secrets/")
    assert "Google Secret Manager" not in text_of(page)
    assert "never" not in text_of(page)


def bulk(client: Client, one: Elsewhere, **sent: str) -> Any:
    return client.post("/secrets/bulk/", {"s": str(one.record.pk), "do": "delete", **sent})


def test_many_are_deleted_for_good_only_by_a_box_of_their_own(elsewhere: Open) -> None:
    one = elsewhere("google").save(URI)
    client = writer(one)
    assert "Delete for good" in text_of(bulk(client, one))
    refused = bulk(client, one, confirm="yes", sure="on")
    assert refused.status_code == 422
    assert "Tick this box as well" in text_of(refused)
    assert "Deleted" in text_of(bulk(client, one, confirm="yes", sure="on", for_good="on"))
    assert not one.store.kept


def test_many_are_deleted_without_days_where_the_store_decides(elsewhere: Open) -> None:
    one = elsewhere("azure").save(URI)
    client = writer(one)
    assert "Recovery window" not in text_of(bulk(client, one))
    bulk(client, one, confirm="yes", sure="on")
    assert one.record.deleted_at
