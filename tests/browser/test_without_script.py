"""The main job in a browser that runs no script: every page, form and link by itself."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.product import Product, Secret
from tests.browser.stage import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def plain(visit: Visits) -> Page:
    return visit("alice", java_script_enabled=False)


@pytest.fixture
def secret(product: Product) -> Secret:
    return product.secret("postgres://etl:pl4in-pw@db.example:5432/sales", start="plain")


def test_it_signs_in_and_finds(visit: Visits) -> None:
    page = visit(java_script_enabled=False)
    page.goto("/secrets/")
    page.get_by_label("Username").fill("bob")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("searchbox").fill("bigquery_mark")
    page.get_by_role("searchbox").press("Enter")
    expect(page).to_have_url(re.compile("q=bigquery_mark"))
    expect(page.get_by_role("rowheader")).to_have_count(2)
    page.get_by_role("group", name="Filters").get_by_role("button", name="Account").click()
    page.get_by_role("link", name=re.compile("^data-prod")).filter(visible=True).click()
    expect(page.get_by_role("rowheader")).to_have_count(1)
    expect(page).to_have_url(re.compile("account=data-prod"))


def test_it_sorts_and_pages(plain: Page) -> None:
    plain.goto("/secrets/?account=data-prod")
    plain.get_by_role("link", name="Next").click()
    expect(plain.get_by_role("navigation", name="Pages")).to_contain_text("51")
    plain.get_by_role("columnheader", name="Changed").get_by_role("link").click()
    expect(plain.get_by_role("columnheader", name="Changed")).to_have_attribute("aria-sort", "descending")


def test_it_reveals_on_a_page_that_leaves_by_itself(plain: Page, secret: Secret) -> None:
    plain.goto(secret.page())
    with plain.expect_navigation() as answer:
        plain.get_by_role("button", name="Reveal values").click()
    expect(plain.locator("#fields")).to_contain_text("pl4in-pw")
    headers = answer.value.headers  # type: ignore[union-attr]
    assert headers["refresh"].startswith("60; url=")
    assert "no-store" in headers["cache-control"]
    plain.get_by_role("link", name="Hide now").click()
    expect(plain).to_have_url(secret.page())
    assert "pl4in-pw" not in plain.content()


def test_it_asks_for_the_password_first(visit: Visits, secret: Secret) -> None:
    page = visit("alice", minutes_ago=20, java_script_enabled=False)
    page.goto(secret.page())
    page.get_by_role("button", name="Reveal values").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(secret.page())
    page.get_by_role("button", name="Reveal values").click()
    expect(page.locator("#fields")).to_contain_text("pl4in-pw")


def test_it_edits_with_a_preview_on_demand(plain: Page, secret: Secret) -> None:
    plain.goto(secret.page())
    plain.get_by_role("link", name="Edit", exact=True).click()
    host = plain.locator("#edit").get_by_label("Host", exact=True)
    host.fill("new.example")
    plain.get_by_role("button", name="Preview").click()
    expect(plain.locator("#preview")).to_contain_text("Same everywhere")
    expect(host).to_have_value("new.example")
    plain.get_by_role("button", name="Save new version").click()
    expect(plain).to_have_url(secret.page())
    assert secret.value() == "postgres://etl:pl4in-pw@new.example:5432/sales"


def test_two_editors_lose_nothing(plain: Page, visit: Visits, secret: Secret) -> None:
    visit.expect(409)
    plain.goto(secret.page("edit"))
    secret.save("postgres://etl:theirs@db.example:5432/sales")
    plain.locator("#edit").get_by_label("Password", exact=True).fill("mine")
    plain.get_by_role("button", name="Save new version").click()
    expect(plain.locator("#clash")).to_contain_text("Both changed")
    plain.get_by_role("button", name="Save mine over version 2").click()
    expect(plain).to_have_url(secret.page())
    assert ":mine@" in secret.value()


def test_it_deletes_and_restores(plain: Page, secret: Secret) -> None:
    plain.goto(secret.page("delete"))
    plain.get_by_role("button", name="Schedule deletion").click()
    row = plain.get_by_role("row").filter(has_text=secret.key)
    expect(row).to_contain_text("d")
    row.get_by_role("button", name="Restore").click()
    expect(plain.get_by_role("main")).to_contain_text("restored")
    assert "DeletedDate" not in secret.describe()


def test_the_theme_is_kept_by_the_server(plain: Page) -> None:
    plain.goto("/secrets/?account=data-prod")
    plain.get_by_role("button", name="Switch theme").click()
    expect(plain).to_have_url(re.compile(r"account=data-prod"))
    expect(plain.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_a_refresh_is_asked_for_and_seen_after_a_reload(plain: Page, product: Product) -> None:
    plain.goto("/settings/accounts/")
    plain.get_by_role("button", name="Refresh scratch/variables").click()
    plain.goto("/secrets/?account=data-dev")
    expect(plain.locator("#progress")).to_contain_text("Refreshing")
    product.tell("refresh")
    plain.reload()
    expect(plain.locator("#progress")).to_be_hidden()
