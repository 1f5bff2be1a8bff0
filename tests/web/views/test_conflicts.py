"""The matrix of a deployment: who sees it, what it leaves out, how it is filtered, renewed and exported."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from secretsui.audits.models import StoredFinding
from secretsui.inventory.models import Check, Deployment, LayerState, Prefix, ResolvedRow
from tests.conftest import Place, logged_in
from tests.inventory.deployments import halden
from tests.web import audited, deployed
from tests.web.one_secret import HTMX
from tests.web.one_secret import text_of as words
from tests.web.rows import ids, text
from tests.web.test_markup import check, check_whole

PAGE: Final = "/d/halden-prod/conflicts/"


@pytest.fixture
def found(place: Place) -> Deployment:
    return deployed.halden_prod(place.connections)


@pytest.fixture
def client(found: Deployment, bob: User) -> Client:
    """Bob, who sees the deployment and lists every prefix."""
    deployed.grant(bob, found)
    return logged_in(bob)


def cells(page: Any, key: str) -> str:
    """What the row of this id says."""
    rows = re.findall(r"<tr.*?</tr>", text(page), re.DOTALL)
    row = next(row for row in rows if f">{key}</a>" in row)
    return " ".join(re.sub(r"<[^>]*>", " ", row).split())


def test_conflicts_come_worst_first_with_the_layers_in_lookup_order(client: Client) -> None:
    page = client.get(PAGE)
    assert ids(page) == ["crm", "pending"]
    assert cells(page, "crm") == "crm Postgres Wins Shadowed, different Shadowed, same Different"
    assert cells(page, "pending") == "pending Postgres Deletion pending Not here Wins Falls through"
    heads = re.findall(r'<th role="columnheader"[^>]*>(\d\. [^<]*)', text(page))
    assert heads == ["1. Secrets backend", "2. Environment", "3. Metadata database"]


def test_ids_without_a_conflict_are_shown_when_asked_or_searched_for(client: Client) -> None:
    assert "Show ids without conflict" in words(client.get(PAGE))
    assert ids(client.get(f"{PAGE}?all=1")) == ["crm", "pending", "alone", "spare"]
    assert ids(client.get(f"{PAGE}?q=spare")) == ["spare"]
    assert ids(client.get(f"{PAGE}?conflict=none")) == ["alone", "spare"]


@pytest.mark.database
@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("conflict=different&conflict=falls-through", ["crm", "pending"]),
        ("conflict=different", ["crm"]),
        ("winner=metastore", ["pending"]),
        ("owner=mara", ["crm"]),
        ("owner=-", ["pending"]),
        ("kind=variable", []),
        ("kind=no-such-kind", []),
        ("all=1&sort=-key", ["spare", "pending", "crm", "alone"]),
        ("page=junk&sort=junk", ["crm", "pending"]),
        ("page=99", ["crm", "pending"]),
        ("process=task", ["crm", "pending"]),
    ],
)
def test_filters_and_order(client: Client, query: str, left: list[str]) -> None:
    page = client.get(f"{PAGE}?{query}")
    assert page.status_code == 200
    assert ids(page) == left


def test_counts_filter_and_say_what_there_is(client: Client) -> None:
    page = text(client.get(f"{PAGE}?kind=connection"))
    assert re.search(r'<a href="\?kind=connection&amp;conflict=different"><b>1</b>', page)
    assert re.search(r'<a href="\?kind=connection&amp;conflict=none"><b>2</b>', page)


def test_a_chosen_count_is_given_up_by_a_second_click(client: Client) -> None:
    page = text(client.get(f"{PAGE}?conflict=different"))
    assert re.search(r'<a href="\?" aria-current="true"><b>1</b>', page)


def test_fifty_rows_make_a_page_and_the_rest_follows(client: Client, found: Deployment) -> None:
    deployed.many(found, 300)
    page = client.get(PAGE)
    assert len(ids(page)) == 50
    assert "1–50 of 62" in words(page)
    assert len(ids(client.get(f"{PAGE}?page=2"))) == 12


@pytest.mark.database
@pytest.mark.parametrize("number", [10, 5_000])
def test_the_queries_do_not_grow_with_the_ids(client: Client, found: Deployment, number: int) -> None:
    deployed.many(found, number)
    client.get(PAGE)
    for url in (PAGE, f"{PAGE}?q=warehouse_0004", f"{PAGE}?conflict=different&owner=team-5"):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(url).status_code == 200
        assert len(asked) <= 17


def test_a_page_of_fifty_rows_and_five_layers_is_light(place: Place, bob: User) -> None:
    found = halden.deployment(place.connections, airflow_version="3.3.2")
    deployed.grant(bob, found)
    deployed.many(found, 300, "task", columns=5)
    page = logged_in(bob).get(PAGE)
    assert len(ids(page)) == 50
    assert len(page.content) < 60_000


def test_a_search_is_answered_by_the_rows_alone(client: Client) -> None:
    page = client.get(f"{PAGE}?q=crm", headers=HTMX)
    assert page["HX-Push-Url"] == f"{PAGE}?q=crm"
    assert "<html" not in text(page)
    assert ids(page) == ["crm"]
    check(text(page))


def test_airflow_3_has_a_chain_for_tasks_and_one_for_the_server(place: Place, bob: User) -> None:
    found = halden.deployment(place.connections, airflow_version="3.3.2")
    deployed.grant(bob, found)
    deployed.many(found, 5, "task", columns=5)
    deployed.many(found, 5, "server", columns=3)
    client = logged_in(bob)
    tasks, server = client.get(PAGE), client.get(f"{PAGE}?process=server")
    assert "1. Secrets backend of workers" in words(tasks)
    assert "1. Secrets backend data-dev" in words(server)
    assert 'href="/d/halden-prod/conflicts/connection/postgres_warehouse_00000?process=server"' in text(server)


def test_airflow_2_has_no_choice_of_processes(client: Client) -> None:
    assert "Who looks" not in text(client.get(PAGE))


def test_each_column_tells_its_age_or_that_it_has_none(client: Client, found: Deployment) -> None:
    LayerState.objects.filter(deployment=found).update(as_of=timezone.now() - timedelta(minutes=4))
    found.sources.all().delete()
    page = words(client.get(PAGE))
    assert "3. Metadata database 4 min ago" in page
    assert "2. Environment Never read" in page
    assert ", incomplete" in page


def test_a_layer_that_could_not_be_read_says_why_and_what_to_do(client: Client, found: Deployment) -> None:
    given = {"problem": "Airflow does not accept these credentials.", "remedy": "Check the user.", "code": "401"}
    LayerState.objects.filter(deployment=found, kind="connection").update(**given)
    page = words(client.get(PAGE))
    said = "Metadata database, connections: Airflow does not accept these credentials. Check the user. 401"
    assert said in page
    assert "What is shown is from" in page


def test_a_prefix_that_could_not_be_read_is_told_by_its_account_alone(client: Client, place: Place) -> None:
    """Who sees the deployment need not be allowed to know of the prefix."""
    given = {"problem": "Access to Secrets Manager is denied.", "remedy": "Grant it.", "complete": False}
    Prefix.objects.create(account=place.account, region=place.connections.region, path="airflow/secluded")
    Prefix.objects.update(**given)
    page = words(client.get(PAGE))
    assert page.count("data-dev: Access to Secrets Manager is denied. Grant it.") == 1
    assert "secluded" not in page


def test_a_check_that_failed_as_a_whole_is_told(client: Client, found: Deployment) -> None:
    Check.objects.create(deployment=found, state="failed", problem="No worker took this check up.", remedy="See to it.")
    assert "The last check: No worker took this check up. See to it." in words(client.get(PAGE))


def test_settings_that_changed_since_are_told(client: Client, found: Deployment) -> None:
    Deployment.objects.filter(pk=found.pk).update(changed_at=timezone.now() + timedelta(minutes=1))
    assert "What this was worked out from has changed since" in words(client.get(PAGE))


def test_a_matrix_that_is_old_is_told(client: Client, found: Deployment) -> None:
    long_ago = timezone.now() - timedelta(hours=5)
    Deployment.objects.filter(pk=found.pk).update(resolved_at=long_ago, changed_at=long_ago)
    assert "This was last checked 5 h ago" in words(client.get(PAGE))


def test_rows_made_of_other_layers_than_there_are_now_claim_nothing(client: Client, found: Deployment) -> None:
    ResolvedRow.objects.filter(deployment=found, key="crm").update(cells=[{"state": "wins"}])
    assert cells(client.get(PAGE), "crm") == "crm Postgres Not known Not known Not known Different"


def test_checking_again_queues_one_check_and_comes_back(
    client: Client, found: Deployment, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    for _ in range(2):
        answer = client.post(f"{PAGE}-/check", {"next": f"{PAGE}?q=crm"})
        assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?q=crm")
    assert found.checks.count() == 1
    page = client.get(PAGE)
    assert "Checking halden-prod." in words(page)
    assert 'hx-trigger="every 2s"' in text(page)


def test_checking_again_leads_to_no_other_site(client: Client) -> None:
    assert client.post(f"{PAGE}-/check", {"next": "https://evil.example/"})["Location"] == PAGE


def test_progress_asks_for_itself_until_the_check_has_ended(client: Client, found: Deployment) -> None:
    check_ = Check.objects.create(deployment=found, state="running", rows=120)
    under_way = client.get(f"{PAGE}-/progress", headers=HTMX)
    assert "120 rows read" in words(under_way)
    assert 'hx-trigger="every 2s"' in text(under_way)
    Check.objects.filter(pk=check_.pk).update(state="done")
    ended = client.get(f"{PAGE}-/progress", headers=HTMX)
    assert "Checked." in words(ended)
    assert "hx-trigger" not in text(ended)
    Check.objects.filter(pk=check_.pk).update(state="partial", problem="It broke off.")
    assert "Checked, but not completely. The last check: It broke off." in words(
        client.get(f"{PAGE}-/progress", headers=HTMX)
    )


def test_progress_opened_by_hand_is_the_matrix(client: Client) -> None:
    assert client.get(f"{PAGE}-/progress")["Location"] == PAGE


def lines(page: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(page.streaming_content).decode())))


def test_the_filtered_matrix_as_csv_without_values(client: Client) -> None:
    head, row = lines(client.get(f"{PAGE}-/export?conflict=different"))
    assert head[:5] == ["deployment", "process", "kind", "id", "conflict"]
    assert row[2:6] == ["connection", "crm", "different", "backend"]
    assert row[-3:] == ["wins", "shadowed; different; host password", "shadowed; same"]


def test_csv_is_safe_to_open_in_a_spreadsheet(client: Client, found: Deployment) -> None:
    ResolvedRow.objects.filter(deployment=found, key="crm").update(key="=cmd|' /C calc'!A0")
    assert lines(client.get(f"{PAGE}-/export?conflict=different"))[1][3].startswith("'=cmd")


@pytest.mark.database
def test_the_filtered_matrix_as_json(client: Client) -> None:
    page = client.get(f"{PAGE}-/export?as=json&all=1")
    found = json.loads(b"".join(page.streaming_content))
    assert found["incomplete"] == ""
    assert [row["id"] for row in found["rows"]] == ["crm", "pending", "alone", "spare"]
    assert found["rows"][0]["layers"]["environment"]["fields"] == ["host", "password"]


def test_exports_say_on_the_first_line_that_something_is_missing(client: Client, found: Deployment) -> None:
    found.sources.all().delete()
    assert lines(client.get(f"{PAGE}-/export"))[0] == ["INCOMPLETE: Environment"]
    first = b"".join(client.get(f"{PAGE}-/export?as=json").streaming_content).decode().splitlines()[0]
    assert first == '{"incomplete": "INCOMPLETE: Environment",'


def test_a_deployment_that_was_never_checked_says_so(client: Client, found: Deployment) -> None:
    ResolvedRow.objects.all().delete()
    Deployment.objects.filter(pk=found.pk).update(resolved_at=None)
    page = client.get(PAGE)
    assert "This deployment has not been checked yet" in words(page)
    assert lines(client.get(f"{PAGE}-/export"))[0] == ["INCOMPLETE: this deployment has not been checked yet"]


def test_a_deployment_with_nothing_in_it_says_so(client: Client, found: Deployment) -> None:
    ResolvedRow.objects.all().delete()
    Deployment.objects.filter(pk=found.pk).update(summary={})
    assert "Nothing found" in words(client.get(PAGE))


def test_no_conflict_is_only_claimed_where_everything_was_read(client: Client, found: Deployment) -> None:
    ResolvedRow.objects.exclude(conflict="none").delete()
    assert "No conflicts Every id has one value" in words(client.get(PAGE))
    found.sources.all().delete()
    assert "No conflict is known Not everything could be read: Environment." in words(client.get(PAGE))


def test_filters_that_leave_nothing_offer_a_way_back(client: Client) -> None:
    assert "No id matches these filters Searched 4 ids" in words(client.get(f"{PAGE}?kind=variable"))
    assert "a conflict that does not exist" in words(client.get(f"{PAGE}?conflict=none-such"))


def test_the_start_is_the_first_deployment_that_one_sees(client: Client, place: Place, bob: User) -> None:
    halden.deployment(place.connections, name="another")
    assert client.get("/d/")["Location"] == PAGE


def test_without_any_deployment_there_is_who_to_ask(as_charlie: Client, root: User) -> None:
    assert "You cannot see any deployment yet" in words(as_charlie.get("/d/"))
    assert "Who can give it: root." in words(as_charlie.get("/d/"))
    assert "No deployment yet" in words(logged_in(root).get("/d/"))


ROUTES: Final = ("", "-/progress", "-/export", "connection/crm")


@pytest.mark.parametrize("path", ROUTES)
def test_for_an_outsider_there_is_no_such_deployment(found: Deployment, as_charlie: Client, path: str) -> None:
    assert as_charlie.get(PAGE + path).status_code == 404
    assert as_charlie.post(f"{PAGE}-/check").status_code == 404
    assert found.checks.count() == 0


def test_administering_shows_no_deployment(found: Deployment, root: User) -> None:
    assert logged_in(root).get(PAGE).status_code == 404


@pytest.mark.parametrize("path", ["/d/none/conflicts/", f"{PAGE}none/crm", f"{PAGE}connection/{'x' * 513}"])
def test_what_cannot_be_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_each_page_takes_its_own_method_only(client: Client) -> None:
    assert client.get(f"{PAGE}-/check").status_code == 405
    for path in ROUTES:
        assert client.post(PAGE + path).status_code == 405


@pytest.mark.parametrize(
    "query", ["", "?all=1", "?q=nothing-like-it", "?conflict=different&owner=mara", "?process=task"]
)
def test_the_markup_is_sound(client: Client, query: str) -> None:
    check_whole(text(client.get(PAGE + query)))


def test_what_audits_found_out_about_it_stands_below_with_the_way_to_all(client: Client, found: Deployment) -> None:
    now = audited.audit(found)
    for number in range(10):
        audited.finding(found, f"id{number}", now, "R-26", "medium")
    page = client.get(PAGE)
    check(text(page))
    assert text(page).count('href="/findings/') == 8
    assert f'href="/audits/{now.pk}/?deployment={found.name}"' in text(page)
    StoredFinding.objects.update(status="fixed")
    assert "All, in the last audit" not in text(client.get(PAGE))
