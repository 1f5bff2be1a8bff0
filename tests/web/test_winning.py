"""Where a secret wins: on its page, in its editor, and for one that is about to be made."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.core.sensitive import MASK
from secretsui.inventory.models import Deployment, Prefix
from tests.aws import Aws
from tests.conftest import Place, logged_in
from tests.inventory.deployments import halden
from tests.web.deployed import grant
from tests.web.one_secret import CANARY, URI, OneSecret, text_of

OTHER = "postgres://reader:0ther@crm-old.example:5432/crm"


@pytest.fixture
def one(aws: Aws, live_place: Place) -> OneSecret:
    return OneSecret(aws, live_place, live_place.connections).make()


@pytest.fixture
def editor(alice: User) -> Client:
    return logged_in(alice, recently=True)


@pytest.fixture
def deployment(one: OneSecret, alice: User, bob: User) -> Deployment:
    found = halden.deployment(one.prefix)
    halden.read(found)
    halden.source(found, label="server.env")
    for user in (alice, bob):
        grant(user, found)
    return found


def test_its_page_says_where_it_wins_and_what_it_hides(one: OneSecret, deployment: Deployment, as_bob: Client) -> None:
    halden.setting(deployment.sources.get(), "AIRFLOW_CONN_POSTGRES_CRM", URI)
    halden.row(deployment, "postgres_crm", OTHER)
    page = text_of(one.get(as_bob))
    assert "halden-prod This secret wins" in page[page.index("Where it wins") :]
    assert "It hides Environment (the same) and Metadata database (different)." in page
    assert "1. Secrets backend Wins airflow/connections/postgres_crm" in page
    assert "3. Metadata database Shadowed, different" in page
    assert CANARY not in one.get(as_bob).content.decode()


def test_its_page_says_who_comes_before_it(one: OneSecret, deployment: Deployment, as_bob: Client) -> None:
    """A shared account behind one's own, which has the same id."""
    deployment.backend_class = halden.SHARED
    deployment.backend_kwargs = {
        "connections_prefix": "of/its/own",
        "shared_account": one.prefix.account.account_id,
        "aws_region": one.prefix.region,
    }
    deployment.providers = {"apache-airflow-providers-amazon": "8.29.0"}
    deployment.save()
    halden.look(deployment, one.prefix, place="shared")
    own = one.prefix.account.prefixes.create(region=one.prefix.region, path="of/its/own", kind="connection")
    halden.secret(own, "postgres_crm", OTHER)
    Prefix.objects.filter(pk=own.pk).update(as_of=halden.NOON, complete=True)
    assert "Shadowed, different Secrets backend comes first, so this value is not used." in text_of(one.get(as_bob))


def test_a_secret_that_is_never_looked_up_says_so(one: OneSecret, deployment: Deployment, as_bob: Client) -> None:
    deployment.backend_kwargs = {"connections_lookup_pattern": "^only_this"}
    deployment.save()
    page = text_of(one.get(as_bob))
    assert "halden-prod Never looked up No place has a value that Airflow can use." in page


def test_processes_that_find_different_values_have_a_chain_each(
    one: OneSecret, deployment: Deployment, as_bob: Client
) -> None:
    deployment.airflow_version = "3.3.2"
    deployment.worker_backend_class = "airflow.secrets.local_filesystem.LocalFilesystemBackend"
    deployment.save()
    halden.setting(halden.source(deployment, process="worker"), "AIRFLOW_CONN_POSTGRES_CRM", OTHER)
    page = text_of(one.get(as_bob))
    assert page.index("halden-prod Tasks") < page.index("halden-prod API server and scheduler This secret wins")


def test_deployments_without_a_grant_or_that_look_elsewhere_are_not_told_of(
    one: OneSecret, deployment: Deployment, as_bob: Client, bob: User
) -> None:
    hidden = halden.deployment(one.prefix, "halden-hidden")
    elsewhere = Deployment.objects.create(name="halden-elsewhere", api="none")
    grant(bob, elsewhere)
    page = text_of(one.get(as_bob))
    card = page[page.index("Where it wins") : page.index("Connection Type")]
    assert hidden.name not in page
    assert elsewhere.name not in card


def test_without_a_deployment_there_is_nothing_to_say(one: OneSecret, as_bob: Client) -> None:
    assert "Where it wins" not in text_of(one.get(as_bob))


def test_the_editor_says_what_the_new_value_will_hide(one: OneSecret, deployment: Deployment, editor: Client) -> None:
    halden.row(deployment, "postgres_crm", OTHER)
    assert "It hides Metadata database (different)." in text_of(one.get(editor, "edit"))

    sent = {**one.form(editor), "mode": "raw", "text": OTHER, "action": "preview"}
    typed = one.post(editor, "edit", sent)
    assert "Once it is saved halden-prod This secret wins It hides Metadata database (the same)." in text_of(typed)


def test_a_preview_that_lacks_hidden_values_compares_nothing(
    one: OneSecret, deployment: Deployment, editor: Client
) -> None:
    halden.row(deployment, "postgres_crm", OTHER)
    page = text_of(one.post(editor, "preview", one.form(editor), htmx=True))
    assert "Once it is saved halden-prod" in page
    assert "Metadata database (the same)" not in page
    assert "Metadata database (different)" not in page


def test_a_new_secret_says_what_it_will_hide_before_it_is_there(
    one: OneSecret, deployment: Deployment, editor: Client
) -> None:
    halden.row(deployment, "brand_new", OTHER)
    sent = {"prefix": str(one.prefix.pk), "mode": "raw", "text": OTHER, "key": "brand_new"}
    page = text_of(editor.post("/secrets/new/-/preview", sent, headers={"HX-Request": "true"}))
    assert "Once it is saved halden-prod This secret wins It hides Metadata database (the same)." in page
    assert MASK not in page


@pytest.mark.parametrize("key", ["", "\0", "x" * 600, "\ud800", "a/../b"])
def test_any_id_can_be_typed(one: OneSecret, deployment: Deployment, editor: Client, key: str) -> None:
    sent = {"prefix": str(one.prefix.pk), "mode": "raw", "text": OTHER, "key": key.encode("utf-8", "replace").decode()}
    assert editor.post("/secrets/new/-/preview", sent, headers={"HX-Request": "true"}).status_code == 200
