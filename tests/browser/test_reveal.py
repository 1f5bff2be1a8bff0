"""Showing a value: one field or all, after the password, for a minute, and never without a line in the log."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visits
from tests.browser.product import Product, Secret
from tests.browser.stage import PASSWORD

pytestmark = pytest.mark.browser
VALUE: Final = "postgres://etl:s3cret-pa%2Fss@db.example:5432/sales?sslmode=require"
HIDDEN: Final = "Values hidden"


@pytest.fixture
def secret(product: Product) -> Secret:
    return product.secret(VALUE, start="reveal")


def fields(page: Page) -> Locator:
    return page.locator("#fields")


def reveal_all(page: Page) -> None:
    page.get_by_role("button", name="Reveal values").click()
    expect(fields(page)).to_contain_text("s3cret-pa/ss")


def expect_hidden(page: Page) -> None:
    expect(fields(page)).not_to_contain_text("s3cret")
    expect(fields(page)).to_contain_text("hidden")
    assert "s3cret" not in page.content()


def test_values_are_hidden_at_first(page: Page, secret: Secret) -> None:
    page.goto(secret.page())
    expect(page.get_by_role("heading", level=1)).to_contain_text(secret.key)
    expect(fields(page)).to_contain_text("Postgres")
    expect_hidden(page)


def test_one_field_is_shown_and_the_others_stay_hidden(page: Page, secret: Secret) -> None:
    page.goto(secret.page())
    page.get_by_role("button", name="Reveal Password").click()
    expect(fields(page)).to_contain_text("s3cret-pa/ss")
    expect(page.get_by_role("button", name="Reveal Login")).to_be_visible()
    assert "etl" not in fields(page).inner_text()


def test_all_fields_are_shown_and_the_raw_text_by_its_own_button(page: Page, secret: Secret) -> None:
    page.goto(secret.page())
    reveal_all(page)
    for text in ("etl", "db.example", "5432", "sales", "sslmode"):
        expect(fields(page)).to_contain_text(text)
    expect(page.locator("#live")).to_have_text("Values shown for 60 seconds")
    expect(fields(page)).not_to_contain_text(VALUE)
    page.get_by_role("button", name="Reveal Raw text").click()
    expect(fields(page)).to_contain_text(VALUE)


def test_the_value_is_in_no_address_or_storage(page: Page, secret: Secret) -> None:
    page.goto(secret.page())
    reveal_all(page)
    assert page.url == secret.page()
    kept = page.evaluate(
        "() => JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie, history.state])"
    )
    assert "s3cret" not in kept


def test_values_hide_after_a_minute(page: Page, secret: Secret) -> None:
    page.clock.install()
    page.goto(secret.page())
    reveal_all(page)
    page.clock.run_for(50_000)
    expect(fields(page)).to_contain_text("s3cret-pa/ss")
    seconds = int(page.locator("[data-seconds]").inner_text())
    assert 5 <= seconds <= 12
    page.clock.run_for(12_000)
    expect_hidden(page)
    expect(page.locator("#live")).to_have_text(HIDDEN)


def test_what_else_loads_does_not_lengthen_the_minute(page: Page, secret: Secret) -> None:
    page.clock.install()
    page.goto(secret.page())
    reveal_all(page)
    page.clock.run_for(50_000)
    page.locator("summary", has_text="Show").click()
    expect(page.get_by_text("None. Only identities of the account itself")).to_be_visible()
    page.clock.run_for(12_000)
    expect_hidden(page)


def test_values_hide_on_demand(page: Page, secret: Secret) -> None:
    page.goto(secret.page())
    reveal_all(page)
    page.get_by_role("link", name="Hide now").click()
    expect_hidden(page)
    page.keyboard.press("r")
    expect(fields(page)).to_contain_text("s3cret-pa/ss")
    page.keyboard.press("h")
    expect_hidden(page)


def test_values_hide_when_the_tab_is_left(page: Page, secret: Secret) -> None:
    page.goto(secret.page())
    reveal_all(page)
    page.evaluate("""() => {
      Object.defineProperty(document, 'hidden', {value: true, configurable: true});
      document.dispatchEvent(new Event('visibilitychange'));
    }""")
    expect_hidden(page)
    reveal_all(page)
    page.evaluate("() => window.dispatchEvent(new Event('blur'))")
    expect_hidden(page)


def test_going_away_and_back_shows_nothing(page: Page, secret: Secret) -> None:
    page.goto(secret.page())
    reveal_all(page)
    page.get_by_role("link", name="Overview").click()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text(secret.key)
    expect_hidden(page)


def test_an_old_sign_in_is_asked_for_the_password_first(visit: Visits, secret: Secret) -> None:
    page = visit("alice", minutes_ago=20)
    page.goto(secret.page())
    page.get_by_role("button", name="Reveal values").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")
    page.get_by_label("Password").fill("a wrong one")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(secret.page())
    expect_hidden(page)
    reveal_all(page)


def test_focus_stays_where_it_was(page: Page, secret: Secret) -> None:
    page.goto(secret.page())
    button = page.get_by_role("button", name="Reveal values")
    reveal_all(page)
    expect(button).to_be_focused()


def test_copying_copies_the_exact_value(visit: Visits, product: Product) -> None:
    page = visit("alice")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    text = "  two lines\n and spaces  \n"
    page.goto(product.secret(text, kind="variable", start="copied").page())
    page.get_by_role("button", name="Reveal values").click()
    fields(page).get_by_role("button", name="Copy").click()
    expect(page.locator("#live")).to_have_text(re.compile("^Copied"))
    assert page.evaluate("() => navigator.clipboard.readText()") == text


def test_a_broken_value_says_why_and_shows_the_text_alone(page: Page, product: Product) -> None:
    page.goto(product.secret('{"conn_type": "http", "password": "s3cret",', start="torn").page())
    expect(page.get_by_role("alert")).to_contain_text("This is not valid JSON")
    assert "s3cret" not in page.content()
    page.get_by_role("button", name="Reveal values").click()
    expect(fields(page)).to_contain_text('"password": "s3cret",')


def test_a_binary_value_is_named_as_such(page: Page, product: Product) -> None:
    page.goto(product.secret(b"\x00\x01s3cret", start="binary").page())
    expect(fields(page)).to_contain_text("A binary value")
    expect(page.get_by_role("button", name="Reveal values")).to_be_hidden()
    expect(page.get_by_role("link", name="Edit", exact=True)).to_be_hidden()


def test_who_may_reveal_may_not_write(visit: Visits, secret: Secret) -> None:
    page = visit("rita")
    page.goto(secret.page())
    reveal_all(page)
    expect(page.get_by_role("link", name="Edit")).to_be_hidden()
    visit.expect(403)
    page.goto(secret.page("edit"))
    expect(page.get_by_role("main")).to_contain_text("Write")


def test_who_may_list_sees_no_button_and_reads_why(visit: Visits, secret: Secret) -> None:
    page = visit("bob")
    page.goto(secret.page())
    expect(page.get_by_role("main")).to_contain_text("you need the grant Reveal")
    expect(page.get_by_role("button", name=re.compile("^Reveal"))).to_have_count(0)


def test_who_has_no_grant_does_not_find_it(visit: Visits, secret: Secret) -> None:
    page = visit("charlie")
    visit.expect(404)
    page.goto(secret.page())
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here for you")


def test_each_reveal_is_a_line_in_the_log(page: Page, visit: Visits, secret: Secret) -> None:
    page.goto(secret.page())
    page.get_by_role("button", name="Reveal Password").click()
    expect(fields(page)).to_contain_text("s3cret-pa/ss")
    page.goto("/activity/")
    line = page.get_by_role("row").filter(has_text=f"alice revealed {secret.key}")
    expect(line).to_contain_text("password")
    expect(line).to_contain_text("just now")
    assert "s3cret" not in page.content()
