"""Why a secret of another account cannot be read: asked, answered and copied, and accessible all the way."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import NARROW, Visits

pytestmark = pytest.mark.browser


def asked(visit: Visits, **options: object) -> Page:
    page = visit("admin", reduced_motion="reduce", **options)
    page.goto("/setup/")
    page.get_by_role("link", name="Why can it not be read?").click()
    page.get_by_label("Role that Airflow runs as").fill("arn:aws:iam::444455556666:role/airflow")
    page.get_by_label("Name that Airflow asks for").fill("airflow/connections/crm")
    page.get_by_role("button", name="Check it").click()
    return page


def test_each_lock_is_told_and_what_to_add_can_be_copied(visit: Visits) -> None:
    page = asked(visit, permissions=["clipboard-read", "clipboard-write"])

    expect(page.get_by_text("The role cannot read this secret")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Name and region")).to_contain_text(
        "looks for a name in the account"
    )
    section = page.get_by_role("region", name="For the secret")
    expect(section.locator("pre")).to_contain_text("secretsmanager:GetSecretValue")
    section.get_by_role("button", name="Copy").click()
    expect(page.locator("#live")).to_have_text("Copied")
    assert '"Sid": "AllowAirflow"' in page.evaluate("() => navigator.clipboard.readText()")


def test_what_is_wrong_is_said_at_its_field(visit: Visits) -> None:
    visit.expect(422)
    page = visit("admin")
    page.goto("/doctor/")
    page.get_by_label("Role that Airflow runs as").fill("airflow")
    page.get_by_role("button", name="Check it").click()

    expect(page.get_by_role("alert")).to_contain_text("Enter the ARN of a role")
    expect(page.get_by_label("Role that Airflow runs as")).to_have_value("airflow")


def test_question_and_answer_are_accessible(visit: Visits) -> None:
    page = asked(visit)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert axe.violations(page) == []
    assert axe.inline(page) == []
    assert axe.sideways(page) == {}
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert axe.violations(page) == []
    page.goto("/doctor/")
    assert axe.violations(page) == []
