from __future__ import annotations

from typing import Any, Final

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from secretsui.access.models import AccessEvent, DeploymentGrant, DeploymentLevel
from secretsui.core.backend_settings import SERVER
from secretsui.inventory.models import Account, Check, Deployment, EnvSource, LayerEntry, LayerPlace, LayerState
from secretsui.web.forms.deployment import DeploymentForm
from tests.conftest import Place, logged_in
from tests.web.rows import text, words

HOME: Final = "/settings/deployments/"
PAGE: Final = HOME + "halden-prod/"
SECRETS_MANAGER: Final = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
SHARED: Final = "airflow_aws_shared_secrets.secret_manager.SharedSecretsManagerBackend"
GOOGLE: Final = "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend"
VAULT: Final = "airflow.providers.hashicorp.secrets.vault.VaultBackend"


@pytest.fixture
def admin(root: User) -> Client:
    return logged_in(root, recently=True)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secretsui.inventory.deployments.checks.send", lambda check_id: None)
    monkeypatch.setattr("secretsui.inventory.deployments.triggers.send", lambda deployment_id, wanted_at: None)


@pytest.fixture
def deployment(place: Place) -> Deployment:
    return Deployment.objects.create(name="halden-prod", api="exported", airflow_version="3.3.2")


def typed(**more: Any) -> dict[str, Any]:
    return {
        "name": "lab",
        "stage": "dev",
        "platform": "plain",
        "airflow_version": "3.3.2",
        "api": "exported",
        "sign_in": "password",
        "check_minutes": "60",
    } | more


def test_without_any_the_list_leads_on(admin: Client) -> None:
    page = words(admin.get(HOME))
    assert "Add your first deployment" in page
    assert "0 deployments" in page


def test_administrators_see_every_deployment_with_its_layers(admin: Client, deployment: Deployment) -> None:
    page = words(admin.get(HOME))
    assert "halden-prod" in page
    assert "Environment of workers, not known" in page
    assert "Metadata database, never read" in page
    assert "Nobody" in page


def test_others_see_what_they_were_granted_and_no_button(as_bob: Client, deployment: Deployment, bob: User) -> None:
    Deployment.objects.create(name="hidden", api="none")
    group = bob.groups.get()
    DeploymentGrant.objects.create(group=group, deployment=deployment, level=DeploymentLevel.SEE)
    page = words(as_bob.get(HOME))
    assert "halden-prod" in page
    assert 'href="/d/halden-prod/conflicts/"' in text(as_bob.get(HOME))
    assert "hidden" not in page
    assert "Add deployment" not in page
    assert "Check" not in page.replace("Last check", "")


def test_an_outsider_sees_none(as_charlie: Client, deployment: Deployment) -> None:
    page = words(as_charlie.get(HOME))
    assert "halden-prod" not in page
    assert "You cannot see any deployment yet" in page


PATHS: Final = ("new/", *(f"halden-prod/{path}" for path in ("", "test/", "check/", "grants/", "import/", "remove/")))


@pytest.mark.parametrize("path", PATHS)
def test_only_administrators_change_them(as_alice: Client, deployment: Deployment, alice: User, path: str) -> None:
    DeploymentGrant.objects.create(group=alice.groups.get(), deployment=deployment, level=DeploymentLevel.FIX)
    assert as_alice.post(HOME + path).status_code == 403
    assert Deployment.objects.get().name == "halden-prod"


@pytest.mark.parametrize("path", PATHS)
def test_changing_needs_the_password(as_root: Client, deployment: Deployment, path: str) -> None:
    assert as_root.post(HOME + path)["Location"].startswith("/accounts/reauthenticate/?next=")


@pytest.mark.parametrize("path", ["nowhere/", "nowhere/remove/", "nowhere/grants/", "nowhere/import/"])
def test_a_bad_name_is_not_found(admin: Client, path: str) -> None:
    assert admin.get(HOME + path).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"), [("post", ""), ("put", "new/"), ("get", "halden-prod/test/"), ("get", "halden-prod/check/")]
)
def test_the_wrong_method_is_refused(admin: Client, deployment: Deployment, method: str, path: str) -> None:
    assert getattr(admin, method)(HOME + path).status_code == 405


