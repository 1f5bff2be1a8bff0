"""Reading a prefix anew, by a real worker, while somebody watches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.product import Product

pytestmark = pytest.mark.browser
WAIT = 60_000


@contextmanager
def worker(product: Product) -> Iterator[None]:
    product.tell("start_worker")
    try:
        yield
    finally:
        product.tell("stop_worker")


def progress(page: Page) -> None:
    expect(page.locator("#progress")).to_contain_text("Refreshing")
    expect(page.get_by_role("progressbar", name="Refreshing")).to_be_visible()


def test_a_refresh_shows_how_far_it_is_and_then_what_is_new(page: Page, product: Product) -> None:
    made = [product.secret("http://a.example", start="fresh") for _ in range(3)]
    page.goto("/secrets/?account=data-dev&prefix=scratch/connections&q=fresh_")
    expect(page.get_by_role("heading", name="No secret matches these filters")).to_be_visible()
    page.goto("/settings/accounts/")
    page.get_by_role("button", name="Refresh scratch/connections").click()
    expect(page.get_by_role("main").get_by_role("status").first).to_contain_text("1 prefix")
    page.goto("/secrets/?account=data-dev&prefix=scratch/connections&q=fresh_")
    progress(page)
    with worker(product):
        expect(page.locator("#progress")).to_contain_text("Refreshed", timeout=WAIT)
    page.get_by_role("link", name="Show what is new").click()
    expect(page.locator("#results").get_by_role("rowheader")).to_have_count(len(made))
    expect(page.locator("#progress")).to_be_hidden()
    expect(page.locator(".hd")).to_contain_text("As of just now")


def test_two_wishes_for_one_prefix_are_one_refresh(page: Page, product: Product) -> None:
    for _ in range(2):
        page.goto("/")
        page.get_by_role("button", name="Refresh scratch/variables in data-dev").click()
        expect(page.get_by_role("main").get_by_role("status").first).to_be_visible()
    assert product.tell("refresh") == 1


def test_an_account_that_stopped_answering_keeps_its_rows_and_says_so(visit: Visits, product: Product) -> None:
    admin = visit("admin")
    visit.expect(503)
    admin.goto("/settings/accounts/shared-platform/")
    admin.get_by_label("Endpoint URL").fill("http://127.0.0.1:9")
    admin.get_by_role("button", name="Save", exact=True).click()
    try:
        admin.goto("/settings/accounts/")
        table = admin.get_by_role("table", name="Prefixes of shared-platform")
        table.get_by_role("button", name="Refresh airflow/config").click()
        product.tell("refresh")
        admin.goto("/secrets/?account=shared-platform")
        expect(admin.get_by_role("main")).to_contain_text("could not reach AWS")
        expect(admin.locator("#results").get_by_role("rowheader")).to_have_count(13)
        expect(admin.get_by_role("button", name=re.compile("^Try again"))).to_be_visible()
        admin.locator("#results").get_by_role("rowheader").get_by_role("link").first.click()
        expect(admin.get_by_role("main")).to_contain_text("Could not check with AWS")
    finally:
        admin.goto("/settings/accounts/shared-platform/")
        admin.get_by_label("Endpoint URL").fill(product.aws_url)
        admin.get_by_role("button", name="Save", exact=True).click()
        admin.goto("/settings/accounts/")
        table.get_by_role("button", name="Refresh airflow/config").click()
        product.tell("refresh")
    admin.goto("/secrets/?account=shared-platform")
    expect(admin.get_by_role("main")).not_to_contain_text("could not reach AWS")
