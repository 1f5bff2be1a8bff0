"""Which value wins: the matrix of a deployment with thousands of ids, why, a fix, and what is not found."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import Visits
from tests.browser.product import Product, Secret

pytestmark = pytest.mark.browser

IDS = 5_000
MATRIX = "/d/many-ids/conflicts/"


@pytest.fixture(scope="module")
def clashing(product: Product) -> Secret:
    """A secret of a deployment with 5,000 other ids, over a row of its Airflow that has another value."""
    return product.clashing(IDS)


@pytest.fixture
def matrix(clashing: Secret, page: Page) -> Page:
    page.goto(MATRIX)
    return page


def test_the_worst_comes_first_and_a_count_filters(matrix: Page) -> None:
    expect(matrix.get_by_role("heading", level=1)).to_have_text("Conflicts in many-ids")
    expect(matrix.locator("#matrix tbody>tr")).to_have_count(50)
    expect(matrix.get_by_text("Showing", exact=False).or_(matrix.get_by_text("1–50 of"))).to_be_visible()
    matrix.get_by_role("link", name=re.compile("No conflict")).first.click()
    expect(matrix.locator("#matrix tbody .pill").first).to_have_text("No conflict")
    expect(matrix).to_have_url(re.compile("conflict=none"))


def test_typing_finds_an_id_at_once(matrix: Page) -> None:
    matrix.keyboard.press("/")
    matrix.keyboard.type("warehouse_00042")
    expect(matrix.locator("#matrix tbody>tr")).to_have_count(1)
    expect(matrix.get_by_role("link", name="postgres_warehouse_00042")).to_be_visible()
    expect(matrix.locator("#live")).to_have_text("1 id matches")


def test_a_row_opens_below_itself_and_closes_again(clashing: Secret, matrix: Page) -> None:
    matrix.goto(f"{MATRIX}?q={clashing.key}")
    link = matrix.get_by_role("link", name=clashing.key, exact=True)
    link.click()
    drawer = matrix.locator(".drawer")
    expect(drawer).to_contain_text("wins")
    expect(drawer.get_by_role("row", name=re.compile("^Host"))).to_contain_text("Different")
    expect(link).to_have_attribute("aria-expanded", "true")
    assert axe.violations(matrix) == []
    link.click()
    expect(drawer).to_have_count(0)
    expect(link).to_have_attribute("aria-expanded", "false")


def test_a_row_of_the_metadata_database_is_deleted_after_a_confirmation(product: Product, page: Page) -> None:
    secret = product.clashing(IDS)
    page.goto(f"{MATRIX}connection/{secret.key}")
    page.get_by_role("link", name="Delete the metadata row…").click()
    expect(page.get_by_role("main")).to_contain_text("still wins, so nothing changes for Airflow")
    expect(page.get_by_role("complementary")).to_contain_text("old.example")
    page.get_by_role("button", name="Delete the row").click()
    expect(page.get_by_role("status").first).to_contain_text(f"{secret.key} deleted from the metadata database")
    expect(page.locator(".layer").last).to_contain_text("Not here")


def test_the_password_is_asked_for_before_a_row_is_deleted(clashing: Secret, visit: Visits) -> None:
    page = visit("alice", minutes_ago=20)
    page.goto(f"{MATRIX}connection/{clashing.key}/-/delete-row")
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")


def test_the_search_box_tells_why_an_id_is_not_found(clashing: Secret, page: Page) -> None:
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.get_by_label("Connection id or variable key").fill(clashing.key.upper())
    page.get_by_label("many-ids").check()
    page.get_by_role("button", name="Look it up").click()
    answer = page.get_by_role("region", name="many-ids")
    expect(answer).to_contain_text("Not found")
    expect(answer).to_contain_text(f"scratch/connections/{clashing.key.upper()}")
    expect(answer.get_by_role("link", name=clashing.key, exact=True)).to_be_visible()


def test_keys_lead_to_the_conflicts(matrix: Page) -> None:
    matrix.goto("/")
    matrix.keyboard.press("g")
    matrix.keyboard.press("c")
    expect(matrix.get_by_role("heading", level=1)).to_contain_text("Conflicts in")