def test_a_deployment_is_added_recorded_and_checked(admin: Client, place: Place) -> None:
    sent = typed(
        providers="apache-airflow-providers-amazon==9.39.0\nApache_Airflow.Providers_Http 5.0",
        backend_class=SECRETS_MANAGER,
        backend_kwargs='{"connections_prefix": "airflow/connections", "sep": "/"}',
        backend_own_account="data-dev",
        backend_own_region="eu-west-1",
    )
    response = admin.post(HOME + "new/", sent)
    assert (response.status_code, response["Location"]) == (302, HOME + "lab/")
    made = Deployment.objects.get()
    assert made.providers == {
        "apache-airflow-providers-amazon": "9.39.0",
        "apache-airflow-providers-http": "5.0",
    }
    assert made.backend_kwargs == {"connections_prefix": "airflow/connections", "sep": "/"}
    where = LayerPlace.objects.get()
    assert (where.layer, where.place, where.account, where.region) == ("backend", "own", place.account, "eu-west-1")
    assert (Check.objects.get().deployment, Check.objects.get().trigger) == (made, "change")
    event = AccessEvent.objects.get()
    assert (event.action, event.deployment, event.actor) == ("deployment", "lab", "root")


def test_its_page_shows_what_was_entered(admin: Client, place: Place) -> None:
    admin.post(HOME + "new/", typed(backend_class=SECRETS_MANAGER, providers="apache-airflow-providers-amazon 9.1"))
    page = text(admin.get(HOME + "lab/"))
    assert "apache-airflow-providers-amazon 9.1</textarea>" in page
    assert f'value="{SECRETS_MANAGER}"' in page
    assert "In which account it looks is not known here. Choose one." in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "with space"}, "Enter a valid “slug”"),
        ({"name": "new"}, "This name is taken."),
        ({"name": "HALDEN-prod"}, "This name is taken."),
        ({"airflow_version": "three"}, "Write the version as Airflow does: 3.3.2."),
        ({"airflow_version": ""}, "Enter the version of Airflow: nobody can be asked for it."),
        ({"api": "v2"}, "Enter the address of Airflow, such as https://airflow.example.com."),
        ({"api": "v2"}, "Name the credential to sign in with."),
        ({"api": "v2", "sign_in": "session"}, "Airflow 3 takes a user and password, or a token."),
        ({"api": "mwaa"}, "Choose the account that reads it."),
        ({"api": "mwaa", "region": "Frankfurt"}, "Write the region as AWS does: eu-central-1."),
        ({"providers": "amazon"}, "Line 1: write a distribution and its version"),
        ({"providers": "amazon 9\n\namazon nine"}, "Line 3: write a distribution and its version"),
        ({"backend_class": "SecretsManagerBackend"}, "Write the path of the class as in Airflow's setting"),
        ({"backend_kwargs": "[1]"}, "Write a JSON object"),
        ({"backend_kwargs": '{"sep": }'}, "This is no JSON: look at line 1, column 9."),
        ({"backend_kwargs": '{"sep": NaN}'}, "This JSON holds a number or a nesting that cannot be kept."),
        ({"backend_kwargs": '{"sep": "\\u0000"}'}, "This JSON holds signs that cannot be kept."),
        ({"backend_kwargs": '{"sep": "\\ud800"}'}, "This JSON holds signs that cannot be kept."),
        ({"airflow_version": "2.11.0", "worker_backend_class": VAULT}, "Workers of Airflow 2 have no backend"),
        ({"backend_own_account": "nowhere"}, "Select a valid choice."),
        ({"backend_own_region": "eu-west-1"}, "Choose the account of this region."),
        ({"check_minutes": "1"}, "Choose from 5 minutes to a week"),
    ],
)
def test_bad_input_is_named_and_what_was_typed_stays(
    admin: Client, deployment: Deployment, change: dict[str, str], said: str
) -> None:
    response = admin.post(HOME + "new/", typed(**change))
    assert response.status_code == 422
    assert said in words(response)
    assert Deployment.objects.count() == 1
    for value in change.values():
        assert value.splitlines()[-1:] == [] or value.splitlines()[0].replace('"', "&quot;") in text(response)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("hunter2-and-more", "This is no reference to a credential."),
        ("admin:hunter2-and-more", "This is no reference to a credential."),
        ("env:hunter2-and-more", "This is no reference to a credential."),
        ("file:../../hunter2-and-more", "The file of the credential is not in the folder for credentials, or"),
        ("eyJhbGciOi.hunter2-and-more" * 20, "Ensure this value has at most 300 characters"),
    ],
)
def test_a_credential_itself_is_refused_and_does_not_come_back(
    admin: Client, deployment: Deployment, given: str, said: str
) -> None:
    sent = typed(api="v2", api_url="https://airflow.example.com", credential=given)
    response = admin.post(HOME + "new/", sent)
    assert response.status_code == 422
    assert said in words(response)
    assert "hunter2-and-more" not in text(response)


