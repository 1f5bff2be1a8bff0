"""An audit from its start to a finding that somebody accepts, worked off by a real worker."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.browser.product import Product

pytestmark = pytest.mark.browser
WAIT = 60_000


def test_an_audit_is_started_watched_and_a_finding_of_it_accepted(visit: Visits, product: Product) -> None:
    page = visit("alice")
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page.get_by_role("heading", level=1)).to_have_text("Audits")
    page.get_by_label("data-prod airflow/connections eu-central-1").check()
    page.get_by_role("button", name="Audit these").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^Audit \d+$"))
    expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    product.tell("start_worker")
    try:
        expect(page.locator("#run")).to_be_hidden(timeout=WAIT)
    finally:
        product.tell("stop_worker")
    group = page.locator(".group").filter(has=page.get_by_text("R-24", exact=True)).first
    expect(group).to_contain_text("invoice_archive")
    page.get_by_role("link", name="By secret").click()
    expect(page).to_have_url(re.compile("sort=name"))
    page.get_by_role("link", name="By rule").click()
    group.get_by_role("link", name="invoice_archive").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reserved character in the login or password")
    until = timezone.now().date() + timedelta(days=30)
    page.get_by_label("Until").fill(str(until))
    page.get_by_label("Reason").fill("Moves to IAM next month")
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.get_by_role("heading", name="Accepted")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Moves to IAM next month")
    page.get_by_role("link", name=re.compile(r"^Audit \d+$")).first.click()
    expect(page.get_by_role("link", name=re.compile("^1 Accepted"))).to_be_visible()
    expect(page.locator(".group").first).to_be_visible()
    expect(group.get_by_role("link", name="invoice_archive")).to_have_count(0)
