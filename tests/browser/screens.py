"""Every screen and state of the product, each as the way to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from playwright.sync_api import Page, expect

from tests.browser.product import Product, Secret

VALUE: Final = (
    '{"conn_type": "postgres", "host": "db.example", "port": 5432, "schema": "sales", "login": "etl", '
    '"password": "s3cret", "extra": {"sslmode": "require", "keepalives_idle": 30}}'
)


WRONG_SETTINGS: Final = (
    "AIRFLOW__SECRETS__BACKEND=airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend\n"
    'AIRFLOW__SECRETS__BACKEND_KWARGS={"connections_prefx": "/airflow/connections/", "full_url_mode": false, '
    '"connections_lookup_pattern": "^airflow/connections/crm"}\n'
    "AIRFLOW_SECRETS_BACKEND=x\nAIRFLOW_CONN_CRM=postgres://etl:pa/ss@db.example\n"
)


class Visitor(Protocol):
    @property
    def product(self) -> Product: ...

    def __call__(self, who: str = "", *, minutes_ago: int = 0, **options: Any) -> Page: ...

    def expect(self, *statuses: int) -> None: ...


class Way:
    """Leads one visitor to the screens; makes the secrets that they show, once."""

    def __init__(self, visit: Visitor, **options: Any) -> None:
        self.visit, self.options = visit, options
        self.product = visit.product

    def page(self, path: str, who: str = "admin", *, minutes_ago: int = 0) -> Page:
        page = self.visit(who, minutes_ago=minutes_ago, **self.options)
        page.goto(path)
        return page

    def secret(self) -> Secret:
        secret = self.product.secret(VALUE, start="shown", tags={"team": "data", "owner": "mara.vos"})
        secret.save(VALUE.replace("s3cret", "s3cret-2").replace("5432", "6432"))
        return secret


Screen = Callable[[Way], Page]


def at(path: str, who: str = "admin") -> Screen:
    return lambda way: way.page(path, who)


def refused(status: int, path: str, who: str) -> Screen:
    def opened(way: Way) -> Page:
        page = way.visit(who, **way.options)
        way.visit.expect(status)
        page.goto(path)
        return page

    return opened


def pressed(path: str, button: str) -> Screen:
    """A page with something opened on it."""

    def opened(way: Way) -> Page:
        page = way.page(path)
        page.get_by_role("button", name=re.compile(f"^{button}")).filter(visible=True).first.click()
        page.locator("[popover]:popover-open, dialog[open]").first.wait_for()
        return page

    return opened


def of_secret(action: str = "") -> Screen:
    return lambda way: way.page(way.secret().page(action))


def wrong_sign_in(way: Way) -> Page:
    page = way.page("/accounts/login/", "")
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    return page


def reauthenticate(way: Way) -> Page:
    page = way.page(way.secret().page("edit"), minutes_ago=20)
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")
    return page


def selected(way: Way) -> Page:
    page = way.page("/secrets/?account=data-dev")
    for box in page.get_by_role("checkbox", name=re.compile("^Select (?!all)")).all()[:3]:
        box.check()
    return page


def bulk(button: str) -> Screen:
    def opened(way: Way) -> Page:
        page = selected(way)
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("complementary")).to_be_visible()
        return page

    return opened


def revealed(way: Way) -> Page:
    page = of_secret()(way)
    page.get_by_role("button", name="Reveal values").click()
    expect(page.locator("#fields")).to_contain_text("s3cret-2")
    return page


def revealed_page(way: Way) -> Page:
    """As it is without script, where a button leads to a page of its own."""
    secret = way.secret()
    page = way.page(secret.page())
    page.evaluate("() => document.querySelector('.act form').removeAttribute('hx-post')")
    page.evaluate("() => document.querySelector('.act form').submit()")
    expect(page).to_have_url(secret.page("reveal"))
    expect(page.locator("#fields")).to_contain_text("s3cret-2")
    return page


def edited(mode: str, text: str = "") -> Screen:
    """The form with its preview, valid or with what keeps it from being saved."""

    def opened(way: Way) -> Page:
        way.visit.expect(422)
        page = way.page(way.secret().page(f"edit?mode={mode}"))
        if mode == "raw":
            page.locator("textarea[name=text]").fill(text)
        else:
            page.locator("#edit").get_by_label("Port").fill(text)
        page.get_by_role("button", name="Save new version").last.click()
        page.get_by_role("alert").first.wait_for()
        return page

    return opened


def previewed(way: Way) -> Page:
    page = way.page(way.secret().page("edit?mode=raw"))
    page.locator("textarea[name=text]").fill("google_cloud_platform://?project=x")
    expect(page.locator("#preview")).to_contain_text("Before you save")
    return page


def variable_previewed(way: Way) -> Page:
    """With most of what can be said about one."""
    page = way.page(way.product.secret("{}", kind="variable", start="shown").page("edit"))
    page.locator("textarea[name=text]").fill('{"limit": 5, "limit": 0.1234567890123456789, "hosts": [NaN]}\n')
    expect(page.locator("#preview")).to_contain_text("the last one wins")
    return page


def variable_refused(way: Way) -> Page:
    way.visit.expect(422)
    page = way.page(way.product.secret('"mystring"', kind="variable", start="shown").page("edit"))
    page.get_by_label("Number", exact=True).check()
    page.locator("textarea[name=text]").fill("1,5")
    page.get_by_role("button", name="Save new version").last.click()
    page.get_by_text("no number as Python and JSON write it").first.wait_for()
    return page


def conflict(way: Way) -> Page:
    secret = way.secret()
    page = way.page(secret.page("edit"))
    way.visit.expect(409)
    secret.save(VALUE.replace("s3cret", "theirs").replace("require", "verify-full"))
    page.locator("#edit").get_by_label("Password", exact=True).fill("mine")
    page.get_by_role("button", name="Save new version").last.click()
    page.locator("#clash").wait_for()
    return page


def compared(way: Way) -> Page:
    page = of_secret()(way)
    page.get_by_role("link", name="Compare version 1 with the current one").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Version 1 against version 2")
    return page


def put_back(way: Way) -> Page:
    page = of_secret()(way)
    page.get_by_role("link", name="Put back… version 1").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Put version 1 back")
    return page


def pending_deletion(way: Way) -> Page:
    secret = way.secret()
    secret.product.aws().delete_secret(SecretId=secret.name, RecoveryWindowInDays=9)
    page = way.page(secret.page())
    expect(page.get_by_role("alert").first).to_contain_text("Gone for good in")
    return page


def trash(way: Way) -> Page:
    pending_deletion(way)
    page = way.page("/trash/")
    expect(page.get_by_role("button", name=re.compile("^Restore shown_")).first).to_be_visible()
    return page


def new(way: Way) -> Page:
    page = way.page("/secrets/new")
    page.get_by_role("link", name="scratch/connections").click()
    expect(page.get_by_label("Connection Id")).to_be_visible()
    return page


# What the builder is shown with: a paste, and what its preview says then.
CONNECTION: Final = "postgres://svc_crm:sample%40not%2Freal@crm-db.example:5432/crm?sslmode=verify-full&options=-c%20statement_timeout%3D30s"
QUOTED: Final = '"postgres://svc_crm:sample-not-real@crm-db.example:5432/crm"'
UNREAD: Final = "postgres://svc_crm:sample/not-real@crm-db.example:5432/crm"
ROTATED: Final = (
    '{"engine": "mysql", "username": "svc", "password": "sample-not-real", "host": "db.example", "port": 3306, '
    '"dbname": "shop", "dbInstanceIdentifier": "shop-1"}'
)
HOSTILE: Final = json.dumps(
    {
        "conn_type": "http",
        "host": "Accounts<b>.Example" + "-very-long" * 12,
        "login": "a'b\"c`d$e",
        "password": "p@ss:/?#[]%\\ \u00fc\U0001f986 -----",
        "schema": "s/<i>&amp;{{ x }}${y}",
        "extra": {"key with spaces": "'\"<script>", "nested": {"deep": [1, {"token": "sample"}]}, "10": "10"},
    }
)
MANY: Final = json.dumps(
    {
        "conn_type": "generic",
        "host": "h.example",
        "extra": {f"setting_{number}": f"value {number}" for number in range(40)},
    }
)


def built(text: str, *, shown: str, uri: bool = False) -> Screen:
    """The builder with something pasted, seen through to its preview."""

    def opened(way: Way) -> Page:
        page = way.page("/builder/")
        page.get_by_label("A URI, JSON, an environment variable or a command").fill(text)
        expect(page.locator("#read")).not_to_be_empty()
        if uri:
            page.get_by_label("URI", exact=True).and_(page.locator("[name=written_as]")).check()
        expect(page.get_by_role("main")).to_contain_text(shown)
        return page

    return opened


def built_wrong(way: Way) -> Page:
    page = way.page("/builder/")
    way.visit.expect(422)
    page.locator("#edit").get_by_label("Port").fill("fivethousand")
    page.get_by_role("button", name="Preview").last.click()
    page.get_by_role("alert").first.wait_for()
    return page


def built_in_clear(way: Way) -> Page:
    page = built(CONNECTION, shown="Same everywhere")(way)
    page.get_by_text("Terraform", exact=True).click()
    page.get_by_role("button", name="Show secrets").click()
    expect(page.locator("#preview")).to_contain_text("sample@not/real", use_inner_text=True)
    return page


def account(way: Way) -> Page:
    return way.page("/settings/accounts/data-prod/")


def tested(way: Way) -> Page:
    page = account(way)
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_role("region", name="Test")).to_contain_text("Who am I")
    return page


def prefix(way: Way) -> Page:
    page = way.page("/settings/accounts/")
    page.get_by_role("table", name="Prefixes of data-prod").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Who may do what")).to_be_visible()
    return page


def person(way: Way) -> Page:
    page = way.page("/settings/people/")
    page.get_by_role("link", name="bob").click()
    expect(page.get_by_label("Username")).to_have_value("bob")
    return page


def one_time_link(way: Way) -> Page:
    page = person(way)
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_role("heading", name="Shown once")).to_be_visible()
    return page


def first_password(way: Way) -> Page:
    link = one_time_link(way).locator("pre").inner_text()
    return way.page(link, "")


def refreshing(way: Way) -> Page:
    """Nothing works it off, so it stays as it is until the end of the test."""
    way.product.tell("queue", path="scratch/variables")
    page = way.page("/secrets/?account=data-dev")
    expect(page.locator("#progress")).to_contain_text("Refreshing")
    return page


MATRIX: Final = "/d/many-ids/conflicts/"
IDS: Final = 5_000


def of_clash(action: str = "") -> Screen:
    """A page about one id in a conflict, of a deployment that has thousands."""

    def opened(way: Way) -> Page:
        secret = way.product.clashing(IDS)
        return way.page(f"{MATRIX}connection/{secret.key}" + (f"/-/{action}" if action else ""))

    return opened


def matrix(way: Way) -> Page:
    way.product.clashing(IDS)
    return way.page(MATRIX)


def owners(way: Way) -> Page:
    way.product.clashing(IDS)
    return pressed(MATRIX, "Owner")(way)


def explained(way: Way) -> Page:
    page = matrix(way)
    page.get_by_role("link", name=re.compile("^clashing_")).first.click()
    expect(page.locator(".drawer")).to_contain_text("Names asked for")
    return page


def builder_of_deployment(way: Way) -> Page:
    """A type that only this Airflow knows, tried out there."""
    way.product.clashing(IDS)
    page = way.page("/builder/?type=shop&deployment=many-ids")
    page.get_by_label("Shop address").fill("shop.example")
    page.get_by_role("textbox", name="Key of the till").fill("s3cret")
    page.get_by_role("button", name="Test on many-ids").click()
    expect(page.get_by_role("region", name="Test")).to_contain_text("Does not work")
    return page


DEPLOYMENT: Final = "/settings/deployments/halden-prod/"
COMPOSE: Final = """services:
  airflow-scheduler: {environment: {AIRFLOW_VAR_REGION: eu-west-1}}
  airflow-worker: {environment: {AIRFLOW_VAR_REGION: eu-west-1}}