def test_a_password_in_the_address_is_refused_and_does_not_come_back(admin: Client, db: None) -> None:
    sent = typed(api="v2", api_url="https://admin:hunter2@airflow.example.com", credential="env:SECRETSUI_CREDENTIAL_X")
    response = admin.post(HOME + "new/", sent)
    assert response.status_code == 422
    assert "Write the address without user, password and query" in words(response)
    assert "hunter2" not in text(response)


def test_a_reference_that_leads_nowhere_yet_is_kept_and_told(admin: Client, db: None) -> None:
    sent = typed(api="v2", api_url="https://airflow.example.com", credential="env:SECRETSUI_CREDENTIAL_LAB")
    response = admin.post(HOME + "new/", sent, follow=True)
    assert Deployment.objects.get().credential == "env:SECRETSUI_CREDENTIAL_LAB"
    assert "The environment of this server has no SECRETSUI_CREDENTIAL_LAB." in words(response)


def test_a_secrets_arn_needs_the_account_that_reads_it(admin: Client, place: Place) -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:airflow-api-AbCdEf"
    sent = typed(api="v1", airflow_version="2.11.0", api_url="https://airflow.example.com", credential=arn)
    assert "Choose the account that reads it." in words(admin.post(HOME + "new/", sent))
    admin.post(HOME + "new/", sent | {"account": "data-dev"})
    assert Deployment.objects.get().account == place.account


def test_what_the_way_to_read_does_not_need_is_put_aside(admin: Client, place: Place) -> None:
    sent = typed(api_url="not an address", credential="hunter2", account="data-dev", region="moon")
    assert admin.post(HOME + "new/", sent).status_code == 302
    made = Deployment.objects.get()
    assert (made.api_url, made.credential, made.region, made.mwaa_environment) == ("", "", "", "")
    assert made.account == place.account  # reads task definitions, whatever else is asked


def test_secrets_in_kwargs_are_taken_out_and_named(admin: Client, db: None) -> None:
    kwargs = '{"url": "https://vault.example", "token": "hvs.hunter2", "mount_point": "airflow"}'
    response = admin.post(HOME + "new/", typed(backend_class=VAULT, backend_kwargs=kwargs), follow=True)
    assert "only the name is kept, as their values may be secret: token" in words(response)
    assert "hunter2" not in text(response)
    assert Deployment.objects.get().backend_kwargs["mount_point"] == "airflow"
    assert "hunter2" not in str(Deployment.objects.values().get())


