"""Building a connection: by its fields or from a paste, read in every form, taken along to a new secret."""

from __future__ import annotations

import itertools
import json
from typing import Any, Final

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visits
from tests.browser.product import ACCOUNT, REGION, SCRATCH, Product, Secret

pytestmark = pytest.mark.browser
NAMES: Final = (f"built_{number}" for number in itertools.count(1))
URI: Final = "postgres://etl:s3cret%2Fpa%40ss@db.example:5432/sales?sslmode=verify-full"
BUILT: Final = {
    "conn_type": "postgres",
    "host": "db.example",
    "login": "etl",
    "password": "s3cret/pa@ss",
    "schema": "sales",
    "port": 5432,
    "extra": {"sslmode": "verify-full"},
}
PLACE: Final = f"{ACCOUNT}, {REGION}: {SCRATCH['connection']}"


@pytest.fixture
def builder(page: Page) -> Page:
    page.goto("/builder/")
    return page


@pytest.fixture
def made(product: Product) -> Secret:
    """What the test is going to make."""
    key = next(NAMES)
    return Secret(product, f"{SCRATCH['connection']}/{key}", key)


def field(page: Page, name: str) -> Locator:
    """By the name that it is sent under, as each type has labels of its own."""
    return page.locator(f"#edit [name={name}]")


def preview(page: Page) -> Locator:
    return page.locator("#preview")


def box(page: Page) -> Locator:
    return page.get_by_label("A URI, JSON, an environment variable or a command")


def expect_seen(page: Page, words: str) -> None:
    expect(preview(page)).to_contain_text(words, use_inner_text=True)


def expect_form(page: Page) -> None:
    """The open fields say what was built."""
    for name, value in {"host": "db.example", "port": "5432", "schema": "sales", "x-sslmode": "verify-full"}.items():
        expect(field(page, name)).to_have_value(value)


def expect_saved(page: Page, made: Secret) -> None:
    """It is there, and opens again with the same fields."""
    expect(page).to_have_url(made.page())
    found: dict[str, Any] = json.loads(made.value())
    assert found == BUILT
    page.goto(made.page("edit"))
    expect_form(page)
    page.get_by_role("button", name="Show current values").click()
    expect(field(page, "login")).to_have_value("etl")
    expect(field(page, "password")).to_have_value("s3cret/pa@ss")
    expect_form(page)


def test_from_a_type_to_a_secret(builder: Page, made: Secret) -> None:
    page = builder
    page.get_by_role("button", name="Find a connection type").click()
    page.locator("#types-q").fill("postgres")
    found = page.locator("#tl").get_by_role("button").first
    expect(found).to_contain_text("Postgres")  # the list of all, which is shown meanwhile, starts otherwise
    found.click()
    expect(field(page, "conn_type")).to_have_value("postgres")
    field(page, "host").fill("first.example")
    expect_seen(page, "first.example")
    field(page, "password").fill("typed-first")
    expect(preview(page).get_by_role("row", name="Password")).to_be_visible()
    expect(preview(page)).not_to_contain_text("typed-first", use_inner_text=True)
    box(page).fill(URI)
    expect(page.locator("#read")).to_contain_text("Read as a URI")
    expect_form(page)
    expect_seen(page, "db.example")
    field(page, "key").fill(made.key)
    preview(page).get_by_text("Terraform", exact=True).click()
    expect(preview(page).get_by_label("Terraform", exact=True).and_(page.locator("pre"))).to_contain_text(made.key)
    page.get_by_label("Prefix", exact=True).select_option(label=PLACE)
    page.get_by_role("button", name="Save as secret").click()
    expect(field(page, "key")).to_have_value(made.key)
    expect_form(page)
    page.get_by_role("button", name="Create secret").click()
    expect_saved(page, made)


def test_the_same_without_script(visit: Visits, made: Secret) -> None:
    page = visit("alice", java_script_enabled=False)
    page.goto("/builder/")
    field(page, "conn_type").fill("postgres")
    page.get_by_role("button", name="Show the fields of this type").click()
    field(page, "host").fill("first.example")
    page.get_by_role("button", name="Preview").click()
    expect_seen(page, "first.example")
    box(page).fill(URI)
    page.get_by_role("button", name="Fill in the form from it").click()
    expect_form(page)
    expect(preview(page)).not_to_contain_text("s3cret", use_inner_text=True)
    field(page, "key").fill(made.key)
    preview(page).get_by_text("Helm", exact=True).click()
    page.get_by_role("button", name="Show secrets").click()
    expect(preview(page).get_by_label("Helm", exact=True).and_(page.locator("pre"))).to_contain_text("s3cret/pa@ss")
    page.get_by_label("Prefix", exact=True).select_option(label=PLACE)
    page.get_by_role("button", name="Save as secret").click()
    expect(field(page, "key")).to_have_value(made.key)
    expect_form(page)
    page.get_by_role("button", name="Create secret").click()
    expect_saved(page, made)


def tab_to(page: Page, target: Locator) -> None:
    """By the Tab key alone, once around the page at most."""
    target.wait_for()
    for _ in range(150):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{target} cannot be reached by the keyboard")


