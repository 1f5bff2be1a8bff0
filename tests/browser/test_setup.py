"""Setting a backend up: four questions, settings and policy that follow, and a deployment in the end."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.screens import SETUP

pytestmark = pytest.mark.browser
NAME = "from-setup"


def out(page: Page, text: str) -> None:
    expect(page.locator("#out")).to_contain_text(text, use_inner_text=True)


def test_the_right_follows_what_is_typed_on_the_left(page: Page) -> None:
    page.goto("/setup/")
    page.get_by_text("MWAA", exact=True).click()
    out(page, "MWAA console")
    page.get_by_label("Account", exact=True).fill("25878145805")
    expect(page.locator("#id_account_error")).to_have_text("11 digits. AWS account ids have 12.")
    out(page, "They follow once these answers are right")
    page.get_by_label("Account", exact=True).fill("444455556666")
    page.get_by_label("Region", exact=True).fill("eu-central-1")
    page.get_by_label("Connections lookup pattern").fill("^(snowflake|http)_")
    expect(page.locator("#id_account_error")).to_have_text("")
    out(page, "Valid for this provider")
    out(page, "arn:aws:secretsmanager:eu-central-1:444455556666:secret:airflow/connections/*")
    page.get_by_label("Connections prefix", exact=True).fill("team/connections/")
    expect(page.locator("#id_connections_error")).to_contain_text("separator at the end is left out")
    out(page, '"connections_prefix": "team/connections"')


def test_the_tab_in_front_stays_when_an_answer_changes(page: Page) -> None:
    page.goto(f"/setup/?{SETUP}")
    settings = page.get_by_role("region", name="Airflow settings")
    settings.get_by_text("airflow.cfg", exact=True).click()
    expect(settings.locator("pre:visible")).to_contain_text("[secrets]")
    page.get_by_label("Variables prefix", exact=True).fill("team/variables")
    expect(settings.locator("pre:visible")).to_contain_text('"variables_prefix": "team/variables"')
    expect(settings.locator("pre:visible")).to_contain_text("[secrets]")


def test_only_the_questions_of_the_backend_are_asked(page: Page) -> None:
    page.goto(f"/setup/?{SETUP}")
    expect(page.get_by_label("Address of Vault")).to_be_hidden()
    page.get_by_label("Store", exact=True).select_option(label="HashiCorp Vault")
    expect(page.get_by_label("Account", exact=True)).to_be_hidden()
    expect(page.get_by_label("Connections lookup pattern")).to_be_hidden()
    page.get_by_label("Address of Vault").fill("https://vault.example:8200")
    page.get_by_label("Airflow logs in with").select_option(label="Kubernetes service account")
    page.get_by_label("Role", exact=True).fill("airflow")
    out(page, '"kubernetes_role": "airflow"')
    out(page, 'path "secret/data/connections/*"')
    page.get_by_label("Airflow logs in with").select_option(label="User and password")
    page.get_by_label("User", exact=True).fill("etl")
    out(page, "password is a secret")
    page.get_by_label("Store", exact=True).select_option(label="AWS Secrets Manager with a shared account")
    expect(page.get_by_label("Variables prefix", exact=True)).to_be_hidden()
    expect(page.get_by_label("Shared account", exact=True)).to_be_visible()


def test_what_is_copied_is_the_text(visit: Visits) -> None:
    page = visit("alice", permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/setup/?{SETUP}")
    page.get_by_role("region", name="IAM policy").get_by_role("button", name="Copy").first.click()
    expect(page.locator("#live")).to_have_text("Copied")
    copied: str = page.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith('{\n  "Version": "2012-10-17"')


def test_without_script_the_answers_are_sent_and_saved(visit: Visits) -> None:
    page = visit("admin", java_script_enabled=False)
    visit.expect(422)
    page.goto("/setup/")
    page.locator("[name=platform][value=mwaa]").check(force=True)
    page.get_by_label("Account", exact=True).fill("25878145805")
    page.get_by_label("Region", exact=True).fill("eu-central-1")
    page.get_by_role("button", name="Show settings").click()
    expect(page.get_by_role("alert").first).to_contain_text("11 digits. AWS account ids have 12.")
    expect(page.get_by_label("Account", exact=True)).to_have_value("25878145805")
    page.get_by_label("Account", exact=True).fill("444455556666")
    page.get_by_label("Connections lookup pattern").fill("^snow")
    page.get_by_role("button", name="Show settings").click()
    out(page, "secrets.backend_kwargs")
    out(page, '"connections_lookup_pattern": "^snow"')
    page.get_by_role("button", name="Save as a deployment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Save as a deployment")
    page.get_by_label("Name").fill(NAME)
    page.get_by_role("button", name="Save deployment").click()
    expect(page).to_have_url(re.compile(f"/settings/deployments/{NAME}/$"))
    expect(page.get_by_label("Secrets backend", exact=True)).to_have_value(re.compile("SecretsManagerBackend$"))
    page.goto(f"/settings/deployments/{NAME}/remove/")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name=re.compile("^Remove")).click()
    expect(page).to_have_url(re.compile("/settings/deployments/$"))


def test_a_key_leads_to_it(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile("/setup/$"))
