from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.access.models import Grant, Level
from secretsui.inventory.models import Kind, Prefix
from tests.conftest import PASSWORD, logged_in
from tests.web.one_secret import HTMX, URI, OneSecret, form_of, seen_of, text_of
from tests.web.test_markup import check_whole

FIELDS = {
    "key": "postgres_crm",
    "conn_type": "postgres",
    "host": "crm-db.example",
    "login": "reader",
    "password": "p@ss/w",
    "port": "5432",
    "extra": '{"sslmode": "require"}',
    "description": "CRM replica",
    "tag_key": ["team", ""],
    "tag_value": ["data", ""],
}


@pytest.fixture
def maker(alice: User) -> Client:
    return logged_in(alice, recently=True)


def opened(client: Client, prefix: Prefix, mode: str = "") -> dict[str, Any]:
    return form_of(client.get(f"/secrets/new?prefix={prefix.pk}&mode={mode}").content.decode())


def sent(client: Client, prefix: Prefix, **typed: Any) -> Any:
    return client.post("/secrets/new", opened(client, prefix, typed.pop("mode", "")) | FIELDS | typed)


def test_a_connection_is_created_as_json_by_default(one: OneSecret, maker: Client) -> None:
    answer = sent(maker, one.prefix)
    assert answer.headers["Location"] == one.url()
    assert json.loads(one.value) == {
        "conn_type": "postgres",
        "host": "crm-db.example",
        "login": "reader",
        "password": "p@ss/w",
        "port": 5432,
        "extra": {"sslmode": "require"},
    }
    assert (one.record.description, one.record.tags) == ("CRM replica", {"team": "data"})
    assert one.events() == [("create", "allowed")]
    assert "postgres_crm created." in text_of(one.get(maker))


def test_a_connection_can_be_a_uri(one: OneSecret, maker: Client) -> None:
    sent(maker, one.prefix, written_as="uri")
    assert one.value == "postgres://reader:p%40ss%2Fw@crm-db.example:5432/?sslmode=require"


def test_a_variable_is_its_text(variable: OneSecret, maker: Client) -> None:
    answer = sent(maker, variable.prefix, key="settings", text="{}\r\n", accept="1")
    assert answer.headers["Location"] == variable.url()
    assert variable.value == "{}\n"


def test_the_page_offers_the_prefixes_that_may_be_written(one: OneSecret, maker: Client, rita: User) -> None:
    Grant.objects.filter(prefix=one.place.config).delete()
    words = text_of(maker.get("/secrets/new"))
    assert "airflow/connections Connection" in words
    assert "airflow/config Config option" not in words
    nothing = logged_in(rita, recently=True).get("/secrets/new")
    assert nothing.status_code == 403
    assert "None of your groups has the grant Write" in text_of(nothing)


def test_with_one_prefix_there_is_no_question(one: OneSecret, maker: Client) -> None:
    Grant.objects.exclude(prefix=one.prefix).delete()
    assert "Connection Id" in text_of(maker.get("/secrets/new"))


def test_a_secret_that_exists_is_linked(one: OneSecret, maker: Client) -> None:
    one.make(URI)
    answer = sent(maker, one.prefix)
    assert answer.status_code == 409
    assert "A secret of this name exists already." in text_of(answer)
    assert f'href="{one.url()}"' in answer.content.decode()
    assert form_of(answer.content.decode())["password"] == "p@ss/w"
    assert one.value == URI


def test_a_deleted_one_can_be_restored_instead(one: OneSecret, maker: Client) -> None:
    one.make(URI)
    one.aws.client().delete_secret(SecretId=one.name, RecoveryWindowInDays=9)
    answer = sent(maker, one.prefix)
    assert answer.status_code == 409
    assert "Restore the deleted secret" in text_of(answer)
    assert one.post(maker, "restore").status_code == 302
    assert one.value == URI


