"""Writing a variable: checked while it is typed, formatted and freed of its quotes by a button; without script, too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.product import Product, Secret

pytestmark = pytest.mark.browser


@pytest.fixture
def variable(product: Product) -> Secret:
    return product.secret('"mystring"', kind="variable", start="typed")


def shape(page: Page, name: str) -> None:
    page.get_by_role("group", name="Write it as").get_by_label(name, exact=True).check()


def test_json_is_checked_while_it_is_typed_and_stored_as_formatted(page: Page, variable: Secret) -> None:
    page.goto(variable.page("edit"))
    text, preview = page.locator("textarea[name=text]"), page.locator("#preview")
    shape(page, "JSON")
    text.fill('{"host": "db", "port": }')
    expect(preview).to_contain_text("not valid JSON at line 1 column 24")
    text.fill('{"host": "db", "port": 5432}')
    expect(preview).to_contain_text("A JSON object with 2 keys")
    expect(preview.get_by_role("listitem").filter(has_text="port")).to_contain_text("int")
    page.get_by_role("button", name="Format JSON").click()
    expect(text).to_have_value('{\n  "host": "db",\n  "port": 5432\n}')
    page.get_by_role("button", name="Save new version").last.click()
    expect(page).to_have_url(variable.page())
    assert variable.value() == '{\n  "host": "db",\n  "port": 5432\n}'


def test_stored_quotes_are_explained_and_removed_without_script(visit: Visits, variable: Secret) -> None:
    page = visit("alice", java_script_enabled=False)
    page.goto(variable.page("edit"))
    page.get_by_role("button", name="Show current values").click()
    expect(page.locator("textarea[name=text]")).to_have_value('"mystring"')
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("the Secrets Manager backend hands them on")
    page.get_by_role("button", name="Remove the quotes").click()
    expect(page.locator("textarea[name=text]")).to_have_value("mystring")
    page.get_by_role("button", name="Save new version").last.click()
    expect(page).to_have_url(variable.page())
    assert variable.value() == "mystring"
