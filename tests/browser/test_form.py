"""The form of a connection: its type chosen, fields and JSON in step, files read, modes switched."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visits
from tests.browser.product import Product, Secret

pytestmark = pytest.mark.browser
KEY: Final = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\nab+/=\n-----END OPENSSH PRIVATE KEY-----\n"


def begin(page: Page, kind: str = "postgres") -> Page:
    page.goto(f"/secrets/new?type={kind}")
    page.get_by_role("link", name="scratch/connections").click()
    page.wait_for_url("**/secrets/new?prefix=*")  # loaded, so that the scripts listen
    return page


def field(page: Page, name: str) -> Locator:
    return page.locator(f"#edit [name='{name}']")


def create(page: Page, product: Product, key: str) -> Any:
    page.get_by_label("Connection Id").fill(key)
    page.get_by_role("button", name="Create secret").click()
    secret = Secret(product, f"scratch/connections/{key}", key)
    expect(page).to_have_url(secret.page())
    return json.loads(secret.value())


def test_a_type_is_found_by_typing_and_enter(page: Page) -> None:
    begin(page)
    field(page, "host").fill("typed.example")
    field(page, "x-sslmode").select_option("require")
    page.get_by_role("button", name="Find a connection type").click()
    search = page.get_by_role("searchbox", name="Find a connection type")
    expect(search).to_be_focused()
    page.keyboard.type("mysql")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="MySQL", exact=True)).to_be_visible()
    expect(field(page, "conn_type")).to_have_value("mysql")
    expect(field(page, "host")).to_have_value("typed.example")
    expect(field(page, "extra")).to_have_value('{\n  "sslmode": "require"\n}')


def test_arrows_walk_through_the_types(page: Page) -> None:
    begin(page)
    page.get_by_role("button", name="Find a connection type").click()
    page.keyboard.type("google")
    found = page.locator("#tl").get_by_role("button")
    expect(found.first).to_contain_text("Google")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(found.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("searchbox", name="Find a connection type")).to_be_focused()
    page.keyboard.press("Escape")  # which first empties the search
    page.keyboard.press("Escape")
    expect(found.first).to_be_hidden()


def test_a_typed_type_offers_its_form(page: Page) -> None:
    begin(page)
    offer = page.get_by_role("button", name="Show the fields of this type")
    expect(offer).to_be_hidden()
    field(page, "conn_type").fill("raft")
    offer.click()
    expect(page.locator("#edit")).to_contain_text("No provider of Airflow has this type")
    expect(field(page, "x-sslmode")).to_have_count(0)


def test_a_key_typed_into_the_json_moves_to_its_field(page: Page, product: Product) -> None:
    begin(page)
    raw = field(page, "extra")
    raw.fill('{"sslmode": "require", "connect_timeout": 5, "other": [1]}')
    raw.blur()
    expect(field(page, "x-sslmode")).to_have_value("require")
    expect(field(page, "x-connect_timeout")).to_have_value("5")
    expect(raw).to_have_value('{\n  "other": [\n    1\n  ]\n}')
    field(page, "host").fill("db.example")
    found = create(page, product, "in_step")
    assert found["extra"] == {"sslmode": "require", "connect_timeout": 5, "other": [1]}


@pytest.mark.parametrize(
    "typed",
    ['{"sslmode": "require", "n": 12345678901234567890}', '{"sslmode": "a", "sslmode": "b"}', '{"sslmode": "', "[1]"],
)
def test_json_that_a_script_would_change_is_left_alone(page: Page, typed: str) -> None:
    begin(page)
    raw = field(page, "extra")
    raw.fill(typed)
    raw.blur()
    expect(page.locator("#preview")).not_to_contain_text("Nothing is typed yet")
    expect(raw).to_have_value(typed)
    expect(field(page, "x-sslmode")).to_have_value("")


def test_a_file_fills_its_field_and_keeps_its_lines(page: Page, product: Product) -> None:
    begin(page, "ssh")
    page.get_by_label(re.compile("from a file$")).first.set_input_files(
        {"name": "id_test", "mimeType": "text/plain", "buffer": KEY.encode()}
    )
    expect(field(page, "x-private_key")).to_have_value(KEY)
    field(page, "host").fill("ssh.example")
    assert create(page, product, "from_a_file")["extra"] == {"private_key": KEY}


def test_modes_are_switched_with_everything_typed(page: Page, visit: Visits) -> None:
    visit.expect(422)
    begin(page)
    field(page, "host").fill("typed.example")
    field(page, "password").fill("p@ss")
    page.get_by_role("button", name="Raw text").click()
    text = field(page, "text")
    expect(text).to_have_value(re.compile('"host": "typed.example", "password": "p@ss"'))
    text.fill("postgres://u:p/w@h")
    page.get_by_role("button", name="Fields", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("URI or JSON")
    text.fill("postgres://u:p%2Fw@h/db?sslmode=prefer")
    page.get_by_role("button", name="Fields", exact=True).click()
    expect(field(page, "password")).to_have_value("p/w")
    expect(field(page, "x-sslmode")).to_have_value("prefer")


def test_it_works_without_script(visit: Visits, product: Product) -> None:
    visit.expect(422)
    page = begin(visit("alice", java_script_enabled=False))
    expect(page.get_by_role("button", name="Find a connection type")).to_be_hidden()
    field(page, "conn_type").fill("ssh")
    page.get_by_role("button", name="Show the fields of this type").click()
    field(page, "x-private_key").fill(KEY)
    field(page, "extra").fill('{"key_file": "/k", "other": 1}')
    field(page, "host").fill("ssh.example")
    page.get_by_label("Connection Id").fill("plain_form")
    page.get_by_role("button", name="Create secret").click()
    expect(page.get_by_role("alert").first).to_contain_text("Only one of")
    expect(field(page, "extra")).to_have_value('{"other": 1}')
    field(page, "x-key_file").fill("")
    assert create(page, product, "plain_form")["extra"] == {"other": 1, "private_key": KEY}
