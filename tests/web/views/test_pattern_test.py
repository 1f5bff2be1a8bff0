"""A lookup pattern tried on the ids of a prefix or a deployment, and what it costs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client
from django.utils import timezone

from secretsui.access.models import Grant
from secretsui.inventory.models import Account, Prefix
from tests.conftest import Place, logged_in
from tests.web import deployed
from tests.web.one_secret import text_of
from tests.web.rows import put, text
from tests.web.test_markup import check_whole

PAGE: Final = "/setup/pattern/"


@pytest.fixture
def client(bob: User) -> Client:
    return logged_in(bob)


def ask(client: Client, prefix: Prefix, status: int = 200, **more: Any) -> Any:
    answer = client.get(PAGE, {"place": f"prefix:{prefix.pk}", **more})
    assert answer.status_code == status, text(answer)
    return answer


def counts(answer: Any) -> dict[str, str]:
    found = re.findall(r"show=(\w+)[^>]*><b>([\d,]+)</b>", text(answer))
    return dict(found)


def listed(answer: Any) -> list[str]:
    return re.findall(r'<th scope="row" class="mono sm">([^<]*)</th>', text(answer))


def test_without_a_question_there_is_a_form(client: Client) -> None:
    page = client.get(PAGE)
    assert "Choose whose ids to try it on." in text_of(page)
    check_whole(text(page))


def test_ids_that_live_die_and_match_by_accident_are_counted_first(client: Client, place: Place) -> None:
    put(place.connections, "crm", "crm_old", "CRM", "slack", "snowflake")
    page = ask(client, place.connections, pattern="^crm")
    assert counts(page) == {"dies": "2", "accident": "2", "vain": "0", "lives": "3", "spared": "0"}
    assert listed(page) == ["slack", "snowflake"]
    assert "2 ids are lost" in text_of(page)
    accidents = ask(client, place.connections, pattern="^crm", show="accident")
    assert "CRM only in another letter case" in text_of(accidents)
    assert "crm_old only its beginning" in text_of(accidents)
    check_whole(re.sub(r'href="https://[^"]*" rel="noreferrer"', 'href="#k1"', text(page)))


def test_what_waits_for_its_deletion_is_no_id(client: Client, place: Place) -> None:
    put(place.connections, "crm")
    put(place.connections, "gone", deleted_at=timezone.now())
    assert counts(ask(client, place.connections))["lives"] == "1"


def test_a_prefix_without_ids_says_so(client: Client, place: Place) -> None:
    page = text_of(ask(client, place.connections, pattern="^x"))
    assert "No id is known there" in page
    assert "No id is lost" not in page
    assert "A pattern for these ids" not in page
    assert "None." in page


def test_a_place_is_named_as_its_store_names_it(client: Client, place: Place) -> None:
    Prefix.objects.filter(pk=place.connections.pk).update(store_kind="google", region="global")
    Account.objects.update(vendor="google", options={"project": "data-platform"})
    assert "data-dev, data-platform: airflow/connections" in text_of(client.get(PAGE))


def test_many_ids_come_by_pages(client: Client, place: Place) -> None:
    put(place.connections, *(f"team{number % 7}_{number:05d}" for number in range(2_100)))
    page = ask(client, place.connections, pattern="^team[0-5]_", show="lives", page="3")
    assert len(listed(page)) == 25
    assert "51–75 of 1,800" in text_of(page)
    assert counts(page)["dies"] == "300"


def test_a_page_by_htmx_is_the_results_alone(client: Client, place: Place) -> None:
    put(place.connections, "crm")
    part = client.get(PAGE, {"place": f"prefix:{place.connections.pk}"}, headers={"HX-Request": "true"})
    assert text(part).lstrip().startswith('<div class="stackv" id="results">')


def test_a_proposal_lets_in_just_what_lies_there(client: Client, place: Place) -> None:
    put(place.connections, "snowflake_a", "snowflake_b", "crm")
    page = text(ask(client, place.connections, pattern="^x"))
    assert "^(?:crm$|snowflake_)" in page
    again = ask(client, place.connections, pattern="^(?:crm$|snowflake_)")
    assert counts(again)["dies"] == "0"


def test_near_misses_under_other_prefixes_would_be_asked_for(client: Client, place: Place, bob: User) -> None:
    beside = Prefix.objects.create(
        account=place.account, region=place.connections.region, path="airflow/conections", kind="connection"
    )
    Grant.objects.create(group=bob.groups.first(), prefix=beside, level=1)
    put(place.connections, "crm_db")
    put(beside, "crm-db", "far_away")
    page = ask(client, place.connections, show="vain")
    assert listed(page) == ["crm-db"]
    assert "Another prefix, nearly crm_db" in text_of(page)


def test_ids_of_other_layers_of_a_deployment_are_told_apart(client: Client, place: Place, bob: User) -> None:
    found = deployed.halden_prod(place.connections, airflow_version="3.1.0")
    deployed.grant(bob, found)
    asked = {"place": f"deployment:{found.name}", "kind": "connection", "show": "vain"}
    page = client.get(PAGE, asked)
    assert "spare" in listed(page)
    assert "Metadata database" in text_of(page)
    assert "a lookup in vain costs two calls" in text_of(page)
    assert "spare" in listed(client.get(PAGE, {**asked, "pattern": "^crm", "show": "spared"}))


def test_the_pattern_that_a_deployment_has_is_taken_for_that_of_today(client: Client, place: Place, bob: User) -> None:
    kwargs = {"connections_prefix": place.connections.path, "connections_lookup_pattern": "^crm$"}
    found = deployed.halden_prod(place.connections, backend_kwargs=kwargs)
    deployed.grant(bob, found)
    asked = {"place": f"deployment:{found.name}", "kind": "connection"}
    page = text(client.get(PAGE, asked))
    assert 'name="now" value="^crm$"' in page
    assert "another pattern today" not in page
    assert "another pattern today" in text(client.get(PAGE, {**asked, "now": "^x"}))


def test_costs_before_and_after_follow_the_figures(client: Client, place: Place) -> None:
    put(place.connections, "crm", "slack")
    figures = {"parses": 0, "tasks": 200_000, "lookups_per_task": 1, "absent": 2, "burst": 1}
    page = text_of(ask(client, place.connections, pattern="^crm$", **figures))
    assert "Today 200,000 30.44 USD 2.3" in page
    assert "With this pattern 50,000 7.61 USD 0.6" in page
    assert "150,000 fewer calls a day, which saves 22.83 USD a month." in page
    assert "Keeping the secrets costs 0.80 USD a month either way." in page
    dearer = text_of(ask(client, place.connections, pattern="^crm$", price="0.10", **figures))
    assert "Today 200,000 60.88 USD" in dearer


def test_a_quota_that_is_near_or_passed_is_said(client: Client, place: Place) -> None:
    put(place.connections, "crm")
    Prefix.objects.filter(pk=place.connections.pk).update(store_kind="parameter-store")
    figures = {"parses": 0, "tasks": 86_400, "lookups_per_task": 1, "absent": 0}
    assert "Far from the quota" in text_of(ask(client, place.connections, burst=19, **figures))
    assert "Near the quota" in text_of(ask(client, place.connections, burst=20, **figures))
    assert "Above the quota" in text_of(ask(client, place.connections, burst=41, **figures))


def test_a_backend_without_patterns_says_so(client: Client, place: Place) -> None:
    put(place.connections, "crm")
    Prefix.objects.filter(pk=place.connections.pk).update(store_kind="vault")
    page = text_of(ask(client, place.connections, pattern="^crm"))
    assert "This backend takes no lookup pattern" in page
    assert "No quota is known" in page


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"pattern": "("}, "This is no valid regular expression."),
        ({"pattern": "(a+)+$"}, "This is too intricate to be tried here."),
        ({"now": "["}, "This is no valid regular expression."),
        ({"kind": "none"}, "Choose Connection or Variable."),
        ({"parses": "many"}, "Write a whole number."),
        ({"tasks": "-1"}, "Write a whole number from 0 on."),
        ({"burst": "0"}, "Write a whole number from 1 on."),
        ({"price": "cheap"}, "Write a number, say 0.05."),
        ({"price": "-1"}, "A price is no less than 0."),
    ],
)
def test_bad_input_is_said_and_kept(client: Client, place: Place, sent: dict[str, str], sentence: str) -> None:
    answer = ask(client, place.connections, 422, **sent)
    assert sentence in text_of(answer)
    assert f'value="{next(iter(sent.values()))}"' in text(answer) or "kind" in sent


def test_what_somebody_may_not_list_is_no_choice(client: Client, place: Place) -> None:
    account = Account.objects.create(name="unlisted", region="eu-west-1")
    other = Prefix.objects.create(account=account, region="eu-west-1", path="x", kind="connection")
    found = deployed.halden_prod(place.connections)
    for asked in (f"prefix:{other.pk}", f"deployment:{found.name}", "prefix:x", "none", ""):
        answer = client.get(PAGE, {"place": asked})
        assert answer.status_code == 422
        assert "unlisted" not in text(answer)


def test_somebody_without_any_grant_is_told_who_can_help(charlie: User, place: Place) -> None:
    page = logged_in(charlie).get(PAGE)
    assert "You cannot see any ids yet" in text_of(page)
    assert "data-dev" not in text(page)


def test_other_methods_are_refused(client: Client) -> None:
    assert client.post(PAGE).status_code == 405


def test_a_list_of_prices_that_does_not_fit_is_told_at_the_start(
    client: Client, place: Place, settings: Any, tmp_path: Path
) -> None:
    settings.PRICES_FILE = tmp_path / "prices.json"
    settings.PRICES_FILE.write_text('[{"store": "secrets-manager"}]')
    with pytest.raises(SystemCheckError, match="Entry 1: fact is missing"):
        call_command("check")
    put(place.connections, "crm")
    page = text_of(ask(client, place.connections))
    assert "Could not check The list of prices could not be read. Entry 1: fact is missing, or is no text." in page


def test_a_missing_list_of_prices_is_told_as_well(settings: Any, tmp_path: Path) -> None:
    settings.PRICES_FILE = tmp_path / "none.json"
    with pytest.raises(SystemCheckError, match="It cannot be read: FileNotFoundError"):
        call_command("check")
