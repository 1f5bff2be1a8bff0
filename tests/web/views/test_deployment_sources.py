from __future__ import annotations

import json
from typing import Any, Final

import boto3
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from secretsui.access.models import AccessEvent
from secretsui.inventory.models import Deployment, EnvSource, LayerEntry, LayerState
from tests.airflow import samples
from tests.aws import Aws
from tests.aws_server import access_key
from tests.conftest import Place, logged_in
from tests.web.rows import text, words

PAGE: Final = "/settings/deployments/halden-prod/sources/"
FILES: Final = "/settings/deployments/halden-prod/files/"
ENV: Final = "AIRFLOW_CONN_CRM=postgres://etl:hunter2@db.example/crm\nAIRFLOW_VAR_LIMIT=hunter2\nOTHER=hunter2\n"
HTMX: Final = {"HX-Request": "true"}


@pytest.fixture
def admin(root: User) -> Client:
    return logged_in(root, recently=True)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secretsui.inventory.deployments.triggers.send", lambda deployment_id, wanted_at: None)


@pytest.fixture
def deployment(place: Place) -> Deployment:
    return Deployment.objects.create(name="halden-prod", api="exported", airflow_version="3.3.2", account=place.account)


def given(form: str = "env-file", **more: Any) -> dict[str, Any]:
    return {"form": form, "label": "", "process": "any", "is_whole": "on", "text": ENV} | more


def names(source: EnvSource | None = None) -> list[str]:
    entries = LayerEntry.objects.filter(source=source) if source else LayerEntry.objects.all()
    return sorted(entries.values_list("name", flat=True))


def everything_kept() -> str:
    rows = [list(model.objects.values()) for model in (EnvSource, LayerEntry, LayerState, AccessEvent, Deployment)]
    return str(rows)


def test_without_a_source_the_page_says_what_that_means(admin: Client, deployment: Deployment) -> None:
    assert "every name of the environment is unknown, not absent" in words(admin.get(PAGE))


def test_a_pasted_file_is_read_and_dropped(admin: Client, deployment: Deployment) -> None:
    response = admin.post(PAGE, given(label="prod.env"), follow=True)
    assert names() == ["AIRFLOW_CONN_CRM", "AIRFLOW_VAR_LIMIT"]
    source = EnvSource.objects.get()
    assert (source.label, source.process, source.is_whole, source.form) == ("prod.env", "any", True, "env-file")
    page = words(response)
    assert "Read, and dropped again: 2 names were found." in page
    assert "prod.env" in page
    assert "hunter2" not in text(response) + everything_kept()
    event = AccessEvent.objects.get()
    assert (event.action, event.deployment, event.detail) == ("deployment", "halden-prod", "source given: env-file")


def test_an_uploaded_file_is_read_and_dropped(admin: Client, deployment: Deployment) -> None:
    file = SimpleUploadedFile("prod.env", b"\xef\xbb\xbf" + ENV.encode())
    response = admin.post(PAGE, given(text="", file=file), follow=True)
    assert names() == ["AIRFLOW_CONN_CRM", "AIRFLOW_VAR_LIMIT"]
    assert "hunter2" not in text(response) + everything_kept()


@pytest.mark.parametrize(
    ("form", "file", "name"),
    [
        ("compose", "compose.yaml", ""),
        ("helm", "values-official.yaml", "AIRFLOW_CONN_AIRFLOW_DB"),
        ("helm-community", "values-community.yaml", ""),
        ("ecs", "task-definition.json", ""),
        ("kubernetes", "workloads.yaml", ""),
        ("mwaa", "mwaa.json", "AIRFLOW_CONN_AWS_DEFAULT"),
        ("script", "startup.sh", ""),
        ("astro", "astro-deployment.json", ""),
        ("astro-objects", "astro-objects.json", ""),
    ],
)
def test_each_form_is_read(admin: Client, deployment: Deployment, form: str, file: str, name: str) -> None:
    sent = given(form, text=samples.text(file))
    response = admin.post(PAGE, sent)
    if response.status_code == 422:  # several processes are described
        response = admin.post(PAGE, sent | {"component": response.context["form"].components[0]})
    assert response.status_code == 302, words(response)
    assert EnvSource.objects.get().form == form
    assert LayerEntry.objects.exists()
    assert not name or name in names()
    assert admin.get(PAGE).status_code == 200


