from __future__ import annotations

import html
import json
import re
from typing import Any, Final, get_args
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.access.models import AccessEvent
from secretsui.core.backends.registry import CLASSES
from secretsui.core.setup.answers import CLASS_PATHS, Platform
from secretsui.core.setup.kwargs import VAULT_LOGINS
from secretsui.inventory.models import Account, Deployment, LayerPlace, Prefix
from secretsui.web import setup_pattern
from secretsui.web.forms.setup import SetupForm
from secretsui.web.setup_words import LOGINS, PLATFORMS, STORES
from tests.conftest import Place, logged_in
from tests.web.rows import put, text, words

PAGE: Final = "/setup/"
PREVIEW: Final = "/setup/preview"
SAVE: Final = "/setup/save/"
ROLE: Final = "arn:aws:iam::111122223333:role/airflow"
VAULT: Final = {"store": "vault", "vault_url": "https://vault.example:8200", "vault_role": "r-1"}
SHARED: Final = {
    "store": "shared-account",
    "shared_account": "444455556666",
    "shared_kms_key": "alias/shared",
    "role_arn": ROLE,
}


@pytest.fixture
def admin(root: User) -> Client:
    return logged_in(root, recently=True)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secretsui.inventory.deployments.checks.send", lambda check_id: None)
    monkeypatch.setattr("secretsui.inventory.deployments.triggers.send", lambda deployment_id, wanted_at: None)


def typed(**more: str) -> dict[str, str]:
    usual = {name: str(field.initial or "") for name, field in SetupForm.base_fields.items()}
    usual |= {"account": "111122223333", "region": "eu-west-1", "connections_pattern": "^(snowflake|http)_"}
    return usual | more


def code(client: Client, **more: str) -> list[str]:
    """The texts to copy."""
    page = text(client.post(PREVIEW, typed(**more)))
    found = re.findall(r'<pre class="code"[^>]*>\n(.*?)</pre>', page, re.DOTALL)
    return [_plain(each) for each in found]


def _plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def test_whoever_is_signed_in_is_asked_four_questions(as_charlie: Client, place: Place) -> None:
    page = words(as_charlie.get(PAGE))
    for heading in ("1. Where Airflow runs", "2. Backend", "3. Names", "4. Access"):
        assert heading in page
    assert "AIRFLOW__SECRETS__BACKEND" in page
    assert "Save as a deployment" not in page


def test_the_account_that_a_person_sees_is_filled_in(as_bob: Client, as_charlie: Client, place: Place) -> None:
    assert 'value="111122223333"' in text(as_bob.get(PAGE))
    assert "111122223333" not in text(as_charlie.get(PAGE))


def test_the_address_can_give_answers(as_charlie: Client, db: None) -> None:
    page = words(as_charlie.get(PAGE, {"platform": "mwaa", "account": "111122223333", "region": "eu-west-1", "x": "y"}))
    assert "MWAA console" in page
    assert "arn:aws:secretsmanager:eu-west-1:111122223333:secret:airflow/connections/*" in page


def test_nobody_else_gets_in(client: Client, db: None) -> None:
    for path in (PAGE, SAVE):
        answer = client.post(path, typed())
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")
    assert client.get(PAGE)["Location"].startswith("/accounts/login/")
    assert client.post(PREVIEW, typed()).status_code == 403


def test_whoever_was_signed_out_comes_back_to_the_same_answers(client: Client, db: None) -> None:
    sent = typed(connections="team/connections")
    for path in (PAGE, SAVE):
        back = unquote(client.post(path, sent)["Location"])
        assert "next=/setup/?" in back
        assert "connections=team%2Fconnections" in back
        wrong = typed(store="vault", vault_url="https://u:unmistakable@vault.example")
        assert "unmistakable" not in client.post(path, wrong)["Location"]


def test_wrong_methods_are_refused(admin: Client) -> None:
    assert admin.put(PAGE).status_code == 405
    assert admin.get(PREVIEW).status_code == 405
    assert admin.get(SAVE).status_code == 405


def test_the_settings_follow_what_is_typed(as_charlie: Client, db: None) -> None:
    found = code(as_charlie, platform="mwaa")
    assert "secrets.backend_kwargs" in found[0]
    kwargs = json.loads(found[0].splitlines()[-1])
    assert kwargs == {
        "connections_prefix": "airflow/connections",
        "variables_prefix": "airflow/variables",
        "config_prefix": None,
        "connections_lookup_pattern": "^(snowflake|http)_",
        "region_name": "eu-west-1",
    }
    assert "Valid for this provider" in words(as_charlie.post(PREVIEW, typed()))