def test_the_same_form_sent_twice_creates_one(one: OneSecret, maker: Client) -> None:
    form = opened(maker, one.prefix) | FIELDS
    for _ in range(2):
        assert maker.post("/secrets/new", form).headers["Location"] == one.url()
    assert len(one.aws.store().versions(one.name)) == 1


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"key": ""}, "Connection Id: This field is required."),
        ({"key": "/a"}, "The id starts with a slash"),
        ({"key": "a//b"}, "The id has two slashes in a row."),
        ({"key": "a b"}, "AWS does not accept a character of the id."),
        ({"key": "x" * 500}, "The full name is longer than 512 characters."),
        ({"conn_type": ""}, "Connection Type: This field is required."),
        ({"port": "0"}, "Port: A port is a whole number"),
        ({"port": "9" * 5000}, "Port: A port is a whole number"),
        ({"extra": "[]"}, "The extra is not a JSON object."),
        ({"host": "Upper.Example", "written_as": "uri"}, "Store it as JSON"),
        ({"tag_key": ["aws:x"], "tag_value": ["1"]}, "Keys that start with aws: belong to AWS."),
        ({"tag_key": ["a", "a"], "tag_value": ["1", "2"]}, "The same key stands in two rows."),
        ({"tag_key": [""], "tag_value": ["1"]}, "This value has no key."),
        ({"kms_key_id": "not a key"}, "KMS key: Name a key as"),
    ],
)
def test_bad_input_is_named_and_what_was_typed_is_kept(
    one: OneSecret, maker: Client, typed: dict[str, Any], says: str
) -> None:
    answer = sent(maker, one.prefix, **typed)
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert form_of(answer.content.decode())["password"] == "p@ss/w"
    assert one.aws.calls.count("CreateSecret") == 0


def test_a_doubtful_name_needs_a_second_look(one: OneSecret, maker: Client) -> None:
    answer = sent(maker, one.prefix, key="team--crm")
    assert answer.status_code == 422
    assert "Not saved yet. Look at this first: The id has two hyphens in a row" in text_of(answer)
    assert '<input class="form-check-input" type="checkbox" name="accept" value="1">' in answer.content.decode()
    assert sent(maker, one.prefix, key="team--crm", accept="1").status_code == 302


def test_a_name_of_a_narrower_prefix_belongs_there(one: OneSecret, maker: Client) -> None:
    place = one.place
    Prefix.objects.create(account=place.account, region="eu-west-1", path="airflow/connections/team", kind=Kind.OTHER)
    answer = sent(maker, one.prefix, key="team/crm")
    assert answer.status_code == 422
    assert "belong to a narrower prefix" in text_of(answer)


def test_more_rows_for_tags_keep_everything(one: OneSecret, maker: Client) -> None:
    answer = sent(maker, one.prefix, action="rows", conn_type="")
    assert answer.status_code == 200
    assert answer.content.decode().count('name="tag_key"') == 5
    assert form_of(answer.content.decode())["password"] == "p@ss/w"


def test_a_prefix_that_is_not_ones_own_is_no_choice(one: OneSecret, maker: Client, bob: User) -> None:
    form = opened(maker, one.prefix) | FIELDS
    answer = logged_in(bob, recently=True).post("/secrets/new", form)
    assert answer.status_code == 422
    assert maker.post("/secrets/new", form | {"prefix": "99999"}).status_code == 422
    assert one.aws.calls.count("CreateSecret") == 0


def test_opening_asks_for_the_password_first(one: OneSecret, as_alice: Client) -> None:
    assert as_alice.get("/secrets/new").headers["Location"].startswith("/accounts/reauthenticate/")


def test_a_form_sent_too_late_keeps_its_text_and_asks(one: OneSecret, maker: Client, alice: User) -> None:
    form = opened(maker, one.prefix) | FIELDS
    late = logged_in(alice)
    answer = late.post("/secrets/new", form)
    assert answer.status_code == 403
    again = form_of(answer.content.decode())
    assert again["password"] == "p@ss/w"
    assert late.post("/secrets/new", again | {"confirm_password": PASSWORD}).status_code == 302
    assert json.loads(one.value)["password"] == "p@ss/w"


def test_a_failing_store_keeps_the_text(one: OneSecret, maker: Client) -> None:
    one.aws.faults.add("CreateSecret", "denied")
    answer = sent(maker, one.prefix)
    assert answer.status_code == 502
    assert "secretsmanager:CreateSecret" in text_of(answer)
    assert form_of(answer.content.decode())["password"] == "p@ss/w"


