from __future__ import annotations

import hashlib
import json
from typing import Any, Final

import pytest
from django.http import HttpResponse
from django.test import Client

from secretsui.access.models import AccessEvent
from secretsui.inventory.deployments import report
from secretsui.inventory.models import Check, Deployment, EnvSource, LayerEntry
from tests.web.rows import text

TOKEN: Final = "t0ken-" * 8
ADDRESS: Final = "/report/halden-prod/"


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secretsui.inventory.deployments.checks.send", lambda check_id: None)
    monkeypatch.setattr("secretsui.inventory.deployments.triggers.send", lambda deployment_id, wanted_at: None)


@pytest.fixture
def deployment(db: None) -> Deployment:
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    return Deployment.objects.create(name="halden-prod", api="none", reporter_digest=digest)


@pytest.fixture
def strict(deployment: Deployment) -> Client:
    """As a machine posts: with no cookie, and no token of a form."""
    return Client(enforce_csrf_checks=True)


def reported(deployment: Deployment, **more: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "process": "worker",
        "airflow": "3.3.2",
        "dialect": "3.3-sdk",
        "providers": {"apache-airflow-providers-amazon": "9.39.0"},
        "key_id": report.key_id(deployment),
        "names": {
            "AIRFLOW_CONN_CRM": {"use": "usable", "places": {"host": "0" * 32}},
            "AIRFLOW_VAR_BLANK": {"use": "empty", "places": {}},
        },
        "settings": {"backend": "", "kwargs": {}, "kwarg_names": [], "worker_backend": "", "multi_team": False},
    } | more


def post(client: Client, content: Any, token: str = TOKEN, address: str = ADDRESS) -> HttpResponse:
    body = content if isinstance(content, str | bytes) else json.dumps(content)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer: HttpResponse = client.post(address, body, content_type="application/json", headers=headers)  # type: ignore[assignment]
    return answer


def test_a_report_is_taken_and_recorded(strict: Client, deployment: Deployment) -> None:
    response = post(strict, reported(deployment))
    assert (response.status_code, response.content) == (204, b"")
    source = EnvSource.objects.get()
    assert (source.form, source.process, source.deployment) == ("reporter", "worker", deployment)
    assert sorted(LayerEntry.objects.values_list("name", flat=True)) == ["AIRFLOW_CONN_CRM", "AIRFLOW_VAR_BLANK"]
    event = AccessEvent.objects.get()
    assert (event.actor, event.action, event.deployment) == ("reporter", "report", "halden-prod")
    assert Check.objects.get().trigger == "report"
    assert "Set-Cookie" not in response.headers
    assert not response.cookies


@pytest.mark.parametrize(
    "token", ["", "wrong" * 10, TOKEN + "x", "short", "ü" * 30, hashlib.sha256(TOKEN.encode()).hexdigest()]
)
def test_a_wrong_token_learns_nothing(strict: Client, deployment: Deployment, token: str) -> None:
    Deployment.objects.create(name="silent", api="none")
    answers = [
        post(strict, reported(deployment), token, f"/report/{name}/") for name in ("halden-prod", "silent", "nowhere")
    ]
    assert {(each.status_code, each.content, each["WWW-Authenticate"]) for each in answers} == {
        (401, b"This token is not known for this deployment.", "Bearer")
    }
    assert not EnvSource.objects.exists()


def test_the_token_of_another_deployment_is_a_wrong_one(strict: Client, deployment: Deployment) -> None:
    other = Deployment.objects.create(name="other", api="none", reporter_digest="0" * 64)
    assert post(strict, reported(other), address="/report/other/").status_code == 401


def test_an_empty_digest_opens_nothing(strict: Client, deployment: Deployment) -> None:
    Deployment.objects.update(reporter_digest="")
    for token in ("", TOKEN):
        assert post(strict, reported(deployment), token).status_code == 401


def test_hashes_of_another_key_are_refused(strict: Client, deployment: Deployment) -> None:
    response = post(strict, reported(deployment, key_id="0" * 16))
    assert response.status_code == 409
    assert "another key" in text(response)
    assert not EnvSource.objects.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "This is no JSON."),
        ("{", "This is no JSON."),
        (b"\xff\xfe", "This is no JSON."),
        ("[" * 100_000, "This is no JSON."),
        ("[]", "This is no report: the whole"),
        ({"version": 2}, "version"),
        ({"process": "scheduler"}, "process"),
        ({"names": {"AIRFLOW_CONN_A": {"use": "usable", "places": {"host": "hunter2"}}}}, "places"),
        ({"names": {"AIRFLOW_CONN_A": {"use": "usable", "places": {"hunter2!": "0" * 32}}}}, "places"),
        ({"names": []}, "names"),
        ({"providers": {"a": 1}}, "providers"),
        ({"settings": None}, "settings"),
    ],
)
def test_what_is_no_report_is_refused_with_the_part_and_without_content(
    strict: Client, deployment: Deployment, content: Any, said: str
) -> None:
    response = post(strict, reported(deployment, **content) if isinstance(content, dict) else content)
    assert response.status_code == 422
    assert said in text(response)
    assert "hunter2" not in text(response)
    assert not EnvSource.objects.exists()


@pytest.mark.parametrize("size", [1_000_001, 3_000_000])
def test_a_report_of_more_than_a_megabyte_is_refused(strict: Client, deployment: Deployment, size: int) -> None:
    response = post(strict, " " * size)
    assert response.status_code == 413
    assert text(response) == "The report is larger than 1 MB."


def test_who_is_refused_again_and_again_has_to_wait(strict: Client, deployment: Deployment) -> None:
    statuses = [post(strict, {}, "wrong" * 10).status_code for _ in range(21)]
    assert statuses == [401] * 20 + [429]
    assert post(strict, reported(deployment)).status_code == 429


def test_reports_that_come_too_often_have_to_wait(strict: Client, deployment: Deployment) -> None:
    statuses = {post(strict, "[]").status_code for _ in range(120)}
    assert statuses == {422}
    assert post(strict, "[]").status_code == 429


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_the_wrong_method_is_refused(strict: Client, method: str) -> None:
    assert getattr(strict, method)(ADDRESS).status_code == 405
