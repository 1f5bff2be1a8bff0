"""Accounts, prefixes, grants and the log, as an administrator sees and changes them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.product import Product

pytestmark = pytest.mark.browser
ROLE = "arn:aws:iam::444455556666:role/secretsui halden-secretsui-4417"


@pytest.fixture
def admin(visit: Visits) -> Page:
    return visit("admin")


def add_account(page: Page, name: str, endpoint: str, *, account_id: str = "444455556666", role: str = ROLE) -> None:
    page.goto("/settings/accounts/")
    page.get_by_role("link", name="Add account").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Account id").fill(account_id)
    page.get_by_label("Region").fill("us-east-1")
    page.get_by_label("Credentials").select_option("Assume a role")
    page.get_by_label("Roles to assume").fill(role)
    page.get_by_label("Endpoint URL").fill(endpoint)
    page.get_by_role("button", name="Add account").click()
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text(f"{name} added")


def test_an_account_is_added_tested_and_gets_a_prefix(admin: Page, visit: Visits, product: Product) -> None:
    add_account(admin, "lake-us", product.aws_url)
    admin.get_by_role("button", name="Test").click()
    report = admin.get_by_role("region", name="Test")
    expect(report).to_contain_text("arn:aws:sts::444455556666:assumed-role/secretsui")
    expect(report.get_by_role("row", name=re.compile("^List"))).to_contain_text("Allowed")
    admin.get_by_role("link", name="Add prefix").click()
    admin.get_by_label("Prefix", exact=True).fill("airflow/variables/")
    admin.get_by_label("Kind").select_option("Variable")
    admin.get_by_label("those who list").select_option("List")
    admin.get_by_role("button", name="Add and read it").click()
    expect(admin.get_by_role("main")).to_contain_text("It is being read now")
    expect(admin.get_by_role("heading", level=1)).to_have_text("airflow/variables")
    product.tell("refresh")
    bob = visit("bob")
    bob.goto("/secrets/?account=lake-us")
    expect(bob.get_by_role("rowheader")).to_have_count(5)
    admin.goto("/activity/")
    expect(admin.get_by_role("row").filter(has_text="admin changed the account lake-us")).to_be_visible()


def test_the_report_of_an_account_that_does_not_answer_says_so(admin: Page) -> None:
    add_account(admin, "far-away", "http://127.0.0.1:9")
    admin.get_by_role("button", name="Test").click()
    report = admin.get_by_role("region", name="Test")
    expect(report.get_by_role("alert")).to_contain_text("could not reach AWS", timeout=30_000)
    expect(report).not_to_contain_text("Allowed")


def test_a_role_that_may_not_be_assumed_is_reported_as_denied(admin: Page, product: Product) -> None:
    add_account(admin, "wrong-id", product.aws_url, role=ROLE.split(maxsplit=1)[0])
    admin.get_by_role("button", name="Test").click()
    report = admin.get_by_role("region", name="Test")
    expect(report.get_by_role("alert")).to_contain_text("sts:AssumeRole")


def test_bad_input_names_the_field_and_keeps_the_text(admin: Page, visit: Visits) -> None:
    visit.expect(422)
    admin.goto("/settings/accounts/new/")
    admin.get_by_label("Name").fill("half-done")
    admin.get_by_label("Account id").fill("123")
    admin.get_by_label("Region").fill("frankfurt")
    admin.get_by_role("button", name="Add account").click()
    alert = admin.get_by_role("alert").first
    expect(alert).to_contain_text("An AWS account id has 12 digits")
    expect(alert).to_contain_text("Write the region as AWS does")
    expect(admin.get_by_label("Name")).to_have_value("half-done")


def test_grants_open_and_close_a_prefix(admin: Page, visit: Visits) -> None:
    charlie = visit("charlie")
    charlie.goto("/secrets/?account=shared-platform")
    expect(charlie.locator("#results").get_by_role("rowheader")).to_have_count(0)
    admin.goto("/settings/accounts/")
    admin.get_by_role("table", name="Prefixes of shared-platform").get_by_role("link", name="airflow/config").click()
    admin.get_by_label("newcomers").select_option("List")
    admin.get_by_role("button", name="Save grants").click()
    expect(admin.get_by_role("main")).to_contain_text("Grants saved")
    charlie.reload()
    expect(charlie.locator("#results").get_by_role("rowheader")).not_to_have_count(0)
    admin.get_by_label("newcomers").select_option("No grant")
    admin.get_by_role("button", name="Save grants").click()
    charlie.reload()
    expect(charlie.locator("#results").get_by_role("rowheader")).to_have_count(0)


def test_removing_a_prefix_leaves_aws_alone(admin: Page, product: Product) -> None:
    product.tell("prefix", account="data-dev", path="short-lived", kind="other")
    admin.goto("/settings/accounts/")
    admin.get_by_role("link", name="short-lived").click()
    admin.get_by_role("link", name="Remove…").click()
    admin.get_by_label("Remove these from here").check()
    admin.get_by_role("button", name="Remove").click()
    expect(admin.get_by_role("main")).to_contain_text("Nothing was changed in AWS")


def test_the_log_is_filtered_by_person_action_and_outcome(admin: Page, visit: Visits, product: Product) -> None:
    alice = visit("alice")
    secret = product.secret("http://x.example", start="logged")
    alice.goto(secret.page())
    alice.get_by_role("button", name="Reveal values").click()
    expect(alice.get_by_role("link", name="Hide now")).to_be_visible()
    admin.goto("/activity/")
    admin.get_by_label("Person").fill("alice")
    admin.get_by_label("Action").select_option("revealed")
    expect(admin).to_have_url(re.compile(r"person=alice.*action=reveal"))
    rows = admin.get_by_role("row").filter(has=admin.get_by_role("rowheader"))
    expect(rows.filter(has_text=secret.key)).to_have_count(1)
    expect(rows.filter(has_not_text="alice")).to_have_count(0)
    admin.get_by_label("Outcome").select_option("Refused")
    expect(admin.get_by_role("heading", name="No line matches these filters")).to_be_visible()


def test_the_log_shows_others_only_what_happened_under_their_prefixes(visit: Visits) -> None:
    page = visit("charlie")
    page.goto("/activity/")
    expect(page.get_by_role("heading", name="Nothing has happened yet")).to_be_visible()


def test_administering_alone_shows_no_secret(visit: Visits) -> None:
    page = visit("root")
    page.goto("/secrets/")
    expect(page.get_by_role("heading", name="You have no grant on any prefix")).to_be_visible()
    page.goto("/settings/accounts/")
    expect(page.get_by_role("link", name="airflow/connections").first).to_be_visible()


def test_who_does_not_administer_sees_no_way_to_change_anything(page: Page, visit: Visits) -> None:
    visit.expect(403)
    page.goto("/settings/accounts/")
    expect(page.get_by_role("heading", name="data-prod")).to_be_visible()
    for words in ("Add account", "Add prefix", "Edit and test"):
        expect(page.get_by_role("link", name=words)).to_have_count(0)
    expect(page.get_by_role("link", name="People")).to_have_count(0)
    page.goto("/settings/people/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "username" not in page.content().lower()