def test_secrets_in_kwargs_do_not_come_back_with_an_error(admin: Client, db: None) -> None:
    response = admin.post(
        HOME + "new/",
        typed(name="", backend_class=VAULT, backend_kwargs='{"token": "hvs.hunter2", "mount_point": "m"}'),
    )
    assert response.status_code == 422
    assert "hunter2" not in text(response)
    assert "mount_point" in text(response)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"backend_class": GOOGLE, "backend_kwargs": '{"project_id": "p", "prefix": "x", "seperator": "-"}'},
            "This backend does not take prefix, seperator, so Airflow does not start.",
        ),
        (
            {
                "airflow_version": "2.11.0",
                "backend_class": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
                "backend_kwargs": '{"connections_file_path": "/c.json", "configs_file_path": "/o.json"}',
            },
            "This backend does not take configs_file_path, so Airflow does not start.",
        ),
        (
            {"backend_class": SECRETS_MANAGER, "backend_kwargs": '{"connections_prefix": 7}'},
            "connections_prefix has the wrong type, so Airflow does not start.",
        ),
        ({"backend_class": SHARED}, "shared_account is missing, so Airflow does not start."),
        (
            {"backend_class": VAULT, "backend_kwargs": '{"auth_type": "magic"}'},
            "auth_type has a value that this backend",
        ),
        ({"worker_backend_class": VAULT, "worker_backend_kwargs": '{"kv_engine_version": 3}'}, "kv_engine_version has"),
        (
            {"backend_class": GOOGLE, "backend_kwargs": '{"connections_prefix": "a/b"}'},
            "connections_prefix has signs that no name there may have",
        ),
    ],
)
def test_kwargs_with_which_airflow_does_not_start_are_refused(
    admin: Client, db: None, change: dict[str, str], said: str
) -> None:
    response = admin.post(HOME + "new/", typed(**change))
    assert response.status_code == 422
    assert said in words(response)


def test_it_is_the_providers_version_that_decides_about_kwargs(admin: Client, db: None) -> None:
    lists = typed(backend_class=VAULT, backend_kwargs='{"connections_path": ["a", "b"]}')
    old, new = "apache-airflow-providers-hashicorp 4.1.0", "apache-airflow-providers-hashicorp 4.8.0"
    assert "connections_path has the wrong type" in words(admin.post(HOME + "new/", lists | {"providers": old}))
    assert admin.post(HOME + "new/", lists | {"providers": new}).status_code == 302


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"backend_class": "my.own.Backend"}, "Backend is code that is not known here."),
        (
            {
                "backend_class": SHARED,
                "backend_kwargs": '{"shared_account": "1"}',
                "providers": "apache-airflow-providers-amazon 9.39.0",
            },
            "With amazon 9.26 and later each lookup of this backend fails",
        ),
        (
            {"backend_class": SECRETS_MANAGER, "backend_kwargs": '{"connections_lookup_pattern": "("}'},
            "A lookup pattern cannot be read, so each lookup fails.",
        ),
    ],
)
def test_what_airflow_starts_with_is_saved_and_told(admin: Client, db: None, change: dict[str, str], said: str) -> None:
    assert said in words(admin.post(HOME + "new/", typed(**change), follow=True))
    assert Deployment.objects.exists()


@pytest.mark.parametrize(
    ("kwargs", "account", "region"),
    [
        ('{"role_arn": "arn:aws:iam::111122223333:role/airflow"}', "data-dev", "eu-west-1"),
        ('{"role_arn": "arn:aws:iam::111122223333:role/airflow", "region_name": "us-east-1"}', "data-dev", "us-east-1"),
        ('{"profile_name": "lake"}', "lake", "us-east-2"),
        ('{"role_arn": "arn:aws:iam::999999999999:role/airflow"}', None, None),
        ("{}", None, None),
    ],
)
def test_where_a_backend_looks_is_taken_from_its_kwargs(
    admin: Client, place: Place, kwargs: str, account: str | None, region: str | None
) -> None:
    Account.objects.create(name="lake", region="us-east-2", credentials="profile", profile="lake")
    page = words(admin.post(HOME + "new/", typed(backend_class=SECRETS_MANAGER, backend_kwargs=kwargs), follow=True))
    where = LayerPlace.objects.first()
    assert (where.account.name, where.region) == (account, region) if where else account is None
    assert (f"Secrets backend looks in {account}, {region}, as far as can be told." in page) == bool(account)