def test_of_several_components_one_is_chosen_and_the_text_does_not_come_back(
    admin: Client, deployment: Deployment
) -> None:
    compose = "services:\n" + "".join(
        f"  {name}:\n    environment:\n      AIRFLOW_CONN_{name.upper()}: postgres://u:hunter2@{name}/x\n"
        for name in ("web", "worker")
    )
    response = admin.post(PAGE, given("compose", text=compose))
    assert response.status_code == 422
    assert "Several processes are described. Choose the one that this is about." in words(response)
    assert '<option value="worker">' in text(response)
    assert "hunter2" not in text(response)
    assert not EnvSource.objects.exists()
    admin.post(PAGE, given("compose", text=compose, component="worker", process="worker"))
    source = EnvSource.objects.get()
    assert (source.component, source.process, names()) == ("worker", "worker", ["AIRFLOW_CONN_WORKER"])


def test_htmx_gets_the_choice_alone_so_that_the_text_stays_in_the_browser(
    admin: Client, deployment: Deployment
) -> None:
    response = admin.post(PAGE, given("compose", text=samples.text("compose.yaml")), headers=HTMX)
    assert response.status_code == 422
    assert "<select" in text(response)
    assert "<textarea" not in text(response)
    assert "<html" not in text(response)


def test_htmx_moves_on_when_it_was_read(admin: Client, deployment: Deployment) -> None:
    assert admin.post(PAGE, given(), headers=HTMX)["HX-Redirect"] == PAGE


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": ""}, "Paste the text, or choose a file."),
        ({"text": " \n"}, "Paste the text, or choose a file."),
        ({"form": "nonsense"}, "Select a valid choice."),
        ({"form": "reporter"}, "Select a valid choice."),
        ({"process": "nonsense"}, "Select a valid choice."),
        ({"label": "a\nb"}, "Write it in one line."),
        ({"form": "compose", "text": "services: [hunter2"}, "Line 1: The text cannot be read here."),
        ({"form": "mwaa", "text": "hunter2"}, "The text cannot be read here."),
        ({"form": "astro-objects", "text": '{"a": "hunter2"}'}, "list of environment objects"),
        ({"form": "ecs", "text": "", "live": "hunter"}, "Write it as arn:aws:ecs:"),
        ({"form": "mwaa", "text": "", "live": "other"}, "Only the MWAA environment of this deployment can be read."),
    ],
)
def test_what_cannot_be_read_is_told_and_does_not_come_back(
    admin: Client, deployment: Deployment, change: dict[str, str], said: str
) -> None:
    for headers in ({}, HTMX):
        response = admin.post(PAGE, given(**change), headers=headers)
        assert response.status_code == 422
        assert said in words(response)
        assert "hunter2" not in text(response)
    assert not EnvSource.objects.exists()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"A=\xe9"])
def test_a_file_that_is_no_text_is_refused(admin: Client, deployment: Deployment, content: bytes) -> None:
    response = admin.post(PAGE, given(text="", file=SimpleUploadedFile("x", content)))
    assert response.status_code == 422
    assert "The file is no UTF-8 text." in words(response)


def test_text_and_file_at_once_are_refused(admin: Client, deployment: Deployment) -> None:
    response = admin.post(PAGE, given(file=SimpleUploadedFile("x", b"A=1")))
    assert "Give the text or the file, not both." in words(response)


