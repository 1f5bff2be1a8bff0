"""A deployment, from the first field to its layers, as an administrator enters it: with script and without."""

from __future__ import annotations

import json
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import Visits

pytestmark = pytest.mark.browser

CONNECTIONS: Final = json.dumps(
    {"crm": {"conn_type": "postgres", "host": "crm-db.example", "login": "svc", "password": "sample-not-real"}}
)
VARIABLES: Final = '{"batch_size": "sample-not-real"}'
ENV: Final = (
    "AIRFLOW__SECRETS__BACKEND=airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend\n"
    'AIRFLOW__SECRETS__BACKEND_KWARGS={"connections_prefix": "airflow/connections"}\n'
    "AIRFLOW_CONN_CRM=postgres://svc:sample-not-real@crm-db.example\n"
)
COMPOSE: Final = """services:
  web: {environment: {AIRFLOW_VAR_REGION: sample-not-real}}
  worker: {environment: {AIRFLOW_VAR_REGION: sample-not-real}}
"""


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def admin(visit: Visits, request: pytest.FixtureRequest) -> Page:
    return visit("admin", java_script_enabled=request.param)


def add(page: Page, name: str) -> None:
    page.goto("/settings/deployments/")
    page.get_by_role("link", name="Add deployment").first.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Airflow version").fill("3.3.2")
    page.get_by_label("Connections and variables are read from").select_option("Exported files")
    page.get_by_role("button", name="Add deployment").click()
    expect(page.get_by_role("main")).to_contain_text(f"{name} added")


def give(page: Page, text: str, form: str = "Env file", **more: str) -> None:
    page.get_by_label("What it is").select_option(form)
    page.get_by_label("Text", exact=True).fill(text)
    for label, choice in more.items():
        page.get_by_label(label, exact=True).select_option(choice)
    page.get_by_role("button", name="Read it").click()


def test_a_deployment_is_entered_with_its_files(admin: Page, request: pytest.FixtureRequest) -> None:
    name = f"entered-{request.node.callspec.id}"
    add(admin, name)
    layers = admin.get_by_role("complementary", name="About this deployment")
    expect(layers).to_contain_text("No source tells what it holds. Give one.")

    admin.get_by_role("link", name="Exported files").click()
    admin.get_by_label("or a file").first.set_input_files(
        {"name": "connections.json", "mimeType": "application/json", "buffer": CONNECTIONS.encode()}
    )
    admin.get_by_label("Variables", exact=True).fill(VARIABLES)
    admin.get_by_role("button", name="Read them").click()
    expect(admin.get_by_role("main")).to_contain_text("Read, and dropped again: 1 connection, 1 variable.")
    expect(layers).to_contain_text("2 entries, just now")

    admin.get_by_role("link", name="Environment sources").click()
    give(admin, ENV)
    expect(admin.get_by_role("main")).to_contain_text("Read, and dropped again: 1 name was found.")
    expect(admin.get_by_role("row").filter(has_text="All processes")).to_contain_text("Nothing")
    assert "sample-not-real" not in admin.content()

    admin.goto(f"/settings/deployments/{name}/")
    expect(admin.get_by_role("main")).to_contain_text("A source of the environment sets SecretsManagerBackend")
    admin.get_by_role("link", name="Take over from a file or Airflow…").click()
    admin.get_by_role("button", name="Env file").click()
    expect(admin.get_by_role("table")).to_contain_text('"connections_prefix": "airflow/connections"')
    admin.get_by_role("button", name="Take these over into the form").click()
    expect(admin.get_by_label("Its kwargs", exact=True)).to_have_value(
        '{\n  "connections_prefix": "airflow/connections"\n}'
    )
    admin.get_by_label("Account it looks in").first.select_option("data-prod")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("main")).to_contain_text(f"{name} saved")
    expect(layers).to_contain_text("data-prod eu-central-1")

    admin.get_by_role("button", name="Test").click()
    report = admin.get_by_role("region", name="Test")
    expect(report).to_contain_text("The prefix airflow/connections in data-prod, eu-central-1 has each connection.")
    admin.get_by_role("link", name="Remove…").click()
    admin.get_by_label("Remove it from here").check()
    admin.get_by_role("button", name="Remove").click()
    expect(admin.get_by_role("main")).to_contain_text("Nothing was changed in Airflow or in any store")


def test_a_component_is_chosen_and_only_script_keeps_the_text(
    admin: Page, visit: Visits, request: pytest.FixtureRequest
) -> None:
    visit.expect(422)
    has_script = request.node.callspec.params["admin"]
    add(admin, f"composed-{request.node.callspec.id}")
    admin.get_by_role("link", name="Environment sources").click()
    give(admin, COMPOSE, "Docker Compose")
    expect(admin.get_by_role("alert").first).to_contain_text("Several processes are described.")
    text = admin.get_by_label("Text", exact=True)
    expect(text).to_have_value(COMPOSE if has_script else "")
    text.fill(COMPOSE)
    admin.get_by_label("Component", exact=True).select_option("worker")
    admin.get_by_label("Read by", exact=True).select_option("Workers")
    admin.get_by_role("button", name="Read it").click()
    row = admin.get_by_role("row").filter(has_text="Docker Compose")
    expect(row).to_contain_text("worker")
    expect(row).to_contain_text("Workers")


def test_only_the_fields_of_the_chosen_way_are_shown(admin: Page) -> None:
    admin.goto("/settings/deployments/new/")
    shown = {
        "REST API of Airflow 3": ("Address", "Credential", "Sign in with"),
        "MWAA, through AWS": ("Region", "MWAA environment"),
        "Exported files": (),
    }
    every = {label for labels in shown.values() for label in labels}
    for way, labels in shown.items():
        admin.get_by_label("Connections and variables are read from").select_option(way)
        for label in every:
            field = admin.get_by_label(label, exact=True)
            expect(field).to_be_visible() if label in labels else expect(field).to_be_hidden()


def test_a_reporters_token_is_shown_once(visit: Visits) -> None:
    page = visit("admin")
    add(page, "reported")
    page.get_by_role("link", name="Reporter…").click()
    page.get_by_role("button", name="Make a token").click()
    lines = page.get_by_label("Variables for the reporter").inner_text()
    token = lines.split("TOKEN=")[1].split()[0]
    answer = page.request.post("/report/reported/", headers={"Authorization": f"Bearer {token}"}, data="{}")
    assert (answer.status, "This is no report" in answer.text()) == (422, True)
    page.goto("/settings/deployments/reported/reporter/")
    expect(page.get_by_role("button", name="Replace the token")).to_be_visible()
    assert token not in page.content()
    assert axe.violations(page) == []
