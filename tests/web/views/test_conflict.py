"""Why one id has the value that it has: who wins, what was asked, what differs, and what can be done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from secretsui.access.models import DeploymentLevel, Grant
from secretsui.inventory.models import Deployment, LayerState, Prefix
from tests.conftest import Place, logged_in, person
from tests.inventory.deployments import halden
from tests.web import deployed
from tests.web.one_secret import HTMX, text_of
from tests.web.rows import text
from tests.web.test_markup import check, check_whole

PAGE: Final = "/d/halden-prod/conflicts/connection/"


@pytest.fixture
def found(place: Place) -> Deployment:
    return deployed.halden_prod(place.connections)


@pytest.fixture
def client(found: Deployment, alice: User) -> Client:
    """Alice, who fixes the deployment and writes under every prefix."""
    deployed.grant(alice, found, DeploymentLevel.FIX)
    return logged_in(alice)


@pytest.fixture
def reader(found: Deployment, bob: User) -> Client:
    """Bob, who sees the deployment and lists every prefix."""
    deployed.grant(bob, found)
    return logged_in(bob)


def see(client: Client, key: str, query: str = "", **options: Any) -> str:
    page = client.get(f"{PAGE}{key}{query}", **options)
    assert page.status_code == 200
    return text_of(page)


def test_the_winner_and_the_reason_stand_first(client: Client) -> None:
    page = see(client, "crm")
    assert "1. Secrets backend wins." in page
    assert "A place below the winner holds another value, which Airflow never uses." in page


def test_each_place_tells_what_it_was_asked_and_why_airflow_went_on(client: Client) -> None:
    page = see(client, "pending")
    assert "airflow/connections/pending in data-dev eu-west-1" in page
    assert "The secret is deleted, and the store hands it out no more. Airflow goes on." in page
    assert "AIRFLOW_CONN_PENDING" in page
    assert "connection.conn_id = pending Metadata database. There is a value, and Airflow stops here." in page


def test_of_two_accounts_the_second_is_asked_where_the_first_has_nothing(place: Place, alice: User) -> None:
    account = place.account.account_id
    kwargs = {"shared_account": account, "connections_prefix_shared": "shared", "aws_region": "eu-west-2"}
    found = halden.deployment(
        place.connections,
        backend_class=halden.SHARED,
        backend_kwargs=kwargs,
        providers={"apache-airflow-providers-amazon": "8.29.0"},
    )
    shared = Prefix.objects.create(account=place.account, region="eu-west-2", path="shared", kind="connection")
    halden.look(found, shared, place="shared")
    halden.secret(shared, "crm", deployed.URI)
    halden.secret(place.connections, "own", deployed.URI)
    deployed.grant(alice, found)
    client = logged_in(alice)
    crm, own = see(client, "crm"), see(client, "own")
    assert "2. Shared account wins." in crm
    assert "Secrets backend. There is nothing under this name. The backend goes on." in crm
    assert "1. Secrets backend wins." in own
    assert "Shared account. Not asked any more: the same backend has found it in its own account." in own


def test_what_is_not_known_says_why(found: Deployment, client: Client) -> None:
    found.sources.all().delete()
    page = see(client, "spare")
    assert "Environment. No source tells what the environment holds. Whether Airflow stops here is open." in page


def test_each_answer_tells_how_old_it_is(place: Place, client: Client) -> None:
    Prefix.objects.update(as_of=timezone.now() - timedelta(minutes=4))
    assert "As of 4 min ago" in see(client, "no-such-id")


def test_fields_are_compared_and_values_stay_hidden(client: Client) -> None:
    page = see(client, "crm")
    assert "Host •••••••• hidden Different Same" in page
    assert "Login •••••••• hidden Same Same" in page
    assert "s3cret" not in page
    assert "0ther" not in page


def test_the_endpoint_of_a_secret_is_for_those_who_may_list_it(found: Deployment, reader: Client) -> None:
    assert "crm-db.example:5432/crm" in see(reader, "crm")
    Grant.objects.all().delete()
    page = see(reader, "crm")
    assert "crm-db.example:5432/crm" not in page
    assert "The entry of Secrets backend, data-dev is not yours to see." in page
    assert "/s/data-dev/" not in text(reader.get(f"{PAGE}crm"))


def test_a_row_opens_as_a_fragment_of_the_matrix(client: Client) -> None:
    page = client.get(f"{PAGE}crm", headers=HTMX)
    assert text(page).lstrip().startswith('<tr role="row" class="open">')
    assert 'hx-boost="false"' in text(page)
    check(f"<table>{text(page)}</table>")


def test_what_can_be_done_stands_beside_it(client: Client) -> None:
    page = text(client.get(f"{PAGE}crm"))
    assert 'href="/s/data-dev/eu-west-1/airflow/connections/crm"' in page
    for action in ("delete-row", "adopt", "environment"):
        assert f'href="{PAGE}crm/-/{action}?process=server"' in page
    assert "Restore" in text_of(client.get(f"{PAGE}pending")) or "to restore it" in text_of(
        client.get(f"{PAGE}pending")
    )


def test_a_reader_is_told_which_grant_deleting_needs(reader: Client) -> None:
    page = reader.get(f"{PAGE}crm")
    assert "This needs the grant Fix on this deployment." in text_of(page)
    assert "delete-row" not in text(page)
    assert "/-/adopt" not in text(page)


def test_without_a_way_to_airflow_the_command_is_shown(found: Deployment, client: Client) -> None:
    Deployment.objects.filter(pk=found.pk).update(api="exported")
    assert "In Airflow itself: airflow connections delete crm" in see(client, "crm")


def test_a_broken_secret_leads_to_its_editor(place: Place, client: Client) -> None:
    halden.secret(place.connections, "broken", "postgres://u:p@db.example:port/x")
    page = client.get(f"{PAGE}broken")
    assert "Mend the secret" in text_of(page)
    assert 'href="/s/data-dev/eu-west-1/airflow/connections/broken/-/edit"' in text(page)


def test_an_id_out_of_reach_of_the_pattern_leads_to_the_pattern(found: Deployment, client: Client) -> None:
    Deployment.objects.filter(pk=found.pk).update(backend_kwargs={"connections_lookup_pattern": "^aws"})
    page = client.get(f"{PAGE}crm")
    assert "Never looked up" in text_of(page)
    assert f'href="{PAGE}crm/-/pattern?process=server"' in text(page)


def test_a_prefix_of_null_is_named(found: Deployment, client: Client) -> None:
    Deployment.objects.filter(pk=found.pk).update(backend_kwargs={"connections_prefix": None})
    assert "Give the prefix in the backend's kwargs." in see(client, "crm")


def test_a_layer_that_could_not_be_read_leaves_the_winner_open(found: Deployment, place: Place, client: Client) -> None:
    place.connections.records.filter(key="crm").update(read_error="denied", form="", fingerprints={})
    page = see(client, "crm")
    assert "2. Environment wins, unless" in page


def test_an_id_that_lies_nowhere_has_a_page_too(client: Client) -> None:
    page = see(client, "no/where")
    assert "No place has a value that Airflow can use." in page
    assert "Create the secret It has to be called airflow/connections/no/where." in page


def test_tasks_and_server_stand_side_by_side_where_they_differ(place: Place, alice: User) -> None:
    found = deployed.halden_prod(place.connections, airflow_version="3.3.2")
    deployed.grant(alice, found, DeploymentLevel.FIX)
    client = logged_in(alice)
    assert "Tasks and the API server find the same." in see(client, "crm")
    workers = halden.source(found, process="worker")
    halden.setting(workers, "AIRFLOW_CONN_SPARE", deployed.OLD)
    page = see(client, "spare")
    assert "2. Environment of workers wins." in page
    assert "3. Metadata database wins." in page
    assert "do not find the same" in see(client, "spare", headers=HTMX)


def test_a_variable_is_explained_as_a_whole(found: Deployment, place: Place, client: Client) -> None:
    halden.secret(place.variables, "flag", "on")
    halden.row(found, "flag", "off", kind="variable")
    page = client.get("/d/halden-prod/conflicts/variable/flag")
    assert "The whole text •••••••• hidden Different" in text_of(page)
    assert "variable.key = flag" in text_of(page)


def test_values_under_another_key_are_not_compared(found: Deployment, client: Client) -> None:
    found.entries.update(fingerprint_key="another")
    page = see(client, "crm")
    assert "Shadowed, cannot compare" in page


@pytest.mark.parametrize("key", ["crm", "pending", "spare", "no/where"])
def test_the_markup_is_sound(client: Client, key: str) -> None:
    check_whole(text(client.get(PAGE + key)))


def test_someone_with_no_prefix_at_all_sees_the_chain(found: Deployment, db: None) -> None:
    eve = person("eve")
    deployed.grant(eve, found)
    assert "1. Secrets backend wins." in see(logged_in(eve), "crm")


def test_what_was_never_read_is_not_called_absent(found: Deployment, client: Client) -> None:
    LayerState.objects.filter(deployment=found).delete()
    found.entries.filter(layer="metastore").delete()
    page = see(client, "alone")
    assert "The metadata database has never been read." in page