def test_a_backend_whose_kwargs_name_no_account_looks_in_that_of_the_deployment(admin: Client, place: Place) -> None:
    sent = typed(api="mwaa", account="data-dev", region="us-east-1", mwaa_environment="halden")
    admin.post(HOME + "new/", sent | {"backend_class": SECRETS_MANAGER})
    where = LayerPlace.objects.get()
    assert (where.account, where.region) == (place.account, "us-east-1")


def test_an_account_of_another_vendor_is_told_from_kwargs_too(admin: Client, db: None) -> None:
    url = "https://vault.example"
    vault = Account.objects.create(name="vault", vendor="vault", region="secret", endpoint_url=url)
    kwargs = (
        f'{{"url": "{url}/", "mount_point": "airflow/kv", "auth_type": "kubernetes", "kubernetes_role": "airflow"}}'
    )
    page = words(admin.post(HOME + "new/", typed(backend_class=VAULT, backend_kwargs=kwargs), follow=True))
    where = LayerPlace.objects.get()
    assert (where.account, where.region) == (vault, "airflow/kv")
    assert "Secrets backend looks in vault, airflow/kv, as far as can be told." in page


@pytest.mark.parametrize(
    ("vendor", "typed_region", "kept"),
    [("vault", "kv/team/", "kv/team"), ("google", "europe-west1", "global"), ("aws", "Frankfurt", None)],
)
def test_a_region_is_what_the_vendor_of_the_account_takes_for_one(
    admin: Client, db: None, vendor: str, typed_region: str, kept: str | None
) -> None:
    Account.objects.create(name="there", vendor=vendor, region="global")
    response = admin.post(HOME + "new/", typed(backend_own_account="there", backend_own_region=typed_region))
    assert response.status_code == (302 if kept else 422)
    assert LayerPlace.objects.values_list("region", flat=True).first() == kept


def test_where_a_source_sets_the_backend_its_kwargs_tell_the_account(
    admin: Client, deployment: Deployment, place: Place
) -> None:
    settings = {SERVER: SECRETS_MANAGER, f"{SERVER}_KWARGS": '{"role_arn": "arn:aws:iam::111122223333:role/airflow"}'}
    EnvSource.objects.create(deployment=deployment, form="env-file", settings=settings)
    assert "A source of the environment sets SecretsManagerBackend" in words(admin.get(PAGE))
    admin.post(PAGE, typed(name="halden-prod"))
    assert LayerPlace.objects.get().account == place.account


def test_the_shared_account_is_taken_from_its_kwargs(admin: Client, place: Place) -> None:
    sent = typed(backend_class=SHARED, backend_kwargs='{"shared_account": "111122223333", "aws_region": "eu-north-1"}')
    admin.post(HOME + "new/", sent)
    where = LayerPlace.objects.get()
    assert (where.place, where.account, where.region) == ("shared", place.account, "eu-north-1")


def test_a_deployment_is_changed_and_checked_again(admin: Client, deployment: Deployment) -> None:
    response = admin.post(PAGE, typed(name="halden-prod", airflow_version="2.11.2", team="", check_minutes="30"))
    assert response["Location"] == PAGE
    deployment.refresh_from_db()
    assert (deployment.airflow_version, deployment.check_minutes) == ("2.11.2", 30)
    assert Check.objects.filter(deployment=deployment).count() == 1
    assert "airflow_version" in AccessEvent.objects.get().detail