def test_without_script_the_page_comes_back_with_the_settings(as_charlie: Client, db: None) -> None:
    answer = as_charlie.post(PAGE, typed(platform="ecs", **{"tab-settings": "ecs-terraform"}))
    assert answer.status_code == 200
    page = text(answer)
    assert "containerDefinitions" in page
    assert re.search(r'value="ecs-terraform"[^>]* checked', page)


def test_advice_names_its_rule(as_charlie: Client, db: None) -> None:
    page = text(as_charlie.post(PREVIEW, typed(connections_pattern="")))
    assert "Valid, with advice" in page
    assert 'href="/rules/R-55/"' in page


def test_a_path_with_the_mount_in_it_gets_advice(as_charlie: Client, db: None) -> None:
    assert 'href="/rules/R-46/"' in text(as_charlie.post(PREVIEW, typed(**VAULT, connections="secret/connections")))


@pytest.mark.parametrize(
    ("more", "field", "sentence"),
    [
        ({"account": "25878145805"}, "account", "11 digits. AWS account ids have 12."),
        ({"account": "x"}, "account", "Digits alone. AWS account ids have 12."),
        ({"region": "Frankfurt"}, "region", "Write the region as AWS does"),
        ({"airflow": ""}, "airflow", "Enter the version of Airflow"),
        ({"airflow": "three"}, "airflow", "Write the version as Airflow does"),
        ({"provider": "7.0.0"}, "provider", "These settings need version 9.6 of the provider or newer."),
        ({"airflow": "2.10", "provider": "7.0.0"}, "provider", "version 7.3 of the provider"),
        ({"connections": "air flow"}, "connections", "Use letters, digits and the characters"),
        ({"connections": "", "variables": ""}, "connections", "All lookups are off"),
        ({"connections_pattern": "^(a"}, "connections_pattern", "look at character 2"),
        ({"connections_pattern": "(a+)+b"}, "connections_pattern", "very long"),
        ({"connections_pattern": "^airflow/connections/a"}, "connections_pattern", "with the id alone"),
        ({"role_arn": "airflow"}, "role_arn", "Write the ARN of the role"),
        ({"kms_key": "my key"}, "kms_key", "Write an alias"),
        ({"airflow": "2.11", "workers": "only"}, "workers", "Workers of Airflow 2 have no backend of their own."),
        ({"store": "none"}, "store", "Select a valid choice"),
        ({**SHARED, "shared_account": "123456789"}, "shared_account", "9 digits. AWS account ids have 12."),
        ({**SHARED, "shared_kms_key": ""}, "shared_kms_key", "Name the key of the shared secrets"),
        ({**SHARED, "provider": "9.30.0"}, "provider", "finds nothing with version 9.26"),
        ({**VAULT, "vault_url": ""}, "vault_url", "Enter it"),
        ({**VAULT, "vault_url": "vault"}, "vault_url", "Write the address with https://"),
        ({**VAULT, "vault_role": ""}, "vault_role", "Enter it"),
        ({**VAULT, "auth": "jwt", "jwt_path": "jwt"}, "jwt_path", "Write the whole path of a file"),
        ({"store": "parameter-store", "connections": "/aws/x"}, "connections", "AWS keeps names"),
        ({"store": "google", "connections": "a/b"}, "connections", "Use letters, digits, - and _"),
        ({"store": "azure", "azure_url": "http://x"}, "azure_url", "Write the address with https://"),
    ],
)
def test_bad_input_is_told_and_kept(
    as_charlie: Client, db: None, more: dict[str, str], field: str, sentence: str
) -> None:
    given = typed(**more)
    form = SetupForm(given)
    assert any(sentence in words for words in form.errors[field])
    answer = as_charlie.post(PAGE, given)
    assert answer.status_code == 422
    assert sentence in words(answer).replace("&#x27;", "'")
    if more[field] and field != "store":
        assert more[field] in answer.content.decode().replace("&#x27;", "'")
    assert as_charlie.post(PREVIEW, given).status_code == 200


