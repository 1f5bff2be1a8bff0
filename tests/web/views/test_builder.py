from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.access.models import AccessEvent
from secretsui.core.sensitive import MASK
from tests.conftest import Place, logged_in
from tests.web.one_secret import HTMX, OneSecret, form_of, seen_of, text_of

URI = "postgres://reader:p%40ss%2Fw@crm-db.example:5432/crm?sslmode=require"
FIELDS = {
    "mode": "fields",
    "key": "postgres_crm",
    "conn_type": "postgres",
    "host": "crm-db.example",
    "login": "reader",
    "password": "p@ss/w",
    "schema": "crm",
    "port": "5432",
    "x-sslmode": "require",
    "extra": "",
    "written_as": "json",
}


@pytest.fixture
def builder(charlie: User) -> Client:
    """Somebody without a single right."""
    return logged_in(charlie)


def previewed(client: Client, **typed: str) -> Any:
    return client.post("/builder/preview", FIELDS | typed, headers=HTMX)


def pasted(client: Client, text: str, **typed: str) -> Any:
    return client.post("/builder/paste", {**typed, "pasted": text}, headers=HTMX)


def sent(client: Client, **typed: str) -> Any:
    return client.post("/builder/", FIELDS | typed)


def test_it_opens_empty_for_anybody(builder: Client) -> None:
    page = builder.get("/builder/")
    assert page.status_code == 200
    assert "Nothing is typed yet." in text_of(page)
    assert "Save as secret" not in text_of(page)
    assert 'aria-current="page">' in page.content.decode()


def test_it_opens_for_a_type(builder: Client) -> None:
    assert 'name="x-sslmode"' in builder.get("/builder/?type=postgres").content.decode()


def test_nothing_is_stored_or_cached(builder: Client) -> None:
    for page in (sent(builder, action="preview"), previewed(builder), pasted(builder, URI)):
        assert page.status_code == 200
        assert "no-store" in page.headers["Cache-Control"]
    assert not AccessEvent.objects.exists()
    assert "p@ss" not in json.dumps(dict(builder.session.items()))


def test_the_preview_has_every_form_and_hides_the_password(builder: Client) -> None:
    page = previewed(builder)
    seen = seen_of(page)
    for label in ("URI", "JSON", "Environment", "Airflow CLI", ".env", "Helm", "Terraform", "AWS CLI", "Python"):
        assert label in seen
    assert "AIRFLOW_CONN_POSTGRES_CRM" in seen
    assert "Same everywhere" in seen
    assert "p@ss/w" not in seen
    assert "p%40ss%2Fw" not in seen
    assert "Host crm-db.example Same" in seen
    assert "sslmode: require" in seen


def test_the_preview_without_script_is_a_page_that_shows_secrets_on_demand(builder: Client) -> None:
    page = sent(builder, action="preview")
    assert "p@ss/w" not in seen_of(page)
    assert form_of(page.content.decode())["password"] == "p@ss/w"
    page = sent(builder, action="show-preview", tab="cli")
    assert "p@ss/w" in seen_of(page)
    assert 'value="cli" form="edit" checked' in page.content.decode()


def test_bad_input_is_named_and_kept(builder: Client) -> None:
    page = sent(builder, action="preview", port="x")
    assert page.status_code == 422
    assert "A port is a whole number from 1 to 65535." in text_of(page)
    assert form_of(page.content.decode())["port"] == "x"
    assert "A port is a whole number" in text_of(previewed(builder, port="x"))


def test_a_uri_that_does_not_survive_says_why_and_offers_json(builder: Client) -> None:
    seen = seen_of(previewed(builder, host="Account.Example", written_as="uri"))
    assert "Not read as typed" in seen
    assert "Airflow reads the host of a URI in small letters." in seen
    page = sent(builder, host="Account.Example", written_as="uri", repair="to-json:written_as")
    assert form_of(page.content.decode())["written_as"] == "json"
    assert "Same everywhere" in seen_of(page)


@pytest.mark.parametrize("text", [URI, f"export AIRFLOW_CONN_POSTGRES_CRM='{URI}'"])
def test_a_pasted_text_becomes_the_form(builder: Client, text: str) -> None:
    page = pasted(builder, text, key="kept")
    html = page.content.decode()
    assert "No connection could be read" not in text_of(page)
    assert 'id="fields" hx-swap-oob="true"' in html
    assert 'id="preview" hx-swap-oob="true"' in html
    assert 'value="crm-db.example"' in html
    assert 'value="p@ss/w"' in html