def test_nothing_is_kept_of_an_airflow_that_is_not_asked_any_more(admin: Client, deployment: Deployment) -> None:
    Deployment.objects.update(detected={"airflow": "3.3.2"})
    LayerEntry.objects.create(deployment=deployment, layer="metastore", kind="connection", name="crm")
    LayerState.objects.create(deployment=deployment, layer="metastore", kind="connection")

    admin.post(PAGE, typed(name="halden-prod", stage="prod"))
    deployment.refresh_from_db()
    assert (deployment.detected, LayerEntry.objects.count()) == ({"airflow": "3.3.2"}, 1)

    admin.post(PAGE, typed(name="halden-prod", api="none"))
    deployment.refresh_from_db()
    assert (deployment.detected, LayerEntry.objects.count(), LayerState.objects.count()) == ({}, 0, 0)


@pytest.mark.parametrize(("change", "is_given_up"), [({"api": "none"}, True), ({"stage": "prod"}, False)])
def test_a_check_of_an_airflow_that_is_not_asked_any_more_is_given_up(
    admin: Client, deployment: Deployment, change: dict[str, str], is_given_up: bool
) -> None:
    running = Check.objects.create(deployment=deployment, state=Check.State.RUNNING)
    admin.post(PAGE, typed(name="halden-prod", **change))
    running.refresh_from_db()
    assert running.state == ("failed" if is_given_up else "running")
    assert ("another Airflow" in running.problem) is is_given_up
    latest = Check.objects.latest("pk")
    assert (latest.state, latest.trigger) == (("queued", "change") if is_given_up else ("running", running.trigger))