@pytest.mark.parametrize("url", ["https://etl:s3cret@vault.example", "https://vault.example/?token=s3cret"])
def test_an_address_with_a_login_does_not_come_back(as_charlie: Client, db: None, url: str) -> None:
    answer = as_charlie.post(PAGE, typed(**VAULT) | {"vault_url": url})
    assert answer.status_code == 422
    assert "s3cret" not in answer.content.decode()


@pytest.mark.parametrize(
    ("prefix", "kept", "notice"),
    [
        ("airflow/connections/", "airflow/connections", "separator at the end is left out"),
        ("/airflow/connections", "airflow/connections", "slash at the start is left out"),
        ("airflow//connections", "airflow/connections", "double slash"),
    ],
)
def test_prefixes_are_mended_with_a_word(as_charlie: Client, db: None, prefix: str, kept: str, notice: str) -> None:
    page = as_charlie.post(PREVIEW, typed(connections=prefix))
    assert notice in words(page)
    assert f'"connections_prefix": "{kept}"' in code(as_charlie, connections=prefix)[0]


def test_an_empty_prefix_turns_lookups_off(as_charlie: Client, db: None) -> None:
    assert "Lookups of this kind are off." in words(as_charlie.post(PREVIEW, typed(variables="")))
    assert '"variables_prefix": null' in code(as_charlie, variables="")[0]


def test_the_usual_prefix_of_another_backend_is_changed_for_its_own(as_charlie: Client, db: None) -> None:
    found = code(as_charlie, store="google")
    assert '"connections_prefix": "airflow-connections"' in found[0]
    assert '"connections_path": "connections"' in "".join(code(as_charlie, **VAULT))


@pytest.mark.parametrize("prefix", ["connections", "airflow-connections"])
def test_a_prefix_that_was_typed_is_kept_though_another_backend_has_it_usually(
    as_charlie: Client, db: None, prefix: str
) -> None:
    assert f'"connections_prefix": "{prefix}"' in code(as_charlie, connections=prefix)[0]


def test_a_shared_account_looks_up_connections_alone(as_charlie: Client, db: None) -> None:
    found = code(as_charlie, **SHARED)
    assert '"variables_prefix": null' in found[0]
    assert "In the shared account" in words(as_charlie.post(PREVIEW, typed(**SHARED)))


def test_a_secret_is_flagged_and_stands_in_no_plain_file(as_charlie: Client, db: None) -> None:
    page = as_charlie.post(PREVIEW, typed(platform="helm", **VAULT))
    assert "secret_id is a secret" in words(page)
    with_place = [each for each in code(as_charlie, platform="helm", **VAULT) if "<secret_id>" in each]
    assert len(with_place) == 1
    assert with_place[0].startswith("{")


def test_without_account_and_region_the_policy_asks_for_them(as_charlie: Client, db: None) -> None:
    page = words(as_charlie.post(PREVIEW, typed(account="", region="")))
    assert "For the policy enter as well: Account, Region" in page
    assert "arn:aws:secretsmanager" not in page


def test_questions_of_other_backends_do_not_count(as_charlie: Client, db: None) -> None:
    assert as_charlie.post(PAGE, typed(vault_url="nonsense", azure_url="nonsense")).status_code == 200


def test_it_links_what_else_helps(as_charlie: Client, db: None) -> None:
    page = text(as_charlie.get(PAGE))
    assert 'href="/setup/check/"' in page
    assert 'href="/setup/pattern/"' in page


def test_the_pattern_is_tried_on_ids_that_the_person_may_list(as_bob: Client, as_charlie: Client, place: Place) -> None:
    put(place.connections, "snowflake_dwh", "http_api", "slack_alerts")
    page = words(as_bob.post(PREVIEW, typed()))
    assert "3 connections in data-dev" in page
    assert "slack_alertsNever looked up" in page
    assert "2 of 3 match." in page
    assert "slack_alerts" not in words(as_charlie.post(PREVIEW, typed()))
    for more in ({"connections_pattern": ""}, {"region": "eu-central-1"}, {"account": "444455556666"}):
        assert "slack_alerts" not in words(as_bob.post(PREVIEW, typed(**more)))


def test_no_more_ids_are_said_to_be_tried_than_are(
    as_bob: Client, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup_pattern, "MOST", 2)
    put(place.connections, "http_api", "slack_alerts", "snowflake_dwh")
    page = words(as_bob.post(PREVIEW, typed()))
    assert "3 connections in data-dev" in page
    assert "1 of the first 2 match." in page