def test_the_same_by_keyboard_alone(page: Page, made: Secret) -> None:
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("b")
    expect(page.get_by_role("heading", level=1)).to_have_text("Connection builder")
    tab_to(page, page.get_by_role("button", name="Find a connection type"))
    page.keyboard.press("Enter")
    expect(page.locator("#types-q")).to_be_focused()
    page.keyboard.type("postgres")
    expect(page.locator("#tl").get_by_role("button").first).to_contain_text("postgres")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field(page, "conn_type")).to_have_value("postgres")
    tab_to(page, box(page))
    page.keyboard.insert_text(URI)
    expect_form(page)
    expect_seen(page, "db.example")
    expect(box(page)).to_be_focused()
    tab_to(page, field(page, "key"))
    page.keyboard.type(made.key)
    expect(preview(page)).to_contain_text(f"AIRFLOW_CONN_{made.key.upper()}")
    tab_to(page, page.locator("#tab-json"))
    page.keyboard.press("ArrowRight")
    expect(preview(page).get_by_label("Environment", exact=True).and_(page.locator("pre"))).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Show secrets"))
    page.keyboard.press("Space")
    expect_seen(page, "s3cret/pa@ss")
    place = page.get_by_label("Prefix", exact=True)
    tab_to(page, place)
    for _ in range(place.locator("option").count()):
        if place.evaluate("select => select.selectedOptions[0].label") == PLACE:
            break
        page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_role("button", name="Save as secret"))
    page.keyboard.press("Enter")
    expect(field(page, "key")).to_have_value(made.key)
    tab_to(page, page.get_by_role("button", name="Create secret"))
    page.keyboard.press("Enter")
    expect_saved(page, made)


def test_a_copy_is_the_real_text_whatever_is_seen(builder: Page) -> None:
    page = builder
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    box(page).fill(URI)
    expect_seen(page, "db.example")
    expect(preview(page)).not_to_contain_text("s3cret", use_inner_text=True)
    preview(page).get_by_text("URI", exact=True).click()
    preview(page).get_by_role("button", name="Copy with values").click()
    expect(page.locator("#live")).to_have_text("Copied with its secrets")
    assert page.evaluate("() => navigator.clipboard.readText()") == URI


def test_secrets_are_shown_and_hide_again(builder: Page) -> None:
    page = builder
    box(page).fill(URI)
    expect_seen(page, "db.example")
    page.get_by_role("button", name="Show secrets").click()
    expect_seen(page, "s3cret/pa@ss")
    expect(page.get_by_role("button", name="Show secrets")).to_have_attribute("aria-pressed", "true")
    field(page, "password").fill("an0ther-one")
    expect_seen(page, "an0ther-one")  # and stay so while more is typed
    page.evaluate("() => window.dispatchEvent(new Event('blur'))")
    expect(preview(page)).not_to_contain_text("an0ther-one", use_inner_text=True)
    expect(page.get_by_role("button", name="Show secrets")).to_have_attribute("aria-pressed", "false")


def test_the_tab_stays_while_more_is_typed(builder: Page) -> None:
    page = builder
    box(page).fill(URI)
    expect_seen(page, "db.example")
    preview(page).get_by_text("Python", exact=True).click()
    field(page, "host").fill("other.example")
    expect(preview(page).get_by_label("Python", exact=True).and_(page.locator("pre"))).to_contain_text("other.example")
    expect(page.locator("#tab-python")).to_be_checked()


def test_a_uri_that_does_not_survive_gives_way_to_json(builder: Page) -> None:
    page = builder
    box(page).fill(URI)
    expect_seen(page, "db.example")
    field(page, "host").fill("Account.Example")
    expect_seen(page, "Account.Example")
    page.locator("[name=written_as][value=uri]").check()
    expect_seen(page, "Airflow reads the host of a URI in small letters.")
    page.get_by_role("button", name="Use JSON").first.click()
    expect(page.locator("[name=written_as][value=json]")).to_be_checked()
    expect_seen(page, "Same everywhere")
    expect(field(page, "host")).to_have_value("Account.Example")
    expect(field(page, "password")).to_have_value("s3cret/pa@ss")


def test_a_quoted_paste_is_repaired(builder: Page) -> None:
    page = builder
    box(page).fill(f'"{URI}"')
    page.locator("#read").get_by_role("button", name="Remove the quotes").click()
    expect(box(page)).to_have_value(URI)
    expect_form(page)
    expect(page.locator("#read")).not_to_contain_text("Quotation marks")


def test_a_paste_over_raw_text_goes_on_with_fields(builder: Page) -> None:
    page = builder
    page.get_by_role("button", name="Raw text").click()
    expect(page.get_by_role("button", name="Fields", exact=True)).to_be_visible()
    box(page).fill(URI)
    expect_form(page)
    expect(page.get_by_role("button", name="Raw text")).to_be_visible()
    field(page, "host").fill("other.example")
    expect_seen(page, "other.example")


def test_what_is_no_connection_leaves_the_form(builder: Page) -> None:
    page = builder
    box(page).fill(URI)
    expect_form(page)
    box(page).fill("postgres://etl:s3cret/pass@db-2.example/sales")
    expect(page.locator("#read")).to_contain_text("the form stays as it is")
    expect_form(page)
    page.locator("#read").get_by_role("link", name="R-24").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reserved character in the login or password")
