"""Finding a secret among those of several accounts: search, filters, order, pages, addresses and the keyboard."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Visits

pytestmark = pytest.mark.browser
BOTH: Final = re.compile(r"account=data-prod.*q=warehouse|q=warehouse.*account=data-prod")
LIST: Final = "/secrets/?account=data-prod&kind=connection&prefix=airflow/connections"


def links(page: Page) -> Locator:
    return page.locator("#results").get_by_role("rowheader").get_by_role("link")


def ids(page: Page) -> list[str]:
    return links(page).all_inner_texts()


def choose(page: Page, menu: str, choice: str | re.Pattern[str]) -> None:
    page.get_by_role("group", name="Filters").get_by_role("button", name=menu).click()
    page.get_by_role("link", name=choice).filter(visible=True).last.click()


def test_it_searches_as_one_types(page: Page) -> None:
    page.goto("/secrets/")
    page.get_by_role("searchbox").press_sequentially("bigquery_mark", delay=20)
    expect(links(page)).to_have_text(["bigquery_marketing"] * 2)
    expect(page.locator("#live")).to_have_text("2 secrets match")
    expect(page).to_have_url(re.compile(r"/secrets/\?q=bigquery_mark$"))
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_it_searches_hosts_descriptions_and_tags(page: Page) -> None:
    for words in ("billing.halden.example:3306", "for migrations only", "owner=priya.nair team=analytics"):
        page.goto("/secrets/")
        page.get_by_role("searchbox").fill(words)
        expect(page.locator("#live")).to_have_text(re.compile(r"^\d{1,2} secrets? match"))


def test_it_does_not_search_values(page: Page) -> None:
    page.goto("/secrets/?q=etl_writer")
    expect(page.get_by_role("heading", name="No secret matches these filters")).to_be_visible()
    page.get_by_role("link", name="Clear filters").click()
    expect(page).to_have_url(re.compile(r"/secrets/$"))


def test_it_filters_by_account_kind_type_state_and_tag(page: Page) -> None:
    page.goto("/secrets/")
    for menu, choice, query in (
        ("Account", re.compile("^data-prod"), "account=data-prod"),
        ("Kind", "Connection", "kind=connection"),
        ("Connection type", re.compile("^Postgres"), "type=postgres"),
        ("Tag", re.compile("^team=logistics"), "tag=team%3Dlogistics"),
        ("State", re.compile("^OK"), "state=ok"),
    ):
        choose(page, menu, choice)
        expect(page).to_have_url(re.compile(re.escape(query)))
    expect(links(page).first).to_be_visible()
    assert "parcels_replica" in ids(page)
    assert "billing_mysql" not in ids(page)


def test_one_filter_can_be_taken_off_again(page: Page) -> None:
    page.goto(f"{LIST}&state=broken")
    choose(page, "State", "All")
    expect(page).to_have_url(re.compile(r"kind=connection"))
    expect(page).not_to_have_url(re.compile(r"state="))


def test_broken_values_are_found_by_their_state(page: Page) -> None:
    page.goto("/secrets/")
    choose(page, "State", re.compile("^Airflow cannot read it"))
    expect(page.get_by_role("row").filter(has_text="In quotes")).to_have_count(1)
    expect(page.get_by_role("cell", name="OK", exact=True)).to_have_count(0)


def test_the_address_gives_the_same_list_again(page: Page, visit: Visits) -> None:
    page.goto("/secrets/")
    choose(page, "Account", re.compile("^data-prod"))
    page.get_by_role("searchbox").fill("warehouse")
    expect(page).to_have_url(BOTH)
    expect(page.get_by_role("link", name="Export CSV")).to_have_attribute("href", BOTH)
    found = ids(page)
    assert found
    page.reload()
    assert ids(page) == found
    expect(page.get_by_role("searchbox")).to_have_value("warehouse")
    other = visit("bob")
    other.goto(page.url)
    assert ids(other) == found


def test_what_is_typed_while_a_filter_is_on_its_way_narrows_it(page: Page) -> None:
    page.goto("/secrets/")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/secrets/\?account="), hold, times=1)
    with page.expect_request(re.compile("account=data-prod")):
        choose(page, "Account", re.compile("^data-prod"))
    page.get_by_role("searchbox").fill("warehouse")
    page.wait_for_timeout(400)  # longer than the search waits for the next letter
    held[0].continue_()
    expect(page).to_have_url(BOTH)
    expect(page.get_by_role("link", name="Export CSV")).to_have_attribute("href", BOTH)


def test_a_filter_takes_along_what_was_typed_just_before(page: Page) -> None:
    page.goto("/secrets/")
    page.get_by_role("group", name="Filters").get_by_role("button", name="Account").click()
    page.get_by_role("link", name=re.compile("^data-prod")).filter(visible=True).last.evaluate(
        "link => { document.getElementById('q').value = 'warehouse'; link.click(); }"
    )
    expect(page).to_have_url(BOTH)
    expect(page.get_by_role("link", name="Export CSV")).to_have_attribute("href", BOTH)


def test_clear_empties_the_search_as_well(page: Page) -> None:
    page.goto("/secrets/?q=warehouse&account=data-prod")
    page.get_by_role("link", name="Clear", exact=True).click()
    expect(page).to_have_url(re.compile(r"/secrets/$"))
    expect(page.get_by_role("searchbox")).to_have_value("")


def test_going_back_shows_the_list_before(page: Page) -> None:
    page.goto(LIST)
    everything = ids(page)
    choose(page, "Connection type", re.compile("^MySQL"))
    expect(page).to_have_url(re.compile("type=mysql"))
    page.go_back()
    expect(page).not_to_have_url(re.compile("type=mysql"))
    expect(links(page)).to_have_text(everything)
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def test_it_sorts_by_each_offered_column(page: Page) -> None:
    page.goto(f"{LIST}&type=postgres")
    column = page.get_by_role("columnheader", name="Id and type")
    expect(column).to_have_attribute("aria-sort", "ascending")
    before = ids(page)
    assert before == sorted(before)
    column.get_by_role("link").click()
    expect(column).to_have_attribute("aria-sort", "descending")
    assert ids(page) == before[::-1]
    page.get_by_role("columnheader", name="Changed").get_by_role("link").click()
    expect(page).to_have_url(re.compile("sort=-changed"))
    expect(page.get_by_role("columnheader", name="Changed")).to_have_attribute("aria-sort", "descending")
    times = page.locator("td[data-l=Changed] time").evaluate_all("found => found.map(e => e.dateTime)")
    assert times == sorted(times, reverse=True)


def test_it_pages_through_everything_once(page: Page) -> None:
    page.goto("/secrets/?account=data-prod")
    pages = page.get_by_role("navigation", name="Pages")
    total = int(re.search(r"of (\d+)", pages.inner_text())[1])  # type: ignore[index]
    seen = links(page).evaluate_all("found => found.map(e => e.href)")
    page.get_by_role("link", name="Next").click()
    expect(pages).to_contain_text(f"{total} of {total}")
    seen += links(page).evaluate_all("found => found.map(e => e.href)")
    assert len(seen) == len(set(seen)) == total
    page.get_by_role("link", name="Previous").click()
    expect(pages).to_contain_text(f"50 of {total}")


def test_the_sidebar_leads_to_one_prefix(page: Page) -> None:
    page.goto("/")
    nav = page.get_by_role("navigation", name="Main")
    nav.get_by_text("shared-platform").click()
    nav.get_by_role("link", name="airflow/variables").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Secrets")
    expect(page).to_have_url(re.compile("account=shared-platform"))
    expect(page.locator("#results tbody").get_by_role("row").first).to_contain_text("airflow/variables")


def test_the_keyboard_reaches_search_rows_and_a_secret(page: Page) -> None:
    page.goto(LIST)
    first, second = ids(page)[:2]
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=first, exact=True)).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=second, exact=True)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name=f"Select {first}", exact=True)).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(first)


def test_two_keys_go_to_another_place(page: Page) -> None:
    page.goto("/secrets/")
    for key, heading in (("o", "Overview"), ("t", "Trash"), ("a", "Audits"), ("n", "Accounts"), ("s", "Secrets")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def test_the_keyboard_help_opens_and_closes(page: Page) -> None:
    page.goto("/secrets/")
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(help_).to_contain_text("Next, previous row")
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()


def test_single_keys_can_be_switched_off(page: Page) -> None:
    page.goto("/secrets/")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_role("checkbox", name="Use single-key shortcuts in this browser").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).not_to_be_focused()
    page.reload()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_keys_typed_into_a_field_are_text(page: Page) -> None:
    page.goto("/secrets/")
    page.get_by_role("searchbox").press_sequentially("t/?x")
    expect(page.get_by_role("searchbox")).to_have_value("t/?x")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_theme_is_remembered(page: Page) -> None:
    page.goto("/secrets/")
    root = page.locator("html")
    page.keyboard.press("t")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.goto("/")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="Switch theme").click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", "light")


def test_who_may_list_nothing_is_told_whom_to_ask(visit: Visits) -> None:
    page = visit("charlie")
    page.goto("/secrets/")
    expect(page.locator("#results")).to_contain_text("You cannot list any secret yet")
    expect(page.locator("#results")).to_contain_text("admin")
