"""Tags, and what is done to several secrets at once: tags, deletion and export."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.product import Product, Secret

pytestmark = pytest.mark.browser


@pytest.fixture
def three(product: Product, page: Page) -> list[Secret]:
    """Three secrets that the index knows, ticked on the list."""
    secrets = [product.secret("http://a.example", start="many", tags={"env": "test", "owner": "x"}) for _ in range(3)]
    for secret in secrets:
        page.request.get(secret.page())
    page.goto("/secrets/?q=many_")
    for secret in secrets:
        page.get_by_role("checkbox", name=f"Select {secret.key}", exact=True).check()
    return secrets


def tags(secret: Secret) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in secret.describe()["Tags"]}


def test_the_bar_appears_with_the_number_of_selected_rows(page: Page, three: list[Secret]) -> None:
    bar = page.get_by_role("toolbar", name="Selected secrets")
    expect(bar).to_be_visible()
    shown = page.evaluate("() => getComputedStyle(document.querySelector('.bulk b'), '::before').content")
    assert "counter" in shown or "3" in shown
    bar.get_by_role("button", name="Clear selection").click()
    expect(bar).to_be_hidden()
    page.get_by_role("checkbox", name="Select all on this page").check()
    expect(bar).to_be_visible()
    assert page.get_by_role("checkbox", name="Select many_").count() >= 3


def test_tags_are_changed_on_several_secrets(page: Page, three: list[Secret]) -> None:
    page.get_by_role("button", name="Edit tags…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Edit the tags of 3 secrets")
    page.get_by_label("Key 1").fill("team")
    page.get_by_label("Value 1").fill("data")
    page.get_by_label("owner").check()
    page.get_by_role("button", name="Change 3 secrets").click()
    expect(page.get_by_role("cell", name="Tags changed")).to_have_count(3)
    for secret in three:
        assert tags(secret) == {"env": "test", "team": "data"}
    page.get_by_role("link", name="To the list").click()
    expect(page).to_have_url(re.compile("q=many_"))


def test_several_are_deleted_with_one_confirmation_and_a_result_each(page: Page, three: list[Secret]) -> None:
    three[1].product.aws().delete_secret(SecretId=three[1].name, ForceDeleteWithoutRecovery=True)
    page.get_by_role("button", name="Delete…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete 3 secrets")
    expect(page.get_by_role("complementary")).to_contain_text(three[0].key)
    page.get_by_label("Days").fill("7")
    page.locator("main").get_by_role("checkbox").check()
    page.get_by_role("button", name="Delete 3 secrets").click()
    for secret in (three[0], three[2]):
        expect(page.get_by_role("row").filter(has_text=secret.key)).to_contain_text("Deletion scheduled")
        assert "DeletedDate" in secret.describe()
    expect(page.get_by_role("row").filter(has_text=three[1].key)).to_contain_text("Not done")


def test_deleting_several_needs_the_tick(page: Page, visit: Visits, three: list[Secret]) -> None:
    visit.expect(422)
    page.get_by_role("button", name="Delete…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete 3 secrets")
    page.evaluate("() => document.querySelectorAll('main form').forEach(form => form.noValidate = true)")
    page.get_by_role("button", name="Delete 3 secrets").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert "DeletedDate" not in three[0].describe()


def test_selected_rows_are_exported_without_values(page: Page, three: list[Secret], tmp_path: Path) -> None:
    with page.expect_download() as download:
        page.get_by_role("button", name="Export CSV").last.click()
    rows = read(download.value, tmp_path)
    assert sorted(row["id"] for row in rows) == sorted(secret.key for secret in three)
    assert rows[0]["tags"] == "env=test owner=x"


def test_the_whole_list_is_exported_as_it_is_filtered(page: Page, tmp_path: Path) -> None:
    page.goto("/secrets/?account=data-prod&type=postgres")
    total = page.locator("#results").get_by_role("rowheader").count()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    rows = read(download.value, tmp_path)
    assert len(rows) == total
    assert {row["conn_type"] for row in rows} == {"postgres"}
    assert not any("etl_writer" in value for row in rows for value in row.values())


def read(download: object, folder: Path) -> list[dict[str, str]]:
    path = folder / "export.csv"
    download.save_as(path)  # type: ignore[attr-defined]
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith(('"INCOMPLETE', "INCOMPLETE"))))


def test_tags_of_one_secret_are_edited(page: Page, product: Product) -> None:
    secret = product.secret("x", kind="variable", tags={"team": "old", "gone": "soon"})
    page.goto(secret.page())
    page.get_by_role("link", name="Edit tags").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tags of")
    rows = {page.get_by_label(f"Key {n}").input_value(): n for n in (1, 2)}
    page.get_by_label(f"Value {rows['team']}").fill("new")
    page.get_by_label(f"Key {rows['gone']}").fill("")
    page.get_by_label(f"Value {rows['gone']}").fill("")
    page.get_by_label("Key 3").fill("owner")
    page.get_by_label("Value 3").fill("mara.vos")
    page.get_by_role("button", name="Save tags").click()
    expect(page.get_by_role("main")).to_contain_text("Tags saved")
    assert tags(secret) == {"team": "new", "owner": "mara.vos"}


def test_a_tag_that_aws_refuses_is_named_and_kept(page: Page, visit: Visits, product: Product) -> None:
    visit.expect(422)
    secret = product.secret("x", kind="variable")
    page.goto(secret.page("tags"))
    page.get_by_label("Key 1").fill("aws:mine")
    page.get_by_label("Value 1").fill("y")
    page.get_by_role("button", name="Save tags").click()
    expect(page.get_by_label("Key 1")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Key 1")).to_have_value("aws:mine")


def test_the_description_is_edited(page: Page, product: Product) -> None:
    secret = product.secret("x", kind="variable")
    page.goto(secret.page("details"))
    page.get_by_label("Description").fill("Read by the nightly load")
    page.get_by_role("button", name="Save details").click()
    expect(page.get_by_role("complementary")).to_contain_text("Read by the nightly load")
    assert secret.describe()["Description"] == "Read by the nightly load"
