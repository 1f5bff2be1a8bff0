"""Why a task does not find an id: every place in words, also for what lies nowhere, and what was nearly it."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.access.models import Grant
from secretsui.inventory.models import Deployment
from tests.conftest import Place, logged_in
from tests.inventory.deployments import halden
from tests.web import deployed
from tests.web.one_secret import OneSecret, text_of
from tests.web.rows import text
from tests.web.test_markup import check_whole

PAGE: Final = "/why/"


@pytest.fixture
def found(place: Place) -> Deployment:
    return deployed.halden_prod(place.connections)


@pytest.fixture
def client(found: Deployment, bob: User) -> Client:
    """Bob, who sees the deployment and lists every prefix."""
    deployed.grant(bob, found)
    return logged_in(bob)


def ask(client: Client, key: str, **more: Any) -> str:
    answer = client.get(PAGE, {"q": key, **more})
    assert answer.status_code == 200
    return text_of(answer)


def test_without_a_question_there_is_one_search_box(client: Client) -> None:
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Connection id or variable key" in text_of(page)
    assert "Step by step" not in text_of(page)
    check_whole(text(page))


def test_an_id_that_lies_nowhere_is_traced_through_every_place(client: Client) -> None:
    page = ask(client, "no/where")
    assert "Not found" in page
    assert "No place has a value that Airflow can use." in page
    assert "Secrets backend data-dev eu-west-1 is asked for airflow/connections/no/where" in page
    assert "Environment is asked for AIRFLOW_CONN_NO/WHERE" in page
    assert "Metadata database is asked for connection.conn_id = no/where" in page
    assert "There is nothing under this name. Airflow goes on." in page
    assert "Set AIRFLOW_CONN_NO/WHERE in the environment" in page


@pytest.mark.parametrize("key", ["-\n", "crm\n", "a/-\n", "-"])
def test_an_id_that_would_bend_an_address_is_traced_as_well(client: Client, key: str) -> None:
    assert "Not found" in ask(client, key)


def test_an_id_that_is_found_says_where(client: Client) -> None:
    page = ask(client, "crm")
    assert "1. Secrets backend wins." in page
    assert "Not found" not in page


def test_what_was_nearly_it_is_linked_with_its_reason(client: Client) -> None:
    page = client.get(PAGE, {"q": "al-one"})
    assert 'href="/s/data-dev/eu-west-1/airflow/connections/alone"' in text(page)
    assert "The spelling is almost the same." in text_of(page)


def test_another_letter_case_is_named_as_such(client: Client) -> None:
    assert "alone The same but for capital letters." in ask(client, "ALONE")


def test_a_secret_under_a_prefix_that_one_may_not_list_stays_unsaid(place: Place, client: Client) -> None:
    halden.secret(place.variables, "hidden_one", "on")
    assert "hidden_one" in ask(client, "hidden-one", kind="variable")
    Grant.objects.all().delete()
    page = ask(client, "hidden-one", kind="variable")
    assert "/s/data-dev/" not in text(client.get(PAGE, {"q": "hidden-one", "kind": "variable"}))
    assert "airflow/variables/hidden_one" not in page


def test_a_variable_is_looked_for_among_variables(client: Client) -> None:
    page = ask(client, "crm", kind="variable")
    assert "airflow/variables/crm" in page
    assert "This id exists as the other kind." in page


def test_all_deployments_answer_unless_some_are_named(found: Deployment, place: Place, bob: User) -> None:
    other = halden.deployment(place.connections, name="second", airflow_version="3.3.2")
    for each in (found, other):
        deployed.grant(bob, each)
    client = logged_in(bob)
    both, one = client.get(PAGE, {"q": "crm"}), client.get(PAGE, {"q": "crm", "deployment": "second"})
    assert text(both).count("Step by step") == 2
    assert text(one).count("Step by step") == 1
    assert "Environment of workers is asked for AIRFLOW_CONN_CRM" in text_of(one)
    server = text_of(client.get(PAGE, {"q": "crm", "deployment": "second", "process": "server"}))
    assert "Environment of workers" not in server
    check_whole(text(both))


def test_many_deployments_are_not_all_worked_out_at_once(place: Place, bob: User) -> None:
    for number in range(7):
        deployed.grant(bob, halden.deployment(place.connections, name=f"number-{number}"))
    page = logged_in(bob).get(PAGE, {"q": "crm"})
    assert text(page).count("Step by step") == 5
    assert "2 more deployments are not shown." in text_of(page)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"q": ""}, "Type the id that is not found."),
        ({"q": "x" * 513}, "No id is longer than 512 characters."),
        ({"q": "crm", "kind": "none"}, "Choose Connection or Variable."),
        ({"q": "crm", "process": "none"}, "Choose tasks, or the API server and scheduler."),
        ({"q": "crm", "deployment": "none"}, "Choose deployments of the list."),
        ({"q": "a\0b"}, "null character"),
    ],
)
def test_a_question_that_cannot_be_asked_is_kept_and_refused(client: Client, asked: dict[str, str], words: str) -> None:
    page = client.get(PAGE, asked)
    assert page.status_code == 422
    assert words in text_of(page)
    check_whole(text(page))


def test_blanks_around_an_id_are_part_of_it(client: Client) -> None:
    assert "airflow/connections/crm" in ask(client, " crm")
    assert "The same but for white space." in ask(client, " crm")


def test_for_an_outsider_no_deployment_is_named(found: Deployment, as_charlie: Client, root: User) -> None:
    page = as_charlie.get(PAGE, {"q": "crm"})
    assert page.status_code == 200
    assert "You cannot see any deployment yet" in text_of(page)
    assert "halden-prod" not in text(page)
    assert as_charlie.get(PAGE, {"q": "crm", "deployment": "halden-prod"}).status_code == 422


def test_it_takes_no_other_method(client: Client) -> None:
    assert client.post(PAGE).status_code == 405


def test_the_matrix_and_the_page_of_an_id_lead_here(client: Client) -> None:
    assert 'href="/why/?deployment=halden-prod"' in text(client.get("/d/halden-prod/conflicts/"))
    page = text(client.get("/d/halden-prod/conflicts/connection/crm"))
    assert 'href="/why/?deployment=halden-prod&amp;kind=connection&amp;q=crm&amp;process=server"' in page


def test_the_page_of_a_secret_leads_here(one: OneSecret, as_bob: Client) -> None:
    one.make()
    page = text(one.get(as_bob))
    assert 'href="/why/?kind=connection&amp;q=postgres_crm"' in page
    check_whole(page)