def test_a_very_large_file_is_refused_and_nothing_is_written_to_disk(
    admin: Client, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.NamedTemporaryFile", lambda *args, **kwargs: pytest.fail("wrote to disk"))
    large = SimpleUploadedFile("x", b"AIRFLOW_VAR_A=" + b"1" * 3_000_000)
    assert "The text is too long." in words(admin.post(PAGE, given(text="", file=large)))
    larger = SimpleUploadedFile("x", b"1" * 9_000_000)
    assert admin.post(PAGE, given(text="", file=larger)).status_code == 413


def test_files_that_a_source_names_are_given_along(admin: Client, deployment: Deployment) -> None:
    compose = "services:\n  web:\n    env_file: ./conf/web.env\n"
    admin.post(PAGE, given("compose", text=compose))
    assert "Not given: the env file ./conf/web.env. Give it along with the text." in words(admin.get(PAGE))
    admin.post(PAGE, given("compose", text=compose, more_files=[SimpleUploadedFile("web.env", ENV.encode())]))
    assert names(EnvSource.objects.get()) == ["AIRFLOW_CONN_CRM", "AIRFLOW_VAR_LIMIT"]
    assert "Not given" not in words(admin.get(PAGE))


def test_gaps_and_problems_stand_by_line_with_names_alone(admin: Client, deployment: Deployment) -> None:
    admin.post(PAGE, given(text="airflow_conn_crm=hunter2\nAIRFLOW_VAR_A=1\nAIRFLOW_VAR_A=hunter2\nAIRFLOW_VAR_B"))
    page = words(admin.get(PAGE))
    assert "3 remarks" in page
    assert "Line 1: Airflow looks for names in capitals only and never finds airflow_conn_crm." in page
    assert "Line 3: AIRFLOW_VAR_A was set before, in line 2" in page
    assert "hunter2" not in page


def test_where_more_may_be_set_the_list_says_so(admin: Client, deployment: Deployment) -> None:
    sent = given()
    del sent["is_whole"]
    admin.post(PAGE, sent)
    assert "More may be set there" in words(admin.get(PAGE))


def test_the_same_name_given_again_takes_the_place_of_the_old(admin: Client, deployment: Deployment) -> None:
    admin.post(PAGE, given(label="prod.env"))
    admin.post(PAGE, given(label="prod.env", text="AIRFLOW_VAR_NEW=1"))
    assert names(EnvSource.objects.get()) == ["AIRFLOW_VAR_NEW"]


def test_a_source_is_removed(admin: Client, deployment: Deployment) -> None:
    admin.post(PAGE, given(label="prod.env"))
    source = EnvSource.objects.get()
    assert admin.get(f"{PAGE}{source.pk}/remove/").status_code == 405
    assert admin.post(f"{PAGE}{source.pk}/remove/")["Location"] == PAGE
    assert not EnvSource.objects.exists()
    assert not LayerEntry.objects.exists()
    assert AccessEvent.objects.first().detail == "source removed: env-file"  # type: ignore[union-attr]


def test_a_source_of_another_deployment_is_not_found(admin: Client, deployment: Deployment) -> None:
    other = Deployment.objects.create(name="other", api="none")
    source = EnvSource.objects.create(deployment=other, form="env-file")
    assert admin.post(f"{PAGE}{source.pk}/remove/").status_code == 404
    assert EnvSource.objects.exists()


def test_a_task_definition_is_read_from_aws_and_a_container_chosen(
    admin: Client, deployment: Deployment, live_place: Place, aws: Aws
) -> None:
    keys = {"aws_access_key_id": access_key(aws.account), "aws_secret_access_key": "sample"}
    ecs = boto3.client("ecs", "eu-west-1", endpoint_url=aws.url, **keys)
    containers = [
        {"name": name, "image": "i", "memory": 1, "environment": [{"name": "AIRFLOW_VAR_A", "value": "hunter2"}]}
        for name in ("web", "worker")
    ]
    made = ecs.register_task_definition(family="airflow", containerDefinitions=containers)
    arn = made["taskDefinition"]["taskDefinitionArn"]
    response = admin.post(PAGE, given("ecs", text="", live=arn))
    assert (response.status_code, response.context["form"].components) == (422, ["web", "worker"]), words(response)
    response = admin.post(PAGE, given("ecs", text="", live=arn, component="worker", process="worker"), follow=True)
    source = EnvSource.objects.get()
    assert (source.label, source.component, names()) == (arn, "worker", ["AIRFLOW_VAR_A"])
    assert "hunter2" not in text(response) + everything_kept()


def test_aws_that_does_not_answer_is_told(admin: Client, deployment: Deployment, place: Place) -> None:
    arn = "arn:aws:ecs:eu-west-1:111122223333:task-definition/airflow:1"
    response = admin.post(PAGE, given("ecs", text="", live=arn))
    assert response.status_code == 422
    assert "could not reach AWS" in words(response)


@pytest.mark.parametrize("path", [PAGE, FILES, f"{PAGE}1/remove/"])
def test_only_administrators_give_sources(as_alice: Client, as_root: Client, deployment: Deployment, path: str) -> None:
    assert as_alice.post(path, given()).status_code == 403
    assert as_root.post(path, given())["Location"].startswith("/accounts/reauthenticate/")
    assert not EnvSource.objects.exists()


@pytest.mark.parametrize("path", ["sources/", "files/"])
def test_a_bad_name_is_not_found(admin: Client, path: str, db: None) -> None:
    assert admin.get(f"/settings/deployments/nowhere/{path}").status_code == 404


CONNECTIONS: Final = json.dumps({"crm": {"conn_type": "postgres", "host": "db.example", "password": "hunter2"}})


@pytest.mark.parametrize(
    ("connections", "variables"),
    [
        (CONNECTIONS, '{"limit": "hunter2"}'),
        ("crm:\n  conn_type: postgres\n  password: hunter2\n", "limit: hunter2\n"),
        ("crm=postgres://etl:hunter2@db.example/crm\n", ""),
    ],
)
def test_exported_files_are_the_rows_and_are_dropped(
    admin: Client, deployment: Deployment, connections: str, variables: str
) -> None:
    response = admin.post(FILES, {"connection": connections, "variable": variables}, follow=True)
    rows = set(LayerEntry.objects.values_list("layer", "kind", "name"))
    assert rows == {("metastore", "connection", "crm")} | ({("metastore", "variable", "limit")} if variables else set())
    assert "Read, and dropped again: 1 connection" in words(response)
    assert "hunter2" not in text(response) + everything_kept()
    assert AccessEvent.objects.first().detail.startswith("files given: connection")  # type: ignore[union-attr]


def test_exported_files_are_uploaded(admin: Client, deployment: Deployment) -> None:
    admin.post(FILES, {"connection_file": SimpleUploadedFile("c.json", CONNECTIONS.encode())})
    assert names() == ["crm"]
    assert "Connection: 1," in words(admin.get(FILES))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, ""),
        ({"connection": " "}, "Give the connections, the variables, or both."),
        ({"connection": "{hunter2"}, "This is not valid JSON from line 1 on."),
        ({"connection": CONNECTIONS, "variable": CONNECTIONS}, "This is an export of connections."),
        ({"connection": "AIRFLOW_CONN_A=hunter2"}, "Line 1 sets an environment variable."),
    ],
)
def test_files_that_cannot_be_read_to_the_end_change_nothing(
    admin: Client, deployment: Deployment, sent: dict[str, str], said: str
) -> None:
    for headers in ({}, HTMX):
        response = admin.post(FILES, sent, headers=headers)
        assert response.status_code == (422 if sent else 200)
        assert said in words(response)
        assert "hunter2" not in text(response)
    assert not LayerEntry.objects.exists()


def test_files_for_a_deployment_that_is_asked_are_told_to_be_passing(admin: Client, deployment: Deployment) -> None:
    Deployment.objects.update(api="v2")
    assert "This deployment is not read from exported files." in words(admin.get(FILES))