def test_the_preview_hides_what_was_typed(one: OneSecret, maker: Client) -> None:
    form = opened(maker, one.prefix) | FIELDS | {"key": "a//b"}
    page = maker.post("/secrets/new/-/preview", form, headers=HTMX)
    assert page.status_code == 200
    assert "Password Same" in seen_of(page)
    assert "two slashes in a row" in seen_of(page)
    assert "p@ss/w" not in seen_of(page)
    page = maker.post("/secrets/new", form | {"action": "preview"})
    assert page.status_code == 200
    assert "Password Same" in seen_of(page)


def test_a_repair_mends_the_form_and_creates_nothing(one: OneSecret, maker: Client) -> None:
    page = sent(maker, one.prefix, mode="raw", text=f'"{URI}"', repair="unquote:text", action="")
    assert page.status_code == 200
    form = form_of(page.content.decode())
    assert (form["text"], form["key"]) == (URI, "postgres_crm")
    assert one.events() == []


def test_a_uri_that_is_not_faithful_is_made_json_by_one_click(one: OneSecret, maker: Client) -> None:
    typed = {"host": "Upper.Example", "written_as": "uri"}
    refused = sent(maker, one.prefix, **typed)
    assert refused.status_code == 422
    assert "Airflow reads the host of a URI in small letters." in text_of(refused)
    page = sent(maker, one.prefix, **typed, repair="to-json:written_as")
    form = form_of(page.content.decode())
    assert form["written_as"] == "json"
    assert maker.post("/secrets/new", form).headers["Location"] == one.url()
    assert json.loads(one.value)["host"] == "Upper.Example"


def test_wrong_methods(maker: Client, one: OneSecret) -> None:
    assert maker.put("/secrets/new").status_code == 405
    assert maker.get("/secrets/new/-/preview").status_code == 405


def test_raw_text_is_a_mode(one: OneSecret, maker: Client) -> None:
    answer = sent(maker, one.prefix, mode="raw", text=URI)
    assert answer.headers["Location"] == one.url()
    assert one.value == URI
    assert one.record.conn_type == "postgres"


def test_writing_needs_the_level_write(one: OneSecret, maker: Client) -> None:
    form = opened(maker, one.prefix) | FIELDS
    Grant.objects.update(level=Level.REVEAL)
    assert maker.post("/secrets/new", form).status_code == 422


def reshaped(client: Client, prefix: Prefix, **typed: Any) -> Any:
    return client.post("/secrets/new", opened(client, prefix) | FIELDS | typed)


def test_the_page_opens_for_a_type(one: OneSecret, maker: Client) -> None:
    page = maker.get(f"/secrets/new?prefix={one.prefix.pk}&type=postgres").content.decode()
    check_whole(page)
    assert form_of(page)["conn_type"] == "postgres"
    assert "x-sslmode" in form_of(page)
    assert "apache-airflow-providers-postgres" in page
    chosen = maker.get("/secrets/new?type=postgres").content.decode()
    assert f'href="/secrets/new?prefix={one.prefix.pk}&amp;type=postgres"' in chosen


def test_choosing_a_type_keeps_what_was_typed_and_saves_nothing(one: OneSecret, maker: Client) -> None:
    answer = reshaped(maker, one.prefix, type="mysql", port="x", key="")
    assert answer.status_code == 200
    check_whole(answer.content.decode())
    form = form_of(answer.content.decode())
    assert (form["conn_type"], form["form_type"], form["password"], form["port"]) == ("mysql", "mysql", "p@ss/w", "x")
    assert json.loads(form["extra"]) == {"sslmode": "require"}
    assert form["description"] == "CRM replica"
    assert answer.content.decode().count('value="team"') == 1
    assert one.aws.calls.count("CreateSecret") == 0


@pytest.mark.parametrize(
    ("button", "found"),
    [({"action": "find", "q": "postgres"}, "postgres"), ({"action": "type", "conn_type": "raft"}, "raft")],
)
def test_a_type_is_found_or_typed(one: OneSecret, maker: Client, button: dict[str, str], found: str) -> None:
    assert form_of(reshaped(maker, one.prefix, **button).content.decode())["form_type"] == found


def test_a_slip_of_the_keyboard_is_recognised(one: OneSecret, maker: Client) -> None:
    page = reshaped(maker, one.prefix, type="postgress")
    assert "No provider of Airflow has this type. Its extra is written as JSON. Use postgres" in text_of(page)
    assert '<button class="btn btn-sm" name="type" value="postgres" formnovalidate>' in page.content.decode()


