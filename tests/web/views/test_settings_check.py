"""Pasted settings: what is found, where, what is corrected, and that no value leaves the text field."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.access.models import Grant
from secretsui.inventory.models import Account, Prefix
from tests.conftest import Place, logged_in
from tests.web import deployed
from tests.web.one_secret import text_of
from tests.web.rows import put, text
from tests.web.test_markup import check_whole

PAGE: Final = "/setup/check/"
MANAGER: Final = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
ENV: Final = (
    "AIRFLOW__SECRETS__BACKEND=" + MANAGER + "\n"
    'AIRFLOW__SECRETS__BACKEND_KWARGS=\'{"connections_prefix": "airflow/connections", '
    '"connections_lookup_pattern": "^crm$", "config_prefix": null, "variables_prefix": null}\'\n'
)


@pytest.fixture
def client(bob: User) -> Client:
    return logged_in(bob)


def ask(client: Client, pasted: str, status: int = 200, **more: Any) -> Any:
    answer = client.post(PAGE, {"text": pasted, **more})
    assert answer.status_code == status, text(answer)
    return answer


def outside_the_text(answer: Any) -> str:
    return re.sub(r"<textarea.*?</textarea>", "", text(answer), flags=re.DOTALL)


def test_the_empty_page_names_what_it_reads(client: Client) -> None:
    page = client.get(PAGE)
    assert "Helm values, official chart" in text_of(page)
    check_whole(text(page))


def test_a_finding_names_line_rule_and_remedy(client: Client) -> None:
    answer = ask(client, '{\n "connections_prefx": "airflow/connections"\n}')
    page = text_of(answer)
    assert "Read as backend_kwargs as JSON" in page
    assert "SecretsManagerBackend ignores connections_prefx. It is perhaps connections_prefix." in page
    assert "Line 2, column 3" in page
    check_whole(text(answer))


def test_a_correction_is_made_in_the_text_alone(client: Client) -> None:
    wrong = '{"connections_prefx": "airflow/connections"}'
    fix = re.search(r'name="fix" value="(R-56:[^"]*)"', text(ask(client, wrong)))
    assert fix
    answer = ask(client, wrong, fix=fix[1])
    assert "connections_prefx" not in text(answer)
    assert "Corrected in the text" in text_of(answer)


def test_a_correction_that_is_made_already_changes_nothing(client: Client) -> None:
    assert "airflow/connections" in text(ask(client, '{"connections_prefix": "airflow/connections"}', fix="R-56:x"))


def test_no_value_leaves_the_text_field(client: Client) -> None:
    secret = "Zx9SecretWord"
    wrong = (
        f'{{"connections_prefix": "/{secret}/", "conections_lookup_pattern": "^{secret}", "{secret}": 1,'
        f' "aws_secret_access_key": "{secret}", "role_arn": "arn:aws:iam::1:role/{secret}",'
        f' "region_name": "{secret}"}}'
    )
    env = f"AIRFLOW__SECRETS__BACKEND={MANAGER}\nAIRFLOW__SECRETS__BACKEND_KWARGS='{wrong}'\n"
    env += f"AIRFLOW_CONN_CRM=postgres://u:{secret}/x@h\nAIRFLOW_VAR_A='\"{secret}\"'\nBROKEN {secret}\n"
    for pasted in (wrong, wrong[:-1], env, f"config:\n  secrets:\n    backend_kwargs: '{wrong}'\n    x: [{secret}\n"):
        for form in ("", "helm", "ecs", "terraform", "compose", "cfg", "astro"):
            answer = client.post(PAGE, {"text": pasted, "form": form})
            assert secret not in outside_the_text(answer), (form, pasted)
            assert "no-store" in answer.headers["Cache-Control"]


def test_versions_decide(client: Client) -> None:
    pattern = '{"connections_lookup_pattern": "^crm$", "variables_lookup_pattern": "^x$", "config_prefix": null}'
    old = text_of(ask(client, pattern, provider="7.2.0"))
    assert "connections_lookup_pattern needs apache-airflow-providers-amazon 7.3, and 7.2.0 is installed." in old
    assert "7.3, and" not in text_of(ask(client, pattern, provider="7.3.0"))
    told = text_of(ask(client, f"apache-airflow-providers-amazon==7.2.0\napache-airflow==2.5.1\n{pattern}"))
    assert "7.2.0 is installed" in told
    assert "2.5.1" in told


def test_without_a_prefix_inventory_rules_say_what_is_missing(client: Client) -> None:
    page = text_of(ask(client, ENV))
    assert "R-10 R-12 R-13 R-16 R-21 R-22" in page
    assert "Choose a prefix or a deployment to hold the settings against." in page


def test_held_against_a_prefix_lost_ids_are_counted_and_named(client: Client, place: Place) -> None:
    put(place.connections, "crm", "crm_old", "slack", "snowflake", "s3")
    page = text_of(ask(client, ENV, against=f"prefix:{place.connections.pk}"))
    assert "The lookup pattern leaves out ids that lie in the backend" in page
    assert "crm_old , s3 , slack and 1 more" in page.replace(",", " ,").replace("  ", " ")


def test_secrets_beside_the_prefix_are_found(client: Client, place: Place) -> None:
    put(place.connections, "crm")
    near = ENV.replace("airflow/connections", "airflow/conections")
    page = text_of(ask(client, near, against=f"prefix:{place.connections.pk}"))
    assert "Secrets lie beside the prefix of connections_prefix" in page


def test_held_against_a_deployment_its_versions_count(client: Client, place: Place, bob: User) -> None:
    found = deployed.halden_prod(place.connections, airflow_version="2.11.2")
    deployed.grant(bob, found)
    page = text_of(ask(client, ENV, against=f"deployment:{found.name}"))
    assert "2.11.2" in page
    assert "leaves out ids" in page


def test_what_somebody_may_not_list_is_no_choice(client: Client, place: Place, bob: User) -> None:
    found = deployed.halden_prod(place.connections)
    other = Prefix.objects.create(
        account=Account.objects.create(name="unlisted", region="eu-west-1"),
        region="eu-west-1",
        path="x",
        kind="connection",
    )
    for against in (f"prefix:{other.pk}", f"deployment:{found.name}", "prefix:x", "prefix:999999"):
        answer = ask(client, ENV, 422, against=against)
        assert "Choose a prefix or a deployment of the list." in text_of(answer)
        assert "unlisted" not in outside_the_text(answer)


def test_somebody_without_any_grant_may_check_settings_alone(charlie: User, place: Place) -> None:
    Grant.objects.all().delete()
    page = ask(logged_in(charlie), ENV)
    assert "data-dev" not in text(page)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"text": ""}, "Paste the settings of a secrets backend."),
        ({"text": "hello"}, "It is not clear what the text is."),
        ({"text": "services: {a: {environment: {A: b}}}"}, "The text sets up no secrets backend."),
        ({"text": "config:\n  secrets: [", "form": "helm"}, "Line 2: The text cannot be read here."),
        ({"text": "a\0b"}, "null character"),
        ({"text": "x\n" * 60_000}, "The text is too long. Paste the part that sets up the backend."),
        ({"text": ENV, "airflow": "new"}, "Write the release as numbers, say 2.11.2."),
        ({"text": ENV, "form": "none"}, "Choose what the text is from the list."),
        ({"text": ENV, "platform": "none"}, "Choose a platform of the list."),
        ({"text": ENV, "backend": "none"}, "Choose a backend of the list."),
    ],
)
def test_bad_input_is_said_and_kept(client: Client, sent: dict[str, str], sentence: str) -> None:
    answer = client.post(PAGE, sent)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert sent["text"].split("\n")[0].split("\0")[0] in text(answer).replace("&#x27;", "'")


def test_other_methods_are_refused(client: Client) -> None:
    assert client.put(PAGE).status_code == 405


def test_signed_out_nothing_is_read() -> None:
    answer = Client().post(PAGE, {"text": ENV})
    assert answer.status_code == 403
    assert "Log in" in text(answer) or "Sign in" in text(answer)
