"""Editing a value by Airflow's fields or as raw text, with a preview, and two people who edit at once."""

from __future__ import annotations

import json
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visits
from tests.browser.product import Product, Secret
from tests.browser.stage import PASSWORD

pytestmark = pytest.mark.browser
VALUE: Final = "postgres://etl:0ld-password@db.example:5432/sales"


@pytest.fixture
def secret(product: Product) -> Secret:
    return product.secret(VALUE, start="edited")


def field(page: Page, label: str) -> Locator:
    return page.locator("#edit").get_by_label(label, exact=True)


def save(page: Page, words: str = "Save new version") -> None:
    page.get_by_role("button", name=words).last.click()


def expect_saved(page: Page, secret: Secret) -> None:
    expect(page).to_have_url(secret.page())
    expect(page.get_by_role("main").get_by_role("status").first).to_contain_text("saved")


def test_fields_are_edited_and_hidden_ones_kept(page: Page, secret: Secret) -> None:
    page.goto(secret.page())
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(field(page, "Host")).to_have_value("db.example")
    expect(field(page, "Password")).to_have_value("")
    field(page, "Host").fill("db-2.example")
    field(page, "Port").fill("6432")
    save(page)
    expect_saved(page, secret)
    expect(page.locator("#fields")).to_contain_text("db-2.example")
    assert secret.value() == "postgres://etl:0ld-password@db-2.example:6432/sales"


def test_a_new_password_is_written_as_airflow_reads_it(page: Page, secret: Secret) -> None:
    page.goto(secret.page("edit"))
    field(page, "Password").fill("a b/c@d:é#%")
    save(page)
    expect_saved(page, secret)
    assert secret.value() == "postgres://etl:a%20b%2Fc%40d%3A%C3%A9%23%25@db.example:5432/sales"


def test_extra_is_edited_and_a_field_removed(page: Page, product: Product) -> None:
    secret = product.secret(json.dumps({"conn_type": "http", "host": "a.example", "login": "x", "extra": {"a": 1}}))
    page.goto(secret.page("edit"))
    field(page, "Extra").fill('{"timeout": 30}')
    page.get_by_label("Remove the login").check()
    save(page)
    expect_saved(page, secret)
    found = json.loads(secret.value())
    assert "login" not in found
    extra = found["extra"]
    assert (json.loads(extra) if isinstance(extra, str) else extra) == {"timeout": 30}


def test_raw_text_is_edited(page: Page, secret: Secret) -> None:
    page.goto(secret.page("edit"))
    page.get_by_role("button", name="Raw text").click()
    page.get_by_role("button", name="Show current values").click()
    text = page.locator("textarea[name=text]")
    expect(text).to_have_value(VALUE)
    text.fill(VALUE.replace("sales", "orders"))
    save(page)
    expect_saved(page, secret)
    assert secret.value().endswith("/orders")


def test_a_variable_is_edited_to_the_last_character(page: Page, visit: Visits, product: Product) -> None:
    visit.expect(422)
    secret = product.secret("one\n", kind="variable")
    page.goto(secret.page("edit"))
    page.locator("textarea[name=text]").fill("  two\n\nlines \n")
    save(page)
    expect(page.get_by_role("alert").first).to_contain_text("Not saved yet")
    page.get_by_label("Save anyway").check()
    save(page)
    expect_saved(page, secret)
    assert secret.value() == "  two\n\nlines \n"


def test_the_preview_follows_what_is_typed(page: Page, secret: Secret) -> None:
    page.goto(secret.page("edit?mode=raw"))
    preview = page.locator("#preview")
    text = page.locator("textarea[name=text]")
    text.fill("mysql://u:p%2Fw@h.example:3306/shop")
    expect(preview).to_contain_text("Same everywhere")
    text.fill('"mysql://u:p@h/x"')
    expect(preview).to_contain_text("Quotation marks")
    text.fill("mysql://u:p/w@h:3306/shop")
    expect(preview).to_contain_text("Not read")
    assert "p/w" not in preview.inner_text()
    assert secret.value() == VALUE


def test_bad_input_is_named_and_what_was_typed_stays(page: Page, visit: Visits, secret: Secret) -> None:
    visit.expect(422)
    page.goto(secret.page("edit"))
    field(page, "Port").fill("fivethousand")
    field(page, "Password").fill("kept-as-typed")
    save(page)
    expect(page.get_by_role("alert").first).to_contain_text("A port is a whole number from 1 to 65535")
    expect(field(page, "Port")).to_have_value("fivethousand")
    expect(field(page, "Password")).to_have_value("kept-as-typed")
    assert secret.value() == VALUE