def test_a_text_pasted_over_raw_text_is_a_form_of_fields_from_then_on(builder: Client) -> None:
    sent_over = {"mode": "raw", "text": "http://h", "pasted": URI}
    html = builder.post("/builder/paste", sent_over, headers=HTMX).content.decode()
    form = html[html.index('id="fields" hx-swap-oob') : html.index('id="preview" hx-swap-oob')]
    assert '<input type="hidden" name="mode" value="fields">' in form
    assert 'name="token"' in form
    assert 'name="written_as" value="json"' in form
    assert "Stored as: This field is required." not in html
    modes = html[html.index('id="modes" hx-swap-oob') :]
    assert 'name="switch" value="raw"' in modes
    page = builder.post("/builder/", {"mode": "raw", "text": "http://h"}).content.decode()
    assert page.count('name="mode"') == page.count('id="modes"') == 1


def test_a_text_that_is_no_connection_leaves_the_form(builder: Client) -> None:
    page = pasted(builder, "postgres://u:p/w@h/x")
    assert "No connection could be read, so the form stays as it is." in text_of(page)
    assert "fields" not in page.content.decode()
    assert 'href="/rules/R-24/"' in page.content.decode()


def test_an_emptied_box_says_nothing(builder: Client) -> None:
    assert text_of(pasted(builder, " ")) == ""


def test_pasting_without_script(builder: Client) -> None:
    page = sent(builder, action="paste", pasted='{"engine": "mysql", "username": "u", "password": "p", "dbname": "x"}')
    form = form_of(page.content.decode())
    assert (form["conn_type"], form["login"], form["key"]) == ("mysql", "u", "postgres_crm")
    assert form["host"] == form["port"] == ""
    words = text_of(page)
    assert "What becomes of each key" in words
    assert "dbname Dropped" in words


def test_a_quoted_text_is_repaired_by_one_click(builder: Client) -> None:
    page = sent(builder, action="paste", pasted=f'"{URI}"')
    assert "Remove the quotes" in text_of(page)
    page = sent(builder, repair="unquote:pasted.text", pasted=f'"{URI}"', host="old.example")
    assert f">\n{URI.replace('&', '&amp;')}</textarea>" in page.content.decode()
    assert form_of(page.content.decode())["host"] == "crm-db.example"


def test_a_field_is_repaired_and_the_rest_kept(builder: Client) -> None:
    page = sent(builder, repair="strip:password", password=" p@ss/w\t")
    form = form_of(page.content.decode())
    assert (form["password"], form["host"]) == ("p@ss/w", "crm-db.example")


@pytest.mark.parametrize(
    "repair", ["", "strip", "strip:nowhere", "no-such:password", "strip:extra.none", ":", "x:pasted."]
)
def test_a_repair_that_does_not_apply_changes_nothing(builder: Client, repair: str) -> None:
    page = sent(builder, repair=repair)
    assert page.status_code == 200
    assert form_of(page.content.decode())["password"] == "p@ss/w"


def test_another_type_keeps_what_was_typed(builder: Client) -> None:
    page = sent(builder, type="mysql")
    form = form_of(page.content.decode())
    assert (form["conn_type"], form["password"]) == ("mysql", "p@ss/w")
    assert json.loads(form["extra"]) == {"sslmode": "require"}
    assert "Same everywhere" in seen_of(page)


def test_a_writer_takes_the_form_along_to_a_new_secret(one: OneSecret, alice: User) -> None:
    maker = logged_in(alice, recently=True)
    page = maker.get("/builder/")
    assert 'formaction="/secrets/new" name="action" value="adopt"' in page.content.decode()
    form = form_of(sent(maker, action="preview").content.decode())
    opened = maker.post("/secrets/new", form | {"prefix": str(one.prefix.pk), "action": "adopt"})
    assert opened.status_code == 200
    again = form_of(opened.content.decode())
    assert (again["key"], again["password"], again["x-sslmode"]) == ("postgres_crm", "p@ss/w", "require")
    saved = maker.post("/secrets/new", again | {"action": "save"})
    assert saved.headers["Location"] == one.url()
    assert json.loads(one.value)["extra"] == {"sslmode": "require"}


def test_wrong_methods(builder: Client, place: Place) -> None:
    assert builder.get("/builder/preview").status_code == 405
    assert builder.get("/builder/paste").status_code == 405
    assert builder.put("/builder/").status_code == 405


def test_dots_are_no_password(builder: Client) -> None:
    assert "These are the dots" in text_of(previewed(builder, password=MASK))


def test_a_form_sent_signed_out_is_kept(client: Client, db: None) -> None:
    answer = client.post("/builder/", FIELDS)
    assert answer.status_code == 403
    assert "p@ss/w" in answer.content.decode()
    answer = client.post("/builder/preview", FIELDS, headers=HTMX)
    assert (answer.status_code, "p@ss" in answer.content.decode()) == (403, False)


def test_rules_have_pages(builder: Client) -> None:
    words = text_of(builder.get("/rules/R-25/"))
    assert "Quotes around the connection" in words
    assert "High" in words
    assert "hidden by the secrets backend" in text_of(builder.get("/rules/R-01/"))
    assert builder.get("/rules/R-99/").status_code == 404
