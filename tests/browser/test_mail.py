"""The e-mail of an audit as a browser shows it: it fits, can be read in light and dark, and runs nothing."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import NARROW, WIDE, Visits
from tests.browser.product import Product

pytestmark = pytest.mark.browser
# A mail stands inside the page of its program, which has the landmarks.
OF_PAGES: Final = ("landmark-one-main", "region")


@pytest.fixture
def mail(visit: Visits, product: Product) -> Page:
    """In a page of its own, as a mail program has it: where the product shows it, no script may look at it either."""
    made = product.scheduled()
    page = visit("admin", reduced_motion="reduce")
    page.goto(f"/audits/schedules/{made['schedule']}/recipients/{made['recipient']}/mail/")
    page.get_by_role("link", name="Show as HTML").click()
    expect(page.get_by_text("postgres_crm").first).to_be_visible()
    html = page.request.get(page.url).text()
    page.goto("about:blank")
    page.set_content(html)
    return page


def test_it_can_be_read_in_light_and_dark(mail: Page) -> None:
    expect(mail.get_by_text("14 of 261 secrets could not be read").first).to_be_visible()
    for size in (WIDE, NARROW):
        mail.set_viewport_size(size)
        for scheme in ("light", "dark"):
            mail.emulate_media(color_scheme=scheme)
            wrong = axe.violations(mail)
            assert [each for each in wrong if not each.startswith(OF_PAGES)] == []
    assert axe.sideways(mail, (390, 768, 1440)) == {}


def test_a_schedule_is_made_heard_and_switched_off(visit: Visits) -> None:
    page = visit("admin")
    page.goto("/audits/schedules/")
    page.get_by_role("link", name="Add schedule").first.click()
    page.get_by_label("Name").fill("First of the month")
    page.get_by_label("When").fill("30 6 1 * *")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    expect(page.get_by_role("complementary", name="Times")).to_contain_text("At 06:30, on day 1 of the month")
    expect(page.get_by_role("complementary", name="Times").get_by_role("listitem")).to_have_count(5)
    page.get_by_role("button", name="Add schedule").last.click()
    expect(page.get_by_role("main")).to_contain_text("Nobody hears of its audits yet")
    page.get_by_role("link", name="Add recipient").click()
    expect(page.get_by_label("Address", exact=True)).to_be_visible()
    page.get_by_label("Kind").select_option("Webhook")
    expect(page.get_by_label("Address", exact=True)).to_be_hidden()
    page.get_by_label("Kind").select_option("Address")
    page.get_by_label("Address", exact=True).fill("team@example.org")
    page.get_by_role("button", name="Add recipient").click()
    expect(page.get_by_role("rowheader")).to_contain_text("team@example.org")
    page.get_by_role("button", name="Switch off").click()
    row = page.get_by_role("row").filter(has_text="First of the month")
    expect(row).to_contain_text("Off")
