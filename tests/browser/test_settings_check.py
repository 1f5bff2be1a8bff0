"""Checking settings and trying patterns, as a person does it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits

pytestmark = pytest.mark.browser
WRONG = '{"connections_prefx": "airflow/connections",\n "config_prefix": null, "connections_lookup_pattern": "^crm"}'


@pytest.fixture
def admin(visit: Visits) -> Page:
    return visit("admin")


def test_a_fault_is_found_corrected_and_gone(admin: Page) -> None:
    admin.goto("/setup/check/")
    settings = admin.get_by_label("Settings", exact=True)
    settings.fill(WRONG)
    admin.locator("#check").get_by_role("button", name="Check").click()
    fault = admin.get_by_role("listitem").filter(has_text="connections_prefx")
    expect(fault).to_contain_text("Line 1, column 3")
    fault.get_by_role("button", name="Correct it in the text").click()
    expect(settings).to_have_value(WRONG.replace("prefx", "prefix"))
    expect(admin.get_by_text("Corrected in the text")).to_be_visible()
    expect(fault).to_have_count(0)


def test_settings_are_held_against_ids_that_are_there(admin: Page) -> None:
    admin.goto("/setup/check/?against=deployment:halden-prod")
    admin.get_by_label("Settings", exact=True).fill(WRONG.replace("prefx", "prefix"))
    admin.locator("#check").get_by_role("button", name="Check").click()
    expect(admin.get_by_text("The lookup pattern leaves out ids that lie in the backend")).to_be_visible()


def test_a_pattern_is_tried_listed_and_replaced_by_the_proposal(admin: Page) -> None:
    admin.goto("/setup/pattern/?place=deployment:halden-prod&pattern=%5Esnowflake")
    results = admin.locator("#results")
    expect(results.get_by_text(re.compile(r"\d+ ids are lost"))).to_be_visible()
    results.get_by_role("link", name=re.compile("Found")).click()
    expect(results.get_by_text("They lie in the backend and are asked for.")).to_be_visible()
    expect(admin).to_have_url(re.compile("show=lives"))
    results.get_by_role("link", name="Try this one").click()
    expect(results.get_by_text("No id is lost")).to_be_visible()


def test_other_figures_give_other_costs_without_being_kept(admin: Page) -> None:
    admin.goto("/setup/pattern/?place=deployment:halden-prod")
    costs = admin.get_by_role("region", name="Costs", exact=True)
    before = costs.inner_text()
    admin.get_by_label("Tasks a day").fill("5000000")
    admin.get_by_label("Price of 10,000 calls").fill("1")
    admin.get_by_role("button", name="Work it out").click()
    expect(costs).not_to_have_text(before)
    expect(costs).to_contain_text("Far from the quota")
    admin.goto("/setup/pattern/?place=deployment:halden-prod")
    assert costs.inner_text() == before
