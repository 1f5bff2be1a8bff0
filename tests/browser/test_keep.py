"""What is kept of a secret: its versions, the trash, and the way back from both; and how a new one begins."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.product import Product, Secret

pytestmark = pytest.mark.browser
FIRST: Final = "postgres://etl:first-pw@db.example:5432/sales"
SECOND: Final = "postgres://etl:second-pw@db.example:5432/sales?sslmode=require"


@pytest.fixture
def secret(product: Product) -> Secret:
    secret = product.secret(FIRST, start="kept")
    secret.save(SECOND)
    return secret


def notice(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("main").get_by_role("status").filter(has_text=words)).to_be_visible()


def test_two_versions_are_compared_without_their_values(page: Page, secret: Secret) -> None:
    page.goto(secret.page())
    page.get_by_role("link", name="Compare version 1 with the current one").click()
    table = page.get_by_role("table", name="What differs between the two versions")
    expect(table.get_by_role("row", name="Password")).to_contain_text("Changed")
    expect(table.get_by_role("row", name="Host")).to_contain_text("Same")
    expect(table.get_by_role("row", name="sslmode")).to_contain_text("Added")
    assert "-pw" not in page.content()
    page.goto("/activity/")
    expect(page.get_by_role("row").filter(has_text=f"compared versions of {secret.key}")).to_be_visible()


def test_any_two_versions_can_be_chosen(page: Page, secret: Secret) -> None:
    secret.save("postgres://etl:third-pw@db.example:5432/sales")
    page.goto(secret.page("versions"))
    expect(page.get_by_role("row").nth(1)).to_contain_text("Current")
    page.get_by_role("radio", name="From version 1").check()
    page.get_by_role("radio", name="To version 2").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Version 1 against version 2")


def test_an_old_version_is_revealed(page: Page, secret: Secret) -> None:
    page.goto(secret.page("versions"))
    page.get_by_role("button", name="Reveal version 1").click()
    expect(page.locator("#fields")).to_contain_text("first-pw")
    assert "second-pw" not in page.content()
    page.get_by_role("link", name="Hide now").click()
    expect(page.locator("#fields")).not_to_contain_text("first-pw")


def test_an_old_version_is_put_back(page: Page, secret: Secret) -> None:
    page.goto(secret.page())
    page.get_by_role("link", name="Put back… version 1").click()
    expect(page.get_by_role("main")).to_contain_text("becomes current in place of version 2")
    page.get_by_role("button", name="Put version 1 back").click()
    expect(page).to_have_url(secret.page())
    notice(page, "Version 1")
    assert secret.value() == FIRST
    page.get_by_role("link", name="Put back… version 2").click()
    page.get_by_role("button", name="Put version 2 back").click()
    notice(page, "Version 2")
    assert secret.value() == SECOND


def test_putting_back_what_changed_meanwhile_is_refused(page: Page, visit: Visits, secret: Secret) -> None:
    visit.expect(409)
    page.goto(secret.page())
    page.get_by_role("link", name="Put back… version 1").click()
    secret.save("postgres://elsewhere")
    page.get_by_role("button", name="Put version 1 back").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert secret.value() == "postgres://elsewhere"


def test_a_deleted_secret_waits_in_the_trash_and_is_restored(page: Page, secret: Secret) -> None:
    page.goto(secret.page())
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="Delete…").click()
    page.get_by_label("Days until it is gone for good").fill("14")
    page.get_by_role("button", name="Schedule deletion").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Trash")
    row = page.get_by_role("row").filter(has_text=secret.key)
    expect(row).to_contain_text(re.compile("in 1[34] d"))
    asked = secret.describe()["DeletedDate"]
    page.get_by_role("link", name=secret.key, exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile("Gone for good in 1[34] d"))
    expect(page.get_by_role("button", name="Reveal values")).to_be_hidden()
    page.goto("/trash/")
    row.get_by_role("button", name="Restore").click()
    notice(page, f"{secret.key} restored")
    expect(row).to_have_count(0)
    assert asked - timedelta(days=15) < secret.describe()["CreatedDate"]
    assert "DeletedDate" not in secret.describe()
    assert secret.value() == SECOND


def test_the_window_has_from_7_to_30_days(page: Page, visit: Visits, secret: Secret) -> None:
    visit.expect(422)
    page.goto(secret.page("delete"))
    page.evaluate("() => document.querySelector('main form').noValidate = true")
    page.get_by_label("Days until it is gone for good").fill("3")
    page.get_by_role("button", name="Schedule deletion").click()
    expect(page.get_by_role("alert").first).to_contain_text("7 days at least")
    assert "DeletedDate" not in secret.describe()


def test_deleting_at_once_takes_a_second_confirmation(page: Page, visit: Visits, secret: Secret) -> None:
    visit.expect(422)
    page.goto(secret.page("delete"))
    page.get_by_role("link", name="Delete at once…").click()
    page.get_by_label("Type the id to confirm").fill("something else")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("alert").first).to_contain_text("This is not the id")
    assert secret.value() == SECOND
    page.get_by_label("Type the id to confirm").fill(secret.key)
    page.get_by_role("button", name="Delete for good").click()
    notice(page, f"{secret.key} deleted for good")
    with pytest.raises(secret.product.aws().exceptions.ResourceNotFoundException):
        secret.describe()


def test_the_overview_restores_what_is_about_to_go(page: Page, secret: Secret) -> None:
    page.goto(secret.page("delete"))
    page.get_by_role("button", name="Schedule deletion").click()
    page.goto("/")
    matter = page.get_by_role("listitem").filter(has_text=f"{secret.key} is scheduled for deletion")
    matter.get_by_role("button", name="Restore").click()
    notice(page, f"{secret.key} restored")
    expect(page).to_have_url(secret.page())


def begin(page: Page, prefix: str = "scratch/connections") -> None:
    page.goto("/secrets/")
    page.get_by_role("link", name="New secret").click()
    page.get_by_role("link", name=prefix).click()


def test_a_connection_is_created_from_its_fields(page: Page, product: Product) -> None:
    begin(page)
    page.get_by_label("Connection Id").fill("created_by_fields")
    form = page.locator("#edit")
    form.get_by_label("Description").fill("Made in a test")
    form.get_by_label("Connection Type", exact=True).fill("mysql")
    form.get_by_label("Host", exact=True).fill("new.example")
    form.get_by_label("Password", exact=True).fill("p@ss")
    form.get_by_label("Key 1").fill("team")
    form.get_by_label("Value 1").fill("data")
    page.get_by_role("button", name="Create secret").click()
    notice(page, "created_by_fields created")
    made = Secret(product, "scratch/connections/created_by_fields", "created_by_fields")
    expect(page).to_have_url(made.page())
    found = json.loads(made.value())
    assert (found["conn_type"], found["host"], found["password"]) == ("mysql", "new.example", "p@ss")
    assert made.describe()["Description"] == "Made in a test"
    assert made.describe()["Tags"] == [{"Key": "team", "Value": "data"}]
    page.goto("/secrets/?q=created_by_fields")
    expect(page.get_by_role("rowheader")).to_contain_text("MySQL")


def test_a_variable_is_created_from_text(page: Page, product: Product) -> None:
    begin(page, "scratch/variables")
    page.locator("#edit").get_by_label("Key", exact=True).fill("created_text")
    page.locator("textarea[name=text]").fill('{"a": [1, 2]}')
    expect(page.locator("#preview")).to_contain_text("A JSON object with 1 key")
    page.get_by_role("button", name="Create secret").click()
    notice(page, "created_text created")
    assert Secret(product, "scratch/variables/created_text", "").value() == '{"a": [1, 2]}'


def test_a_name_that_airflow_would_never_ask_for_is_not_created(page: Page, visit: Visits) -> None:
    visit.expect(422)
    begin(page)
    page.get_by_label("Connection Id").fill("/leading//slashes")
    page.locator("#edit").get_by_label("Connection Type", exact=True).fill("http")
    page.locator("#edit").get_by_label("Host", exact=True).fill("kept.example")
    page.get_by_role("button", name="Create secret").click()
    expect(page.get_by_role("alert").first).to_contain_text("slash")
    expect(page.locator("#edit").get_by_label("Host", exact=True)).to_have_value("kept.example")


def test_a_value_with_a_warning_is_created_after_a_second_look(page: Page, visit: Visits, product: Product) -> None:
    visit.expect(422)
    begin(page, "scratch/variables")
    page.locator("#edit").get_by_label("Key", exact=True).fill("created_with_spaces")
    page.locator("textarea[name=text]").fill("  spaces around  ")
    page.get_by_role("button", name="Create secret").click()
    expect(page.get_by_role("alert").first).to_contain_text("Not saved yet")
    page.get_by_label("Save anyway").check()
    page.get_by_role("button", name="Create secret").click()
    notice(page, "created_with_spaces created")
    assert Secret(product, "scratch/variables/created_with_spaces", "").value() == "  spaces around  "


def test_more_rows_for_tags_keep_what_was_typed(page: Page) -> None:
    begin(page)
    page.get_by_label("Connection Id").fill("typed_before_rows")
    page.locator("#edit").get_by_label("Password", exact=True).fill("typed-before")
    rows = page.get_by_label(re.compile(r"^Key \d"))
    before = rows.count()
    page.get_by_role("button", name="More rows").click()
    expect(rows).not_to_have_count(before)
    expect(page.get_by_label("Connection Id")).to_have_value("typed_before_rows")
    expect(page.locator("#edit").get_by_label("Password", exact=True)).to_have_value("typed-before")


def test_an_id_that_exists_is_not_overwritten(page: Page, visit: Visits, secret: Secret) -> None:
    visit.expect(409)
    begin(page)
    page.get_by_label("Connection Id").fill(secret.key)
    page.locator("#edit").get_by_label("Connection Type", exact=True).fill("http")
    page.get_by_role("button", name="Create secret").click()
    expect(page.get_by_role("link", name="Open the existing secret")).to_be_visible()
    assert secret.value() == SECOND


def test_an_id_in_the_trash_can_be_restored_instead(page: Page, visit: Visits, secret: Secret) -> None:
    visit.expect(409)
    secret.product.aws().delete_secret(SecretId=secret.name, RecoveryWindowInDays=7)
    begin(page)
    page.get_by_label("Connection Id").fill(secret.key)
    page.locator("#edit").get_by_label("Connection Type", exact=True).fill("http")
    page.get_by_role("button", name="Create secret").click()
    page.get_by_role("button", name="Restore the deleted secret").click()
    notice(page, f"{secret.key} restored")
    assert secret.value() == SECOND
