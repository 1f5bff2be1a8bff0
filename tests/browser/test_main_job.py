"""The main job from signing in to signing out, as one person lives through it; another one edits meanwhile."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visits
from tests.browser.product import Product, Secret
from tests.browser.stage import PASSWORD

pytestmark = pytest.mark.browser
VALUE: Final = "postgres://etl:the-first-password@db.example:5432/sales"


class Person:
    """Somebody in front of the product, in the words of what they do."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def sign_in(self, name: str) -> None:
        self.page.goto("/")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign in")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Overview")

    def sign_out(self) -> None:
        self.page.get_by_role("button", name=re.compile("^Account:")).click()
        self.press("Sign out")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Sign in")

    def confirm(self) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Continue")

    def find(self, key: str) -> None:
        self.page.get_by_role("navigation", name="Main").get_by_role("link", name=re.compile("^Secrets")).click()
        self.page.get_by_role("searchbox").press_sequentially(key)
        expect(self.page).to_have_url(re.compile(f"q={key}"))  # the filters follow the search
        self.page.get_by_role("group", name="Filters").get_by_role("button", name="Kind").click()
        self.page.get_by_role("link", name="Connection").filter(visible=True).last.click()
        self.page.locator("#results").get_by_role("link", name=key, exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(key)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).last.click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def field(self, label: str) -> Locator:
        return self.page.locator("#edit").get_by_label(label, exact=True)

    def reads(self, words: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("main")).to_contain_text(words)


def test_the_main_job(visit: Visits, product: Product) -> None:
    secret = product.secret(VALUE, start="story")
    ann, other = Person(visit()), Person(visit())
    visit.expect(409)
    visit("bob").request.get(secret.page())  # now the index knows it
    ann.sign_in("alice")
    ann.find(secret.key)
    reveal(ann, secret)
    edit(ann, secret)
    clash(ann, other, secret)
    look_back(ann, secret)
    lose_and_find_again(ann, secret)
    create(ann, product)
    read_the_log(ann, secret)
    ann.sign_out()


def reveal(ann: Person, secret: Secret) -> None:
    ann.press("Reveal values")
    ann.confirm()
    expect(ann.page).to_have_url(secret.page())
    ann.press("Reveal Password")
    ann.reads("the-first-password")
    ann.reads("Recorded in the activity log")
    ann.follow("Hide now")
    expect(ann.page.get_by_role("main")).not_to_contain_text("the-first-password")


def edit(ann: Person, secret: Secret) -> None:
    ann.follow("Edit")
    ann.field("Host").fill("db-2.example")
    expect(ann.page.locator("#preview")).to_contain_text("Same everywhere")
    ann.press("Save new version")
    ann.reads("Version 2 saved")
    assert secret.value() == VALUE.replace("db.", "db-2.")


def clash(ann: Person, other: Person, secret: Secret) -> None:
    other.sign_in("admin")
    other.page.goto(secret.page("edit"))
    other.confirm()
    ann.follow("Edit")
    ann.field("Password").fill("of-ann")
    other.field("Password").fill("of-other")
    other.press("Save new version")
    other.reads("Version 3 saved")
    ann.press("Save new version")
    ann.reads("Somebody else saved version 3 while you were editing")
    expect(ann.field("Password")).to_have_value("of-ann")
    ann.press("Save mine over version 3")
    ann.reads("Version 4 saved")
    assert ":of-ann@" in secret.value()
    other.sign_out()


def look_back(ann: Person, secret: Secret) -> None:
    ann.page.get_by_role("link", name="Compare version 3 with the current one").click()
    row = ann.page.get_by_role("row", name=re.compile("^Password"))
    expect(row).to_contain_text("Changed")
    assert "of-other" not in ann.page.content()
    ann.follow("Put version 3 back…")
    ann.press("Put version 3 back")
    expect(ann.page).to_have_url(secret.page())
    assert ":of-other@" in secret.value()


def lose_and_find_again(ann: Person, secret: Secret) -> None:
    ann.press("More actions")
    ann.follow("Delete…")
    ann.press("Schedule deletion")
    row = ann.page.get_by_role("row").filter(has_text=secret.key)
    expect(row).to_contain_text(re.compile(r"in (29|30) d"))
    row.get_by_role("button", name="Restore").click()
    ann.reads(f"{secret.key} restored")
    assert ":of-other@" in secret.value()


def create(ann: Person, product: Product) -> None:
    ann.page.keyboard.press("g")
    ann.page.keyboard.press("s")
    expect(ann.page.get_by_role("heading", level=1)).to_have_text("Secrets")
    ann.page.keyboard.press("n")
    ann.follow("scratch/connections")
    ann.page.get_by_label("Connection Id").fill("story_new")
    ann.field("Connection Type").fill("http")
    ann.field("Host").fill("https://new.example")
    ann.press("Create secret")
    ann.reads("story_new created")
    assert "https://new.example" in Secret(product, "scratch/connections/story_new", "").value()


def read_the_log(ann: Person, secret: Secret) -> None:
    ann.page.goto("/activity/?person=alice")
    for action in ("revealed", "opened for editing", "saved", "compared versions of", "put back an old version of"):
        expect(ann.page.get_by_role("row").filter(has_text=f"alice {action} {secret.key}").first).to_be_visible()
    for action in ("scheduled deletion of", "restored"):
        expect(ann.page.get_by_role("row").filter(has_text=f"alice {action} {secret.key}")).to_have_count(1)
    for word in ("the-first-password", "of-ann", "of-other"):
        assert word not in ann.page.content()
