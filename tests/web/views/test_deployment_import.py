from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Final

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.inventory.models import Deployment, EnvSource
from tests import airflow_double, mwaa_server
from tests.airflow.answering import Server
from tests.conftest import Place, logged_in
from tests.web.rows import text, words

HOME: Final = "/settings/deployments/halden-prod/"
PAGE: Final = HOME + "import/"
SETTINGS: Final = {
    "AIRFLOW__SECRETS__BACKEND": airflow_double.BACKEND,
    "AIRFLOW__SECRETS__BACKEND_KWARGS": '{"connections_prefix": "airflow/connections"}',
}


@pytest.fixture
def admin(root: User) -> Client:
    return logged_in(root, recently=True)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secretsui.inventory.deployments.checks.send", lambda check_id: None)
    monkeypatch.setattr("secretsui.inventory.deployments.triggers.send", lambda deployment_id, wanted_at: None)


@pytest.fixture
def deployment(place: Place) -> Deployment:
    return Deployment.objects.create(name="halden-prod", api="none", airflow_version="3.3.2", account=place.account)


@pytest.fixture
def airflow(monkeypatch: pytest.MonkeyPatch, deployment: Deployment) -> Iterator[airflow_double.Airflow]:
    """The deployment's own, which answers."""
    monkeypatch.setenv("SECRETSUI_CREDENTIAL_LAB", f"admin:{airflow_double.PASSWORD}")
    options = {
        "secrets": {
            "backend": airflow_double.BACKEND,
            "backend_kwargs": json.dumps({"connections_prefix": "a", "aws_secret_access_key": "hunter2"}),
        }
    }
    found = airflow_double.Airflow(options=options)
    with airflow_double.running(found) as server:
        _point_to(server)
        yield found


def _point_to(server: Server) -> None:
    Deployment.objects.update(api="v2", api_url=server.url, credential="env:SECRETSUI_CREDENTIAL_LAB")


def hidden_fields(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def test_a_source_that_sets_a_backend_is_offered_and_others_are_not(admin: Client, deployment: Deployment) -> None:
    EnvSource.objects.create(deployment=deployment, form="env-file", label="prod.env", settings=SETTINGS)
    EnvSource.objects.create(deployment=deployment, form="env-file", label="other.env")
    page = words(admin.get(PAGE))
    assert "prod.env" in page
    assert "other.env" not in page
    assert "Airflow's own configuration" not in page


def test_what_a_source_sets_stands_beside_what_is_entered(admin: Client, deployment: Deployment) -> None:
    Deployment.objects.update(backend_class="my.own.Backend")
    source = EnvSource.objects.create(deployment=deployment, form="helm", settings=SETTINGS, unknown=["AWS_REGION"])
    response = admin.post(PAGE, {"from": str(source.pk)})
    page = words(response)
    assert "my.own.Backend" in page
    assert airflow_double.BACKEND in page
    assert "Set, but not told: AWS_REGION" in page
    assert Deployment.objects.get().backend_class == "my.own.Backend"


def test_what_is_adopted_fills_the_form_and_is_saved_only_then(admin: Client, deployment: Deployment) -> None:
    source = EnvSource.objects.create(deployment=deployment, form="env-file", settings=SETTINGS)
    sent = hidden_fields(text(admin.post(PAGE, {"from": str(source.pk)})))
    assert sent["backend_class"] == airflow_double.BACKEND
    response = admin.post(HOME, {**sent, "adopt": "1"})
    assert response.status_code == 200
    assert "Taken over below, and not saved yet." in words(response)
    assert f'value="{airflow_double.BACKEND}"' in text(response)
    assert '"connections_prefix": "airflow/connections"' in html.unescape(text(response))
    assert Deployment.objects.get().backend_class == ""


def test_where_nothing_would_change_the_page_says_so(admin: Client, deployment: Deployment) -> None:
    Deployment.objects.update(
        backend_class=airflow_double.BACKEND, backend_kwargs={"connections_prefix": "airflow/connections"}
    )
    source = EnvSource.objects.create(deployment=deployment, form="env-file", settings=SETTINGS)
    page = words(admin.post(PAGE, {"from": str(source.pk)}))
    assert "Everything that was found is entered already." in page
    assert "Take these over" not in page


def test_airflow_tells_its_own_configuration_without_the_secrets_in_it(
    admin: Client, airflow: airflow_double.Airflow
) -> None:
    response = admin.post(PAGE, {"from": "airflow"})
    page = words(response)
    assert response.status_code == 200
    assert "apache-airflow-providers-amazon 9.39.0" in page
    assert '"connections_prefix": "a"' in page
    assert "aws_secret_access_key" in page
    assert "hunter2" not in text(response)


def test_a_configuration_that_is_hidden_is_told_with_its_remedy(admin: Client, airflow: airflow_double.Airflow) -> None:
    airflow.instead["/config"] = airflow_double.Reply(403, {"detail": "not exposed"})
    response = admin.post(PAGE, {"from": "airflow"})
    assert response.status_code == 502
    assert "Could not read the configuration." in words(response)


@pytest.mark.parametrize("origin", ["", "none", "0", "9" * 30])
def test_an_origin_that_is_none_is_refused(admin: Client, deployment: Deployment, origin: str) -> None:
    response = admin.post(PAGE, {"from": origin})
    assert response.status_code == 422
    assert "Choose where the settings are read from." in words(response)


def test_a_source_of_another_deployment_is_none(admin: Client, deployment: Deployment) -> None:
    other = Deployment.objects.create(name="other", api="none")
    source = EnvSource.objects.create(deployment=other, form="env-file", settings=SETTINGS)
    assert admin.post(PAGE, {"from": str(source.pk)}).status_code == 422


def test_a_deployment_that_is_asked_is_tested_part_by_part(admin: Client, airflow: airflow_double.Airflow) -> None:
    page = words(admin.post(HOME + "test/"))
    assert "Address OK Airflow 3.3.2 answers." in page
    assert "Connections OK They can be listed." in page


def test_a_credential_that_is_not_accepted_is_told(
    admin: Client, airflow: airflow_double.Airflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRETSUI_CREDENTIAL_LAB", "admin:hunter2")
    response = admin.post(HOME + "test/")
    assert "Airflow does not accept these credentials." in words(response)
    assert "hunter2" not in text(response)


def test_an_mwaa_environment_is_read_and_its_options_are_proposed(
    admin: Client, deployment: Deployment, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA111122223333TEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sample")
    options = {"secrets.backend": airflow_double.BACKEND, "secrets.backend_kwargs": '{"sep": "-", "token": "hunter2"}'}
    environment = {"Name": "halden", "AirflowVersion": "2.10.3", "AirflowConfigurationOptions": options}
    Deployment.objects.update(api="mwaa", mwaa_environment="halden", region=mwaa_server.REGION)
    with mwaa_server.serving(environment, mwaa_server.Rows("2.10.3")) as mwaa:
        place.account.account_id = ""
        place.point_to(mwaa.url)
        place.account.save()
        sent = {"form": "mwaa", "process": "any", "is_whole": "on", "live": "halden", "text": ""}
        response = admin.post(HOME + "sources/", sent)
    assert response.status_code == 302, words(response)
    source = EnvSource.objects.get()
    assert (source.form, source.label) == ("mwaa", "halden")
    response = admin.post(PAGE, {"from": str(source.pk)})
    assert '"sep": "-"' in words(response)
    assert "hunter2" not in text(response)
