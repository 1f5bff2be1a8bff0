"""The builder and the form for a new secret as a deployment's Airflow has the forms, and tests of connections there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.access.models import AccessEvent, DeploymentGrant, DeploymentLevel
from secretsui.core.sensitive import MASK
from secretsui.inventory.models import Deployment
from tests.airflow.answering import Cut, Reply, Server
from tests.airflow_double import PASSWORD, Airflow, running
from tests.conftest import Place, logged_in
from tests.web.deployed import grant
from tests.web.one_secret import HTMX, form_of, seen_of, text_of

META = "/ui/connections/hook_meta"
TEST = "/api/v2/connections/test"
CANARY = "pw-Kan4rien-7f3a"


def extra(kind: str = "string", **schema: Any) -> Mapping[str, Any]:
    return {"value": None, "schema": {"type": [kind, "null"], **schema}, "description": None, "source": None}


METAS: list[Mapping[str, Any]] = [
    {
        "connection_type": "shop",
        "hook_name": "Our <shop>",
        "hook_class_name": "our.ShopHook",
        "standard_fields": {"host": {"title": "Shop address"}, "port": {"hidden": True}},
        "extra_fields": {"till": extra("integer", title="Till"), "api_key": extra(title="Key of the till")},
    },
    {"connection_type": "postgres", "hook_name": "Elephant", "standard_fields": {}, "extra_fields": {}},
]
SHOP = {
    "mode": "fields",
    "form_type": "shop",
    "conn_type": "shop",
    "form_deployment": "halden-prod",
    "host": "shop.example",
    "password": CANARY,
    "x-till": "7",
    "x-api_key": "key-canary",
    "extra": "",
    "written_as": "json",
}


@pytest.fixture
def airflow() -> Airflow:
    found = Airflow()
    found.instead = {
        META: Reply(body=METAS),
        "/connections/test": Reply(body={"status": False, "message": f"<b>no</b> {CANARY} for you"}),
    }
    return found


@pytest.fixture
def server(airflow: Airflow) -> Iterator[Server]:
    with running(airflow) as found:
        yield found


@pytest.fixture
def deployment(db: None, server: Server, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    monkeypatch.setenv("SECRETSUI_CREDENTIAL_HALDEN", f"admin:{PASSWORD}")
    return Deployment.objects.create(
        name="halden-prod", api="v2", api_url=server.url, credential="env:SECRETSUI_CREDENTIAL_HALDEN"
    )


@pytest.fixture
def sees(charlie: User, deployment: Deployment) -> Client:
    grant(charlie, deployment)
    return logged_in(charlie)


@pytest.fixture
def fixes(charlie: User, deployment: Deployment) -> Client:
    grant(charlie, deployment, DeploymentLevel.FIX)
    return logged_in(charlie)


def asked(server: Server, path: str) -> list[Any]:
    return [call.body for call in server.calls if call.path == path]


def log() -> list[tuple[str, str, str]]:
    return list(AccessEvent.objects.exclude(user=None).values_list("action", "outcome", "name"))


# Forms


def test_the_form_has_the_labels_and_fields_of_the_deployment(sees: Client) -> None:
    page = sees.get("/builder/?type=shop&deployment=halden-prod")
    seen = text_of(page)
    assert page.status_code == 200
    for words in ("Shop address", "Till", "Key of the till", "Our <shop>", "halden-prod has it"):
        assert words in seen
    fields = form_of(page.content.decode())
    assert fields["form_deployment"] == fields["deployment"] == "halden-prod"
    assert 'name="port"' not in page.content.decode()
    assert 'type="password" name="x-api_key"' in page.content.decode()


def test_the_forms_are_asked_for_once_in_minutes(sees: Client, server: Server) -> None:
    for _ in range(3):
        sees.get("/builder/?deployment=halden-prod")
    assert len(asked(server, META)) == 1


def test_without_a_choice_no_airflow_is_asked(sees: Client, server: Server) -> None:
    page = sees.get("/builder/?type=shop")
    assert "No provider of Airflow has this type." in text_of(page)
    assert "the newest providers have it" in text_of(page)
    assert server.calls == []


def test_who_sees_no_deployment_has_nothing_to_choose_from(bob: User, deployment: Deployment) -> None:
    client = logged_in(bob)
    assert 'name="deployment"' not in client.get("/builder/").content.decode()
    assert client.get("/builder/?deployment=halden-prod").status_code == 404
    assert client.get("/secrets/new?deployment=halden-prod").status_code == 404
    assert client.get("/types/?deployment=halden-prod").status_code == 404


def test_an_administrator_without_a_grant_has_nothing_to_choose_from(root: User, deployment: Deployment) -> None:
    assert logged_in(root).get("/builder/?deployment=halden-prod").status_code == 404


def test_what_was_typed_goes_into_the_form_of_the_deployment(sees: Client) -> None:
    typed = {**SHOP, "form_deployment": "", "deployment": "halden-prod", "action": "deployment"}
    typed |= {"x-till": "", "x-api_key": "", "extra": '{"till": 7, "api_key": "key-canary", "more": [1]}'}
    page = sees.post("/builder/", typed)
    assert page.status_code == 200
    fields = form_of(page.content.decode())
    assert (fields["x-till"], fields["x-api_key"], fields["host"]) == ("7", "key-canary", "shop.example")
    assert json.loads(fields["extra"]) == {"more": [1]}
    assert fields["form_deployment"] == "halden-prod"


def test_and_back_into_the_json_where_the_catalogue_has_no_such_field(sees: Client) -> None:
    page = sees.post("/builder/", {**SHOP, "deployment": "", "action": "deployment"})
    fields = form_of(page.content.decode())
    assert page.status_code == 200
    assert json.loads(fields["extra"]) == {"till": 7, "api_key": "key-canary"}
    assert (fields["form_deployment"], fields["host"]) == ("", "shop.example")
    assert fields["password"] == CANARY


def test_an_empty_form_changes_without_a_complaint(sees: Client) -> None:
    sent = {"mode": "fields", "written_as": "json", "deployment": "halden-prod", "action": "deployment"}
    page = sees.post("/builder/", sent)
    assert page.status_code == 200
    assert form_of(page.content.decode())["form_deployment"] == "halden-prod"
    assert sees.post("/builder/", {**sent, "mode": "raw", "text": ""}).status_code == 200


def test_a_form_that_cannot_be_moved_stays_and_says_why(sees: Client) -> None:
    page = sees.post("/builder/", {**SHOP, "deployment": "", "action": "deployment", "extra": "{broken"})
    assert page.status_code == 422
    fields = form_of(page.content.decode())
    assert (fields["form_deployment"], fields["x-till"], fields["extra"]) == ("halden-prod", "7", "{broken")
    assert "cannot be moved" in text_of(page)


def test_a_deployment_that_is_not_there_is_told_and_nothing_typed_is_lost(sees: Client) -> None:
    page = sees.post("/builder/", {**SHOP, "form_deployment": "gone"})
    assert page.status_code == 422
    assert "Choose one of the deployments in the list" in text_of(page)
    fields = form_of(page.content.decode())
    assert json.loads(fields["extra"]) == {"till": "7", "api_key": "key-canary"}
    assert fields["password"] == CANARY


def test_forms_that_cannot_be_read_are_told_and_nothing_typed_is_lost(sees: Client, airflow: Airflow) -> None:
    airflow.instead[META] = Cut
    page = sees.post("/builder/", SHOP)
    seen = text_of(page)
    assert "Could not read the forms of halden-prod" in seen
    assert json.loads(form_of(page.content.decode())["extra"]) == {"till": "7", "api_key": "key-canary"}


def test_an_airflow_that_does_not_answer_is_left_alone_for_a_minute(
    sees: Client, airflow: Airflow, server: Server
) -> None:
    airflow.instead[META] = Cut
    sees.post("/builder/preview", SHOP, headers=HTMX)
    calls = len(server.calls)
    sees.post("/builder/preview", SHOP, headers=HTMX)
    assert len(server.calls) == calls > 0


def test_the_preview_reads_the_fields_of_the_deployment_and_hides_its_secrets(sees: Client) -> None:
    page = sees.post("/builder/preview", SHOP, headers=HTMX)
    seen = seen_of(page)
    assert "till: 7" in seen
    assert "key-canary" not in seen
    assert CANARY not in seen


def test_a_type_whose_provider_is_not_installed_there_is_named(sees: Client) -> None:
    assert "halden-prod has no such type" in text_of(sees.get("/builder/?type=mysql&deployment=halden-prod"))
    assert "halden-prod has no such type" not in text_of(sees.get("/builder/?type=postgres&deployment=halden-prod"))


def test_types_of_the_deployment_are_found(sees: Client) -> None:
    found = sees.get("/types/?q=our&deployment=halden-prod", headers=HTMX)
    assert 'value="shop"' in found.content.decode()
    assert 'value="shop"' not in sees.get("/types/?q=our", headers=HTMX).content.decode()


@pytest.mark.parametrize("api", ["v1", "mwaa"])
def test_of_other_apis_the_forms_are_those_of_the_catalogue(sees: Client, deployment: Deployment, api: str) -> None:
    Deployment.objects.filter(pk=deployment.pk).update(api=api)
    page = sees.get("/builder/?type=postgres&deployment=halden-prod")
    assert "Only the API of Airflow 3 tells its forms" in text_of(page)


def test_an_export_is_no_airflow_to_choose(sees: Client, deployment: Deployment) -> None:
    Deployment.objects.filter(pk=deployment.pk).update(api="exported")
    assert 'name="deployment"' not in sees.get("/builder/").content.decode()


def test_the_forms_are_taken_along_to_a_new_secret(
    alice: User, deployment: Deployment, place: Place, server: Server
) -> None:
    grant(alice, deployment)
    client = logged_in(alice, recently=True)
    page = client.post("/secrets/new", {**SHOP, "key": "till", "prefix": str(place.connections.pk), "action": "adopt"})
    assert page.status_code == 200
    fields = form_of(page.content.decode())
    assert (fields["form_deployment"], fields["x-till"], fields["x-api_key"]) == ("halden-prod", "7", "key-canary")
    shown = client.get(f"/secrets/new?prefix={place.connections.pk}&type=shop&deployment=halden-prod")
    assert "Shop address" in text_of(shown)


# Tests


def test_a_test_sends_what_was_typed_and_shows_what_airflow_says(fixes: Client, server: Server) -> None:
    page = fixes.post("/builder/test", {**SHOP, "key": "till", "action": "test"}, headers=HTMX)
    assert page.status_code == 200
    assert "Does not work" in text_of(page)
    assert "&lt;b&gt;no&lt;/b&gt;" in page.content.decode()
    (sent,) = asked(server, TEST)
    assert (sent["conn_type"], sent["host"], sent["password"]) == ("shop", "shop.example", CANARY)
    assert json.loads(sent["extra"]) == {"till": 7, "api_key": "key-canary"}
    assert log() == [("test-conn", "allowed", "till")]


def test_a_password_in_the_answer_is_covered(fixes: Client) -> None:
    page = fixes.post("/builder/test", SHOP, headers=HTMX)
    assert CANARY not in page.content.decode()
    assert MASK in page.content.decode()


def test_a_test_that_succeeds_says_so(fixes: Client, airflow: Airflow) -> None:
    airflow.instead["/connections/test"] = Reply(body={"status": True, "message": "Connection successfully tested"})
    assert "Works Connection successfully tested" in text_of(fixes.post("/builder/test", SHOP, headers=HTMX))


def test_without_script_the_whole_page_has_the_outcome(fixes: Client) -> None:
    page = fixes.post("/builder/", {**SHOP, "action": "test"})
    assert page.status_code == 200
    assert "Does not work" in text_of(page)
    assert form_of(page.content.decode())["x-till"] == "7"


def test_nothing_of_a_test_stays(fixes: Client) -> None:
    fixes.post("/builder/test", SHOP, headers=HTMX)
    assert CANARY not in json.dumps(list(AccessEvent.objects.values()), default=str)
    assert CANARY not in json.dumps(dict(fixes.session.items()))
    assert "for you" not in text_of(fixes.get("/builder/?deployment=halden-prod"))


@pytest.mark.parametrize("answer", [Cut, Reply(500, {"detail": "boom"}), Reply(403, {"detail": "Forbidden"})])
def test_an_airflow_that_cannot_be_asked_has_not_failed_the_connection(
    fixes: Client, airflow: Airflow, answer: Any
) -> None:
    airflow.instead["/connections/test"] = answer
    page = fixes.post("/builder/test", SHOP, headers=HTMX)
    assert "Could not check" in text_of(page)
    assert "Does not work" not in text_of(page)
    assert [entry[:2] for entry in log()] == [("test-conn", "failed"), ("test-conn", "allowed")]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"port": "many"}, "Correct the fields that are marked"),
        ({"form_deployment": ""}, "Choose a deployment first"),
        ({"form_deployment": "gone"}, "Choose a deployment first"),
        ({"mode": "raw", "text": "no connection"}, "cannot be read as a connection"),
        ({"mode": "raw", "text": '{"conn_type": '}, "cannot be read as a connection"),
    ],
)
def test_what_cannot_be_tested_is_not_sent(fixes: Client, server: Server, typed: dict[str, str], words: str) -> None:
    page = fixes.post("/builder/test", {**SHOP, **typed}, headers=HTMX)
    assert page.status_code == 422
    assert words in text_of(page)
    assert asked(server, TEST) == []


def test_seeing_is_not_enough_for_a_test(sees: Client, server: Server) -> None:
    page = sees.get("/builder/?deployment=halden-prod")
    assert "This needs the grant “Fix” on halden-prod." in text_of(page)
    assert 'aria-describedby="untestable"' in page.content.decode()
    assert sees.post("/builder/test", SHOP, headers=HTMX).status_code == 403
    assert asked(server, TEST) == []
    assert [entry[:2] for entry in log()] == [("test-conn", "refused")]


def test_a_grant_that_was_taken_away_is_no_deployment_any_more(fixes: Client) -> None:
    DeploymentGrant.objects.all().delete()
    assert fixes.post("/builder/test", SHOP, headers=HTMX).status_code == 422


def test_where_tests_are_off_the_button_says_so(fixes: Client, deployment: Deployment) -> None:
    Deployment.objects.filter(pk=deployment.pk).update(detected={"test_connection": "Disabled"})
    assert "Connection tests are off there." in text_of(fixes.get("/builder/?deployment=halden-prod"))


def test_a_test_is_posted(fixes: Client) -> None:
    assert fixes.get("/builder/test").status_code == 405


def test_a_forgotten_sign_in_keeps_the_page(deployment: Deployment) -> None:
    assert Client().post("/builder/test", SHOP, headers=HTMX).status_code == 403
