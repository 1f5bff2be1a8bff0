"""Signing in and out, and the first password behind a one-time link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.browser.stage import PASSWORD

pytestmark = pytest.mark.browser


def test_every_page_asks_to_sign_in_and_goes_on_from_there(visit: Visits) -> None:
    page = visit()
    page.goto("/secrets/?account=data-prod")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_label("Username").fill("bob")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/secrets/\?account=data-prod$"))
    page.get_by_role("button", name="Account: bob").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto("/secrets/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_wrong_password_is_refused_without_saying_which_part(visit: Visits) -> None:
    page = visit()
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill("nobody-of-that-name")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("username and/or password")
    expect(page.get_by_label("Username")).to_have_value("nobody-of-that-name")
    expect(page.get_by_label("Password")).to_have_value("")


def test_a_new_person_chooses_a_password_by_the_link_once(visit: Visits) -> None:
    admin, newcomer = visit("admin"), visit()
    admin.goto("/settings/people/")
    admin.get_by_role("link", name="Add person").click()
    admin.get_by_label("Username").fill("mara.vos")
    admin.get_by_label("those who list").check()
    admin.get_by_role("button", name="Add and show the link").click()
    link = admin.locator("pre").inner_text()
    newcomer.goto(link)
    for field in newcomer.locator("input[type=password]").all():
        field.fill("a long enough phrase")
    newcomer.locator("main").get_by_role("button").first.click()
    newcomer.goto("/accounts/login/")
    newcomer.get_by_label("Username").fill("mara.vos")
    newcomer.get_by_label("Password").fill("a long enough phrase")
    newcomer.get_by_role("button", name="Sign in").click()
    expect(newcomer.get_by_role("heading", level=1)).to_have_text("Overview")
    other = visit()
    visit.expect(400, 404, 410, 422)
    other.goto(link)
    expect(other.locator("input[type=password]")).to_have_count(0)


def test_somebody_switched_off_is_out_at_once(visit: Visits) -> None:
    admin = visit("admin")
    admin.goto("/settings/people/new/")
    admin.get_by_label("Username").fill("short.stay")
    admin.get_by_role("button", name="Add and show the link").click()
    admin.goto("/settings/people/")
    guest = visit("short.stay")
    guest.goto("/")
    expect(guest.get_by_role("heading", level=1)).to_have_text("Overview")
    admin.get_by_role("link", name="short.stay").click()
    admin.get_by_role("button", name="Switch off").click()
    expect(admin.get_by_role("row").filter(has_text="short.stay")).to_contain_text("Switched off")
    guest.goto("/secrets/")
    expect(guest.get_by_role("heading", level=1)).to_have_text("Sign in")
