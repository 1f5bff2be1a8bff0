"""What is done about a conflict: a row deleted through Airflow's API, a pattern tried, a line copied or taken out."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.access.models import AccessEvent, DeploymentLevel
from secretsui.inventory.models import Deployment, LayerEntry
from tests import airflow_double
from tests.airflow.answering import Cut, Reply
from tests.airflow_double import Airflow
from tests.conftest import PASSWORD, Place, logged_in
from tests.inventory.deployments import halden
from tests.web import deployed
from tests.web.one_secret import OneSecret, form_of, text_of
from tests.web.rows import text
from tests.web.test_markup import check_whole

PAGE: Final = "/d/many-ids/conflicts/connection/crm"
DELETE: Final = f"{PAGE}/-/delete-row"
LINE: Final = f"AIRFLOW_CONN_CRM='{deployed.OLD}'"


@pytest.fixture
def airflow(monkeypatch: pytest.MonkeyPatch) -> Airflow:
    monkeypatch.setenv("SECRETSUI_CREDENTIAL_DOUBLE", f"admin:{airflow_double.PASSWORD}")
    return Airflow([airflow_double.connection("crm", host="old.example"), airflow_double.connection("spare")])


@pytest.fixture
def url(airflow: Airflow) -> Iterator[str]:
    with airflow_double.running(airflow) as server:
        yield server.url


@pytest.fixture
def found(place: Place, url: str) -> Deployment:
    found = deployed.of_airflow_3(place.connections, url)
    halden.secret(place.connections, "crm", deployed.URI)
    halden.row(found, "crm", deployed.OLD)
    halden.row(found, "spare", deployed.OLD)
    deployed.resolve(found)
    return found


@pytest.fixture
def client(found: Deployment, alice: User) -> Client:
    """Alice, who fixes the deployment and has just typed her password."""
    deployed.grant(alice, found, DeploymentLevel.FIX)
    return logged_in(alice, recently=True)


@pytest.fixture
def reader(found: Deployment, bob: User) -> Client:
    deployed.grant(bob, found)
    return logged_in(bob, recently=True)


def seen(page: Any) -> dict[str, str]:
    """What the form of the confirmation sends."""
    return {"seen": re.findall(r'name="seen" value="([^"]+)"', text(page))[0], "process": "task"}


def rows(airflow: Airflow) -> list[str]:
    return [str(row["connection_id"]) for row in airflow.connections]


def test_the_confirmation_shows_the_row_as_it_is_now_and_what_wins_then(client: Client) -> None:
    page = client.get(DELETE)
    assert page.status_code == 200
    said = text_of(page)
    assert "1. Secrets backend of workers still wins, so nothing changes for Airflow." in said
    assert "Secrets backend still wins" in said
    assert "Endpoint old.example" in said
    check_whole(text(page))


def test_after_the_confirmation_the_row_is_gone_and_the_id_looked_at_again(client: Client, airflow: Airflow) -> None:
    answer = client.post(DELETE, seen(client.get(DELETE)))
    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?process=task")
    assert rows(airflow) == ["spare"]
    after = text_of(client.get(answer["Location"]))
    assert "crm deleted from the metadata database of many-ids." in after
    assert "5. Metadata database Not here" in after
    events = AccessEvent.objects.filter(action="delete-row").values_list("name", "outcome", "deployment")
    assert list(events) == [("crm", "allowed", "many-ids")]


def test_of_two_processes_each_is_told_what_wins_then(place: Place, found: Deployment, client: Client) -> None:
    workers = halden.source(found, process="worker")
    halden.setting(workers, "AIRFLOW_CONN_SPARE", deployed.URI)
    said = text_of(client.get("/d/many-ids/conflicts/connection/spare/-/delete-row"))
    assert "Tasks: 2. Environment of workers still wins, so nothing changes for Airflow." in said
    assert "API server and scheduler: Nothing has this id then" in said


def test_a_row_that_changed_since_it_was_shown_is_not_deleted(client: Client, airflow: Airflow) -> None:
    sent = seen(client.get(DELETE))
    airflow.connections[0] = airflow_double.connection("crm", host="new.example")
    answer = client.post(DELETE, sent)
    assert answer.status_code == 409
    assert "The row changed since it was shown to you." in text_of(answer)
    assert "new.example" in text_of(answer)
    assert rows(airflow) == ["crm", "spare"]


def test_a_row_that_is_gone_already_is_no_failure(client: Client, airflow: Airflow) -> None:
    del airflow.connections[0]
    answer = client.get(DELETE)
    assert answer["Location"] == f"{PAGE}?process=task"
    assert "crm is not in the metadata database any more." in text_of(client.get(answer["Location"]))
    assert not LayerEntry.objects.filter(name="crm", layer="metastore").exists()


def test_an_airflow_that_does_not_answer_leaves_the_row_open(client: Client, airflow: Airflow) -> None:
    sent = seen(client.get(DELETE))
    airflow.instead["/connections/crm"] = Cut
    answer = client.post(DELETE, sent)
    assert answer.status_code == 502
    assert "It is not known to be deleted." in text_of(answer)
    assert text(answer).count("Delete the row<") == 0
    check_whole(text(answer))


def test_an_airflow_that_refuses_says_so(client: Client, airflow: Airflow) -> None:
    airflow.instead["/connections/crm"] = Reply(403, {"detail": "Forbidden"})
    answer = client.get(DELETE)
    assert answer.status_code == 502
    assert "Airflow does not let this user do that." in text_of(answer)


def test_without_a_way_to_airflow_nothing_is_promised(found: Deployment, client: Client) -> None:
    Deployment.objects.filter(pk=found.pk).update(api="exported")
    answer = client.get(DELETE)
    assert answer.status_code == 422
    assert "Delete the row in Airflow itself." in text_of(answer)


def test_deleting_asks_for_the_password_first(found: Deployment, alice: User, airflow: Airflow) -> None:
    deployed.grant(alice, found, DeploymentLevel.FIX)
    client = logged_in(alice)
    for answer in (client.get(DELETE), client.post(DELETE, {"seen": "x"})):
        assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert rows(airflow) == ["crm", "spare"]
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def test_a_reader_may_not_delete(reader: Client, airflow: Airflow) -> None:
    for answer in (reader.get(DELETE), reader.post(DELETE, {"seen": "x"})):
        assert answer.status_code == 403
        assert "Fix" in text_of(answer)
    assert rows(airflow) == ["crm", "spare"]


ACTIONS: Final = ("delete-row", "pattern", "adopt", "environment")


@pytest.mark.parametrize("action", ACTIONS)
def test_for_an_outsider_there_is_no_such_page(found: Deployment, charlie: User, action: str) -> None:
    assert logged_in(charlie, recently=True).get(f"{PAGE}/-/{action}").status_code == 404


@pytest.mark.parametrize("action", ACTIONS)
def test_what_can_be_no_id_is_not_found(client: Client, action: str) -> None:
    for path in (f"none/crm/-/{action}", f"connection/{'x' * 513}/-/{action}"):
        assert client.get(f"/d/many-ids/conflicts/{path}").status_code == 404


@pytest.mark.parametrize("action", ["pattern", "environment"])
def test_what_only_shows_takes_nothing(client: Client, action: str) -> None:
    assert client.post(f"{PAGE}/-/{action}").status_code == 405


@pytest.fixture
def narrowed(found: Deployment) -> Deployment:
    """The pattern leaves `crm` out."""
    kwargs = {"connections_prefix": "airflow/connections", "connections_lookup_pattern": "^aws", "role_arn": "••••••••"}
    Deployment.objects.filter(pk=found.pk).update(backend_kwargs=kwargs)
    return found


def test_the_pattern_as_it_is_and_one_that_would_do(narrowed: Deployment, reader: Client) -> None:
    page = reader.get(f"{PAGE}/-/pattern")
    assert "connections_lookup_pattern ^aws" in text_of(page)
    assert "?pattern=%5Eaws%7Ccrm%24&amp;process=task" in text(page)
    check_whole(text(page))


def test_a_pattern_that_matches_comes_with_the_lines_to_change(narrowed: Deployment, reader: Client) -> None:
    page = text_of(reader.get(f"{PAGE}/-/pattern", {"pattern": "^(aws|crm)"}))
    assert "Matches this id" in page
    assert 'AIRFLOW__SECRETS__BACKEND_KWARGS=\'{"connections_prefix": "airflow/connections"' in page
    assert '"connections_lookup_pattern": "^(aws|crm)"' in page
    assert "[secrets] backend_kwargs = " in page
    assert "AIRFLOW__SECRETS__BACKEND_KWARG__CONNECTIONS_LOOKUP_PATTERN='^(aws|crm)'" in page
    assert "Dots stand for kwargs that are secret" in page


def test_a_pattern_that_does_not_match_says_so(narrowed: Deployment, reader: Client) -> None:
    page = text_of(reader.get(f"{PAGE}/-/pattern", {"pattern": "^gcs"}))
    assert "Does not match this id" in page
    assert "AIRFLOW__SECRETS__BACKEND_KWARGS" not in page


def test_no_pattern_at_all_is_a_proposal_too(narrowed: Deployment, reader: Client) -> None:
    page = text_of(reader.get(f"{PAGE}/-/pattern", {"pattern": ""}))
    assert "Matches this id" in page


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(", "This is no valid regular expression."),
        ("(a+)+$", "too intricate"),
        ("a*b*c*d*", "too intricate"),
        ("((a+))+$", "too intricate"),
        ("(a|a)" * 40, "too intricate"),
        ("x" * 301, "at most 300 characters"),
    ],
)
def test_a_pattern_that_cannot_be_tried_is_kept_and_refused(reader: Client, pattern: str, words: str) -> None:
    page = reader.get(f"{PAGE}/-/pattern", {"pattern": pattern})
    assert page.status_code == 422
    assert words in text_of(page)
    assert f'value="{pattern}"' in text(page)


@pytest.mark.parametrize(("platform", "words"), [("mwaa", "secrets.backend_kwargs ="), ("plain", "[secrets]")])
def test_the_lines_are_those_of_the_platform(narrowed: Deployment, reader: Client, platform: str, words: str) -> None:
    Deployment.objects.filter(pk=narrowed.pk).update(platform=platform)
    assert words in text_of(reader.get(f"{PAGE}/-/pattern", {"pattern": "crm"}))


def test_the_workers_own_pattern_is_changed_where_it_is_set(found: Deployment, reader: Client) -> None:
    Deployment.objects.filter(pk=found.pk).update(
        worker_backend_class=halden.SECRETS_MANAGER, worker_backend_kwargs={"connections_lookup_pattern": "^aws"}
    )
    page = text_of(reader.get(f"{PAGE}/-/pattern", {"pattern": "crm", "process": "task"}))
    assert "AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS=" in page


ADOPT: Final = f"{PAGE}/-/adopt"


def test_the_line_is_asked_for_by_its_name(client: Client) -> None:
    page = client.get(ADOPT)
    assert "The line of AIRFLOW_CONN_CRM" in text_of(page)
    check_whole(text(page))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "Paste the line that sets the variable, or its value."),
        ("AIRFLOW_CONN_OTHER=postgres://u:hush@h/db", "Paste the line of AIRFLOW_CONN_CRM."),
        ("just hush words", "This is no URI, no JSON and no command that holds one."),
    ],
)
def test_a_line_that_is_not_the_one_is_kept_and_refused(client: Client, line: str, words: str) -> None:
    page = client.post(ADOPT, {"line": line})
    assert page.status_code == 422
    assert words in text_of(page)
    assert line in text(page)
    check_whole(text(page))


def test_a_line_becomes_the_form_of_a_new_version(one: OneSecret, alice: User) -> None:
    one.key = "crm"
    one.make(deployed.URI)
    found = halden.deployment(one.prefix)
    halden.setting(halden.source(found), "AIRFLOW_CONN_CRM", deployed.OLD)
    deployed.grant(alice, found)
    client = logged_in(alice, recently=True)
    page = client.post("/d/halden-prod/conflicts/connection/crm/-/adopt", {"line": LINE})
    assert "As a new version of the secret" in text_of(page)
    check_whole(text(page))
    form = client.post(one.url("edit"), hidden(page))
    assert form.status_code == 200
    assert form_of(text(form))["text"] == deployed.OLD
    assert form_of(text(form))["base_version"] == one.version
    assert one.value == deployed.URI


def test_a_store_that_does_not_answer_leaves_the_line_where_it_was_typed(client: Client) -> None:
    page = client.post(ADOPT, {"line": LINE})
    assert page.status_code == 502
    assert "AIRFLOW_CONN_CRM=" in text(page)
    assert html.escape(LINE) in text(page)
    assert "Read the line" in text_of(page)


def hidden(page: Any) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text(page))
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


@pytest.mark.parametrize("line", [LINE, f"export {LINE}", deployed.OLD])
def test_a_line_becomes_the_form_of_a_new_secret(place: Place, found: Deployment, client: Client, line: str) -> None:
    place.connections.records.all().delete()
    page = client.post(ADOPT, {"line": line})
    assert "As a new secret" in text_of(page)
    sent = hidden(page)
    assert (sent["key"], sent["text"], sent["prefix"]) == ("crm", deployed.OLD, str(place.connections.pk))
    form = client.post("/secrets/new", sent)
    assert form.status_code == 200
    assert form_of(text(form))["text"] == deployed.OLD
    assert form_of(text(form))["key"] == "crm"


@pytest.mark.parametrize(("line", "status"), [("AIRFLOW_VAR_FLAG=on", 200), ("AIRFLOW_VAR_OTHER=on", 422), ("on", 422)])
def test_a_variable_is_taken_from_the_line_that_names_it(client: Client, line: str, status: int) -> None:
    page = client.post("/d/many-ids/conflicts/variable/flag/-/adopt", {"line": line})
    assert page.status_code == status
    if status == 200:
        assert hidden(page)["text"] == "on"


def test_who_may_not_write_there_is_told_so(reader: Client) -> None:
    page = reader.post(ADOPT, {"line": LINE})
    assert page.status_code == 403
    assert "needs the grant Write" in text_of(page)
    assert "0ther" not in text(page)


def test_what_to_take_out_is_named_with_its_source_and_line(found: Deployment, reader: Client) -> None:
    halden.setting(found.sources.get(), "AIRFLOW_CONN_CRM", deployed.OLD, line=7)
    page = reader.get(f"{PAGE}/-/environment")
    assert "AIRFLOW_CONN_CRM Env file prod.env 7 All processes" in text_of(page)
    check_whole(text(page))


def test_an_environment_without_the_name_has_nothing_to_take_out(reader: Client) -> None:
    assert "No source sets this name" in text_of(reader.get(f"{PAGE}/-/environment"))