"""


def deployment_wrong(way: Way) -> Page:
    page = way.page("/settings/deployments/new/")
    way.visit.expect(422)
    page.get_by_label("Name", exact=True).fill("half done")
    page.get_by_label("Connections and variables are read from").select_option("REST API of Airflow 3")
    page.get_by_label("Credential", exact=True).fill("admin:sample-not-real")
    page.get_by_role("button", name="Add deployment").click()
    expect(page.get_by_role("alert").first).to_contain_text("This is no reference to a credential.")
    return page


def deployment_tested(way: Way) -> Page:
    page = way.page(DEPLOYMENT)
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_role("region", name="Test")).to_contain_text("Resolved as Airflow")
    return page


def deployment_source_asked(way: Way) -> Page:
    page = way.page(f"{DEPLOYMENT}sources/")
    way.visit.expect(422)
    page.get_by_label("What it is").select_option("Docker Compose")
    page.get_by_label("Text", exact=True).fill(COMPOSE)
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_label("Component")).to_be_visible()
    return page


def deployment_proposal(way: Way) -> Page:
    page = way.page("/settings/deployments/halden-dev/import/")
    page.get_by_role("button", name=re.compile("Helm")).click()
    expect(page.get_by_role("heading", name="What was found")).to_be_visible()
    return page


def deployment_token(way: Way) -> Page:
    page = way.page(f"{DEPLOYMENT}reporter/")
    page.get_by_role("button", name=re.compile("token")).first.click()
    expect(page.get_by_role("heading", name="Shown once")).to_be_visible()
    return page


def of_schedule(path: str, who: str = "admin") -> Screen:
    """Below the schedules, or with the token of an e-mail."""
    return lambda way: way.page(path.format(**way.product.scheduled()), who)


def schedule_wrong(way: Way) -> Page:
    page = way.page("/audits/schedules/new/")
    way.visit.expect(422)
    page.get_by_label("When").fill("0 25 * * *")
    expect(page.get_by_role("complementary", name="Times")).to_contain_text("Hour")
    page.get_by_label("Everything").uncheck()
    page.get_by_label("Name").fill("Nightly")
    page.get_by_role("button", name="Add schedule").click()
    page.get_by_role("alert").first.wait_for()
    return page


def of_audit(query: str = "", who: str = "admin") -> Screen:
    return lambda way: way.page(f"/audits/{way.product.audit()}/{query}", who)


def audits(way: Way) -> Page:
    way.product.audit()
    return way.page("/audits/")


def audit_running(way: Way) -> Page:
    page = way.page(f"/audits/{way.product.tell('reading')}/")
    expect(page.locator("#run")).to_contain_text("Running")
    return page


def finding(way: Way) -> Page:
    page = of_audit()(way)
    page.locator(".group a.id").first.click()
    expect(page.get_by_role("heading", name="How to fix it")).to_be_visible()
    return page


def finding_wrong(way: Way) -> Page:
    page = finding(way)
    way.visit.expect(422)
    page.get_by_label("Reason").fill("Moves to IAM")
    page.get_by_label("Until").fill("2020-01-01")
    page.get_by_role("button", name="Accept", exact=True).click()
    page.get_by_role("alert").first.wait_for()
    return page


SETUP: Final = (
    "platform=mwaa&airflow=3.1&provider=9.20.0&account=444455556666&region=eu-central-1"
    "&connections_pattern=%5E(snowflake%7Cpostgres%7Caws%7Chttp%7Csftp)_&kms_key=alias/airflow-secrets"
    "&role_arn=arn:aws:iam::444455556666:role/mwaa-prod-execution-role"
)


def set_up_wrong(way: Way) -> Page:
    """What was typed comes back with the reason, also below the fields on the left."""
    page = way.page(f"/setup/?{SETUP}")
    page.get_by_label("Account", exact=True).fill("25878145805")
    page.get_by_label("Connections prefix", exact=True).fill("/airflow//connections/")
    expect(page.locator("#id_account_error")).to_contain_text("11 digits")
    expect(page.locator("#id_connections_error")).to_contain_text("slash")
    return page


def saving_setup(way: Way) -> Page:
    page = way.page(f"/setup/?{SETUP}")
    page.get_by_role("button", name="Save as a deployment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Save as a deployment")
    return page


def settings_refused(way: Way) -> Page:
    way.visit.expect(422)
    page = way.page("/setup/check/")
    page.get_by_label("Settings", exact=True).fill("Nothing that is known here")
    page.locator("#check").get_by_role("button", name="Check").click()
    page.get_by_role("alert").wait_for()
    return page


def settings_checked(way: Way) -> Page:
    """With findings of every weight, a correction, and what could not be checked."""
    page = way.page("/setup/check/")
    page.get_by_label("Settings", exact=True).fill(WRONG_SETTINGS)
    page.locator("#check").get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", name=re.compile("findings"))).to_be_visible()
    return page


def elsewhere(account: str, action: str = "") -> Screen:
    """A page of a secret that lies with another vendor."""
    return lambda way: way.page(way.product.vendors()[account] + (f"/-/{action}" if action else ""))


def after_vendors(path: str) -> Screen:
    """A list once there are several kinds of store."""

    def opened(way: Way) -> Page:
        way.product.vendors()
        return way.page(path)

    return opened


SCREENS: Final[Mapping[str, Screen]] = {
    "sign-in": at("/accounts/login/", ""),
    "sign-in-wrong": wrong_sign_in,
    "sign-out": at("/accounts/logout/"),
    "reauthenticate": reauthenticate,
    "first-password": first_password,
    "password": at("/accounts/password/change/"),
    "overview": at("/"),
    "overview-nothing": at("/", "charlie"),
    "list": at("/secrets/"),
    "list-second-page": at("/secrets/?page=2&sort=-changed"),
    "list-one": at("/secrets/?q=bigquery_marketing&account=data-dev"),
    "list-none": at("/secrets/?q=there-is-no-such-thing"),
    "list-nothing": at("/secrets/", "charlie"),
    "list-filtered": at("/secrets/?account=data-prod&kind=connection&state=broken"),
    "list-menu": pressed("/secrets/", "Connection type"),
    "list-selected": selected,
    "list-refreshing": refreshing,
    "bulk-tags": bulk("Edit tags…"),
    "bulk-delete": bulk("Delete…"),
    "keys": pressed("/secrets/", "Keyboard shortcuts"),
    "me": pressed("/secrets/", "Account:"),
    "secret": of_secret(),
    "secret-list-only": lambda way: way.page(way.secret().page(), "bob"),
    "secret-menu": lambda way: pressed(way.secret().page(), "More actions")(way),
    "secret-broken": at("/s/data-dev/eu-central-1/airflow/connections/crm_api"),
    "secret-variable": at("/s/data-dev/eu-central-1/airflow/variables/report_template"),
    "secret-deleted": pending_deletion,
    "revealed": revealed,
    "revealed-page": revealed_page,
    "edit-fields": of_secret("edit"),
    "edit-raw": of_secret("edit?mode=raw"),
    "edit-wrong": edited("fields", "fivethousand"),
    "edit-refused": edited("raw", "'postgres://a:b@c/d'"),
    "edit-preview": previewed,
    "edit-variable": variable_previewed,
    "edit-variable-refused": variable_refused,
    "conflict": conflict,
    "versions": of_secret("versions"),
    "compare": compared,
    "put-back": put_back,
    "delete": of_secret("delete"),
    "delete-at-once": of_secret("delete?now=1"),
    "tags": of_secret("tags"),
    "details": of_secret("details"),
    "trash": trash,
    "builder": at("/builder/"),
    "builder-pasted": built(CONNECTION, shown="Same everywhere"),
    "builder-shown": built_in_clear,
    "builder-quoted": built(QUOTED, shown="Quotation marks"),
    "builder-unread": built(UNREAD, shown="the form stays as it is"),
    "builder-keys": built(ROTATED, shown="Dropped"),
    "builder-hostile": built(HOSTILE, shown="JSON with the seven portable keys", uri=True),
    "builder-many": built(MANY, shown="setting_39"),
    "builder-wrong": built_wrong,
    "setup": at("/setup/"),
    "setup-mwaa": at(f"/setup/?{SETUP}"),
    "setup-vault": at("/setup/?store=vault&platform=helm&vault_url=https://vault.example:8200&vault_role=airflow"),
    "setup-wrong": set_up_wrong,
    "setup-save": saving_setup,
    "settings-check": at("/setup/check/"),
    "settings-checked": settings_checked,
    "settings-refused": settings_refused,
    "pattern-test": at("/setup/pattern/"),
    "pattern-tried": at("/setup/pattern/?place=deployment:halden-prod&pattern=%5E(snowflake%7Cpostgres)_"),
    "rule": at("/rules/R-24/"),
    "types": at("/types/?q=google"),
    "types-none": at("/types/?q=there-is-no-such-type"),
    "type-menu": pressed("/builder/?type=google_cloud_platform", "Find a connection type"),
    "new-where": at("/secrets/new"),
    "new": new,
    "conflicts": matrix,
    "conflicts-sample": at("/d/halden-prod/conflicts/"),
    "conflicts-open": explained,
    "conflicts-none": at(f"{MATRIX}?q=there-is-no-such-thing"),
    "conflicts-menu": owners,
    "conflicts-nothing": at("/d/", "charlie"),
    "conflict-one": of_clash(),
    "conflict-delete-row": of_clash("delete-row"),
    "conflict-pattern": of_clash("pattern?pattern=%5Eclash"),
    "conflict-adopt": of_clash("adopt"),
    "conflict-environment": at("/d/halden-prod/conflicts/connection/warehouse_readonly/-/environment"),
    "why": at("/why/"),
    "why-not-found": at("/why/?q=BIGQUERY-marketing&deployment=halden-prod"),
    "accounts": at("/settings/accounts/"),
    "accounts-seen": at("/settings/accounts/", "bob"),
    "account": account,
    "account-new": at("/settings/accounts/new/"),
    "account-tested": tested,
    "account-remove": at("/settings/accounts/data-prod/remove/"),
    "prefix": prefix,
    "prefix-new": at("/settings/accounts/data-prod/prefixes/new/"),
    "builder-deployment": builder_of_deployment,
    "deployments": at("/settings/deployments/"),
    "deployments-nothing": at("/settings/deployments/", "charlie"),
    "deployment": at(DEPLOYMENT),
    "deployment-new": at("/settings/deployments/new/"),
    "deployment-wrong": deployment_wrong,
    "deployment-tested": deployment_tested,
    "deployment-grants": at(f"{DEPLOYMENT}grants/"),
    "deployment-sources": at(f"{DEPLOYMENT}sources/"),
    "deployment-source-asked": deployment_source_asked,
    "deployment-files": at(f"{DEPLOYMENT}files/"),
    "deployment-import": at("/settings/deployments/halden-dev/import/"),
    "deployment-proposal": deployment_proposal,
    "deployment-token": deployment_token,
    "deployment-remove": at(f"{DEPLOYMENT}remove/"),
    "audits": audits,
    "audits-nothing": at("/audits/", "charlie"),
    "audit": of_audit(),
    "audit-by-secret": of_audit("?sort=name&state=new&severity=high"),
    "audit-none": of_audit("?owner=there-is-nobody"),
    "audit-running": audit_running,
    "finding": finding,
    "finding-wrong": finding_wrong,
    "schedules": of_schedule("/audits/schedules/"),
    "schedule": of_schedule("/audits/schedules/{schedule}/"),
    "schedule-wrong": schedule_wrong,
    "recipient": of_schedule("/audits/schedules/{schedule}/recipients/{recipient}/"),
    "recipient-mail": of_schedule("/audits/schedules/{schedule}/recipients/{recipient}/mail/"),
    "notifications": of_schedule("/notifications/"),
    "unsubscribe": of_schedule("/unsubscribe/{unsubscribe}/", ""),
    "snooze": of_schedule("/snooze/{snooze}/", ""),
    "activity": at("/activity/"),
    "activity-none": at("/activity/?person=nobody"),
    "people": at("/settings/people/"),
    "person": person,
    "person-new": at("/settings/people/new/"),
    "one-time-link": one_time_link,
    "refused": refused(403, "/settings/people/", "bob"),
    "not-found": refused(404, "/s/data-dev/eu-central-1/airflow/connections/none", "admin"),
    "account-vault": at("/settings/accounts/new/?vendor=vault"),
    "account-google": at("/settings/accounts/new/?vendor=google"),
    "account-azure": at("/settings/accounts/new/?vendor=azure"),
    "prefix-parameters": at("/settings/accounts/data-dev/prefixes/new/?store=parameter-store"),
    "vault-secret": elsewhere("vault-prod"),
    "vault-versions": elsewhere("vault-prod", "versions"),
    "vault-destroy": elsewhere("vault-prod", "version?version=1&change=destroy"),
    "google-secret": elsewhere("google-prod"),
    "stores-trash": after_vendors("/trash/"),
    "stores-list": after_vendors("/secrets/?q=prod"),
}