def test_a_value_airflow_cannot_read_is_not_saved(page: Page, visit: Visits, secret: Secret) -> None:
    visit.expect(422)
    page.goto(secret.page("edit?mode=raw"))
    page.locator("textarea[name=text]").fill("'postgres://a:b@c/d'")
    save(page)
    expect(page.get_by_role("alert").first).to_contain_text("Not saved")
    expect(page.locator("textarea[name=text]")).to_have_value("'postgres://a:b@c/d'")
    assert secret.value() == VALUE


def test_a_password_can_be_looked_at_while_typing(page: Page, secret: Secret) -> None:
    page.goto(secret.page("edit"))
    password = field(page, "Password")
    password.fill("look")
    expect(password).to_have_attribute("type", "password")
    button = page.get_by_role("button", name="Show password", exact=True)
    button.click()
    expect(password).to_have_attribute("type", "text")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.evaluate("() => window.dispatchEvent(new Event('blur'))")
    expect(password).to_have_attribute("type", "password")


def test_a_password_asked_for_in_between_costs_nothing_typed(page: Page, visit: Visits, secret: Secret) -> None:
    visit.expect(403)
    page.goto(secret.page("edit"))
    field(page, "Host").fill("typed-before.example")
    field(page, "Password").fill("typed-before")
    visit.product.age(page.context, minutes=20)
    save(page)
    expect(page.get_by_label("Your password")).to_be_visible()
    expect(field(page, "Host")).to_have_value("typed-before.example")
    page.get_by_label("Your password").fill(PASSWORD)
    save(page)
    expect_saved(page, secret)
    assert secret.value() == "postgres://etl:typed-before@typed-before.example:5432/sales"


def two_editors(visit: Visits, secret: Secret) -> tuple[Page, Page]:
    visit_one, visit_two = visit("alice"), visit("admin")
    visit.expect(409)
    for page in (visit_one, visit_two):
        page.goto(secret.page("edit"))
    return visit_one, visit_two


def test_the_second_of_two_editors_is_told_and_keeps_the_text(visit: Visits, secret: Secret) -> None:
    mine, theirs = two_editors(visit, secret)
    field(theirs, "Password").fill("their-password")
    save(theirs)
    expect_saved(theirs, secret)
    field(mine, "Password").fill("my-password")
    save(mine)
    clash = mine.locator("#clash")
    expect(clash).to_contain_text("Somebody else saved version 2 while you were editing")
    expect(clash.get_by_role("row", name="Password")).to_contain_text("Both changed")
    expect(field(mine, "Password")).to_have_value("my-password")
    assert "their-password" not in mine.content()
    assert secret.value() == "postgres://etl:their-password@db.example:5432/sales"
    save(mine, "Save mine over version 2")
    expect_saved(mine, secret)
    assert secret.value() == "postgres://etl:my-password@db.example:5432/sales"
    expect(mine.get_by_role("list").filter(has_text="Previous")).to_contain_text("2")


def test_changes_in_different_fields_are_put_together(visit: Visits, secret: Secret) -> None:
    mine, theirs = two_editors(visit, secret)
    field(theirs, "Host").fill("moved.example")
    save(theirs)
    expect_saved(theirs, secret)
    field(mine, "Password").fill("my-password")
    save(mine)
    save(mine, "Save my changes on top of version 2")
    expect_saved(mine, secret)
    assert secret.value() == "postgres://etl:my-password@moved.example:5432/sales"


def test_a_third_save_meanwhile_is_a_conflict_again(visit: Visits, secret: Secret) -> None:
    mine, theirs = two_editors(visit, secret)
    field(theirs, "Host").fill("second.example")
    save(theirs)
    expect_saved(theirs, secret)
    field(mine, "Login").fill("me")
    save(mine)
    expect(mine.locator("#clash")).to_be_visible()
    secret.save("postgres://third@third.example/x")
    save(mine, "Save mine over version 2")
    expect(mine.locator("#clash")).to_contain_text("version 3")
    expect(field(mine, "Login")).to_have_value("me")
    assert secret.value() == "postgres://third@third.example/x"


def test_discarding_leaves_theirs(visit: Visits, secret: Secret) -> None:
    mine, theirs = two_editors(visit, secret)
    field(theirs, "Host").fill("theirs.example")
    save(theirs)
    expect_saved(theirs, secret)
    field(mine, "Host").fill("mine.example")
    save(mine)
    mine.get_by_role("link", name="Discard mine").click()
    expect(mine.locator("#fields")).to_contain_text("theirs.example")
    assert "theirs.example" in secret.value()