def test_only_administrators_save(as_bob: Client, place: Place) -> None:
    assert as_bob.post(SAVE, typed()).status_code == 403
    assert "Save as a deployment" not in words(as_bob.get(PAGE))


def test_the_password_is_asked_for_and_the_answers_come_back(root: User, place: Place) -> None:
    answer = logged_in(root).post(SAVE, typed(platform="mwaa"))
    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]
    assert "platform%3Dmwaa" in answer["Location"]
    assert not Deployment.objects.exists()


def test_wrong_answers_are_not_saved(admin: Client, place: Place) -> None:
    answer = admin.post(SAVE, typed(account="1"))
    assert answer.status_code == 422
    assert "1 digit. AWS account ids have 12." in words(answer)


def test_what_would_be_saved_is_shown_first(admin: Client, place: Place) -> None:
    answer = admin.post(SAVE, typed(variables="etl/variables", action="propose"))
    assert answer.status_code == 200
    page = words(answer)
    assert "data-dev, eu-west-1: is there already" in page
    assert 'name="add-variable-etl/variables-eu-west-1"' in text(answer)
    assert not Deployment.objects.exists()


def saving(**more: str) -> dict[str, str]:
    return typed(action="save", deployment_name="halden-prod", deployment_stage="dev", **more)


def test_a_deployment_and_its_prefixes_are_saved(admin: Client, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[Any] = []
    monkeypatch.setattr("secretsui.web.views.setup.sync.queue", lambda prefix, trigger: queued.append(prefix.path))
    given = saving(platform="mwaa", variables="etl/variables", **{"add-variable-etl/variables-eu-west-1": "on"})
    answer = admin.post(SAVE, given)
    assert answer.status_code == 302
    assert answer["Location"] == "/settings/deployments/halden-prod/"
    saved = Deployment.objects.get()
    assert (saved.stage, saved.platform, saved.airflow_version) == ("dev", "mwaa", "3.1")
    assert saved.backend_class.endswith(".SecretsManagerBackend")
    assert saved.backend_kwargs["variables_prefix"] == "etl/variables"
    assert saved.backend_kwargs["config_prefix"] is None
    (spot,) = LayerPlace.objects.all()
    assert (spot.layer, spot.place, spot.account, spot.region) == ("backend", "own", place.account, "eu-west-1")
    assert queued == ["etl/variables"]
    assert Prefix.objects.get(path="etl/variables").kind == "variable"
    assert {each.action for each in AccessEvent.objects.all()} == {"deployment", "prefix"}


def test_no_secret_is_saved(admin: Client, place: Place) -> None:
    assert admin.post(SAVE, saving(**VAULT)).status_code == 302
    saved = Deployment.objects.get()
    assert saved.backend_kwargs["url"] == "https://vault.example:8200"
    assert "<" not in json.dumps(saved.backend_kwargs)


def test_workers_get_a_backend_of_their_own(admin: Client, place: Place) -> None:
    given = saving(workers="own", worker_connections="workers/connections")
    assert admin.post(SAVE, given).status_code == 302
    saved = Deployment.objects.get()
    assert saved.worker_backend_kwargs["connections_prefix"] == "workers/connections"
    assert {each.layer for each in saved.places.all()} == {"backend", "worker-backend"}


@pytest.mark.parametrize("name", ["", "two words", "taken"])
def test_a_deployment_needs_a_name_of_its_own(admin: Client, place: Place, name: str) -> None:
    Deployment.objects.create(name="taken", api="none")
    answer = admin.post(SAVE, saving() | {"deployment_name": name})
    assert answer.status_code == 422
    assert Deployment.objects.count() == 1
    assert f'value="{name}"' in text(answer)


def test_a_prefix_of_an_unknown_account_is_not_offered(admin: Client, db: None) -> None:
    page = words(admin.post(SAVE, typed(action="propose")))
    assert "Its account is not known here." in page
    assert not Account.objects.exists()


def test_platforms_and_backends_are_those_that_are_known_elsewhere() -> None:
    assert set(get_args(Platform)) == set(Deployment.Platform.values) == set(PLATFORMS)
    assert set(CLASS_PATHS) == set(STORES)
    assert {*LOGINS} == {*VAULT_LOGINS}
    assert set(CLASS_PATHS.values()) <= set(CLASSES)