def test_what_changed_while_the_form_was_saved_stays(
    admin: Client, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    Deployment.objects.update(reporter_digest="0" * 64)
    before = Deployment.objects.get().changed_at

    def look(form: DeploymentForm) -> None:
        Deployment.objects.update(reporter_digest="", detected={"airflow": "3.3.2"})

    monkeypatch.setattr(DeploymentForm, "look", look)
    admin.post(PAGE, typed(name="halden-prod", stage="prod"))
    deployment.refresh_from_db()
    assert (deployment.stage, deployment.reporter_digest, deployment.airflow) == ("prod", "", "3.3.2")
    assert deployment.changed_at > before


def test_a_deployment_that_is_removed_while_the_form_is_saved_stays_removed(
    admin: Client, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DeploymentForm, "look", lambda form: Deployment.objects.all().delete())
    assert admin.post(PAGE, typed(name="halden-prod", stage="prod")).status_code == 404
    assert not Deployment.objects.exists()


def test_a_new_name_is_a_new_address_for_the_reporter(admin: Client, deployment: Deployment) -> None:
    assert "reporter" not in words(admin.post(PAGE, typed(name="first"), follow=True)).partition("What it is")[0]
    Deployment.objects.update(reporter_digest="0" * 64)
    response = admin.post(HOME + "first/", typed(name="second"), follow=True)
    assert "The reporter's address has the name in it" in words(response)


def test_a_refused_change_leaves_the_page_of_the_deployment_as_it_is(admin: Client, deployment: Deployment) -> None:
    response = admin.post(PAGE, typed(name="other", airflow_version="x"))
    assert response.status_code == 422
    assert f'action="{PAGE}remove/"' not in text(response)
    assert f'href="{PAGE}remove/"' in text(response)
    assert 'value="other"' in text(response)


def test_its_page_leads_to_its_conflicts_for_who_may_see_them(
    admin: Client, root: User, deployment: Deployment
) -> None:
    link = 'class="btn" href="/d/halden-prod/conflicts/"'
    assert link not in text(admin.get(PAGE))
    root.groups.add(group := Group.objects.create(name="readers"))
    DeploymentGrant.objects.create(group=group, deployment=deployment, level=DeploymentLevel.SEE)
    assert link in text(admin.get(PAGE))


@pytest.mark.parametrize(
    ("detected", "given", "is_told"),
    [
        ({"config": "config-hidden"}, "", True),
        ({"config": "config-hidden"}, SECRETS_MANAGER, False),
        ({"config": "config-hidden", "backend": SECRETS_MANAGER}, "", False),
        ({"config": ""}, "", False),
    ],
)
def test_a_configuration_that_airflow_hides_is_told_where_no_backend_is_known(
    admin: Client, deployment: Deployment, detected: dict[str, str], given: str, is_told: bool
) -> None:
    Deployment.objects.update(detected=detected, backend_class=given)
    assert ("This Airflow does not show its configuration" in words(admin.get(PAGE))) is is_told


def test_a_check_is_asked_for(admin: Client, deployment: Deployment) -> None:
    assert admin.post(PAGE + "check/")["Location"] == PAGE
    assert Check.objects.get().state == "queued"
    assert "Being checked" in words(admin.get(PAGE))


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_the_test_says_of_each_part_what_is_missing(
    admin: Client, deployment: Deployment, headers: dict[str, str]
) -> None:
    response = admin.post(PAGE + "test/", headers=headers)
    page = words(response)
    assert response.status_code == 200
    assert "Resolved as Airflow 3.3.2." in page
    assert "Nothing tells what the environments of this deployment's processes set." in page
    assert "Could not check" in page
    assert ("<html" in text(response)) == (not headers)


def test_a_failed_test_says_what_cannot_be_reached(admin: Client, deployment: Deployment) -> None:
    Deployment.objects.update(api="v2", api_url="http://127.0.0.1:9", credential="env:SECRETSUI_CREDENTIAL_NONE")
    page = words(admin.post(PAGE + "test/"))
    assert "Failed" in page


def test_grants_are_given_and_taken_away(admin: Client, deployment: Deployment) -> None:
    readers = Group.objects.create(name="readers")
    admin.post(PAGE + "grants/", {f"group_{readers.pk}": "1", "new_group": "menders", "new_level": "2"})
    assert {each.group.name: each.level for each in deployment.grants.all()} == {"readers": 1, "menders": 2}
    assert "menders" in words(admin.get(PAGE))
    menders = Group.objects.get(name="menders")
    admin.post(PAGE + "grants/", {f"group_{readers.pk}": "", f"group_{menders.pk}": "1"})
    assert {each.group.name: each.level for each in deployment.grants.all()} == {"menders": 1}
    details = list(AccessEvent.objects.order_by("pk").values_list("action", "deployment", "detail"))
    assert details[-2:] == [
        ("grant", "halden-prod", "menders: fix to see"),
        ("grant", "halden-prod", "readers: see to none"),
    ]


def test_a_level_that_does_not_exist_is_refused(admin: Client, deployment: Deployment) -> None:
    group = Group.objects.create(name="readers")
    response = admin.post(PAGE + "grants/", {f"group_{group.pk}": "3"})
    assert response.status_code == 422
    assert not deployment.grants.exists()


def test_removing_asks_first_and_leaves_the_log(admin: Client, deployment: Deployment) -> None:
    assert "Nothing changes in Airflow or in any store" in words(admin.get(PAGE + "remove/"))
    response = admin.post(PAGE + "remove/")
    assert (response.status_code, Deployment.objects.count()) == (422, 1)
    assert "Tick the box to confirm." in words(response)
    admin.post(PAGE + "remove/", {"confirm": "yes"})
    assert not Deployment.objects.exists()
    event = AccessEvent.objects.get()
    assert (event.deployment, event.detail) == ("halden-prod", "removed")


def test_the_role_of_airflow_is_an_arn_and_is_kept(admin: Client, place: Place) -> None:
    bad = admin.post(HOME + "new/", typed(role_arn="airflow"))
    assert bad.status_code == 422
    assert "Enter the ARN of a role: arn:aws:iam::, the account, :role/ and its name." in text(bad)
    assert 'value="airflow"' in text(bad)
    role = "arn:aws:iam::111122223333:role/team/airflow"
    assert admin.post(HOME + "new/", typed(role_arn=role)).status_code == 302
    assert Deployment.objects.get().role_arn == role