def test_a_long_search_is_cut(one: OneSecret, maker: Client) -> None:
    page = reshaped(maker, one.prefix, action="find", q="x" * 5_000).content.decode()
    assert form_of(page)["form_type"] == "x" * 100


def test_a_choice_that_would_lose_something_is_refused(one: OneSecret, maker: Client) -> None:
    answer = reshaped(maker, one.prefix, type="mysql", extra="{broken")
    assert answer.status_code == 422
    assert "Mend it first" in text_of(answer)
    assert form_of(answer.content.decode())["extra"] == "{broken"


def test_fields_and_text_are_switched_with_everything_typed(one: OneSecret, maker: Client) -> None:
    raw = reshaped(maker, one.prefix, switch="raw")
    assert raw.status_code == 200
    form = form_of(raw.content.decode())
    assert form["mode"] == "raw"
    assert json.loads(form["text"])["password"] == "p@ss/w"
    back = form_of(maker.post("/secrets/new", form | {"switch": "fields"}).content.decode())
    assert (back["mode"], back["password"], back["x-sslmode"]) == ("fields", "p@ss/w", "require")
    broken = maker.post("/secrets/new", form | {"text": "postgres://u:p/w@h", "switch": "fields"})
    assert broken.status_code == 422
    assert form_of(broken.content.decode())["text"] == "postgres://u:p/w@h"


def test_what_was_built_is_adopted_without_being_saved(one: OneSecret, maker: Client) -> None:
    sent = {"prefix": str(one.prefix.pk), "mode": "fields", "action": "adopt", **FIELDS, "x-connect_timeout": "5"}
    answer = maker.post("/secrets/new", sent | {"key": ""})
    assert answer.status_code == 200
    assert "This field is required" not in text_of(answer)
    form = form_of(answer.content.decode())
    assert (form["password"], form["x-connect_timeout"], form["written_as"]) == ("p@ss/w", "5", "json")
    assert one.aws.calls.count("CreateSecret") == 0
    assert maker.post("/secrets/new", form | {"key": "postgres_crm", "action": "save"}).status_code == 302
    assert json.loads(one.value)["extra"] == {"sslmode": "require", "connect_timeout": 5}


def test_without_a_prefix_what_was_built_waits_for_one(one: OneSecret, maker: Client) -> None:
    answer = maker.post("/secrets/new", {"mode": "fields", "action": "adopt", **FIELDS})
    assert answer.status_code == 422
    check_whole(answer.content.decode())
    kept = form_of(answer.content.decode())
    assert (kept["password"], kept["action"]) == ("p@ss/w", "adopt")
    form = form_of(maker.post("/secrets/new", kept | {"prefix": str(one.prefix.pk)}).content.decode())
    assert (form["key"], form["password"]) == ("postgres_crm", "p@ss/w")


def test_adopting_too_late_keeps_everything_and_asks(one: OneSecret, as_alice: Client) -> None:
    answer = as_alice.post("/secrets/new", {"prefix": str(one.prefix.pk), "action": "adopt", **FIELDS})
    assert answer.status_code == 403
    form = form_of(answer.content.decode())
    assert form["password"] == "p@ss/w"
    assert as_alice.post("/secrets/new", form | {"action": "save", "confirm_password": PASSWORD}).status_code == 302


def test_the_prefix_says_how_connections_are_written(one: OneSecret, maker: Client) -> None:
    Prefix.objects.filter(pk=one.prefix.pk).update(written_as="uri")
    assert opened(maker, one.prefix)["written_as"] == "uri"
    answer = maker.post("/secrets/new", {"prefix": str(one.prefix.pk), "action": "adopt", **FIELDS})
    assert form_of(answer.content.decode())["written_as"] == "uri"
    sent(maker, one.prefix)
    assert one.value.startswith("postgres://")


def test_a_typed_extra_that_does_not_fit_is_named(one: OneSecret, maker: Client) -> None:
    answer = sent(maker, one.prefix, **{"form_type": "postgres", "x-connect_timeout": "soon"})
    assert answer.status_code == 422
    assert "Connection timeout: Write a number, as in 2.5." in text_of(answer)
    check_whole(answer.content.decode())
