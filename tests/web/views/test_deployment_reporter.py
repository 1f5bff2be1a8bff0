from __future__ import annotations

import hashlib
import re
from typing import Final

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.access.models import AccessEvent
from secretsui.inventory.deployments import report
from secretsui.inventory.models import Deployment
from tests.conftest import logged_in
from tests.web.rows import text, words

PAGE: Final = "/settings/deployments/halden-prod/reporter/"


@pytest.fixture
def admin(root: User) -> Client:
    return logged_in(root, recently=True)


@pytest.fixture
def deployment(db: None) -> Deployment:
    return Deployment.objects.create(name="halden-prod", api="none", airflow_version="3.3.2")


def lines_of(page: str) -> dict[str, str]:
    return dict(re.findall(r"(SECRETSUI_REPORT_[A-Z]+)=(\S+)", page))


def test_a_token_is_shown_once_and_kept_as_its_digest(admin: Client, deployment: Deployment) -> None:
    assert "Make a token" in words(admin.get(PAGE))
    shown = lines_of(text(admin.post(PAGE, {"do": "make"})))
    token = shown["SECRETSUI_REPORT_TOKEN"]
    deployment.refresh_from_db()
    assert shown["SECRETSUI_REPORT_URL"] == "http://testserver/report/halden-prod/"
    assert shown["SECRETSUI_REPORT_KEY"] == report.key(deployment).reveal()
    assert deployment.reporter_digest == hashlib.sha256(token.encode()).hexdigest()
    page = text(admin.get(PAGE))
    assert token not in page
    assert shown["SECRETSUI_REPORT_KEY"] not in page
    assert "Replace the token" in page
    assert token not in str(list(AccessEvent.objects.values()))
    assert token not in str(dict(admin.session.items()))


def test_a_new_token_takes_the_place_of_the_old(admin: Client, deployment: Deployment) -> None:
    first = lines_of(text(admin.post(PAGE, {"do": "make"})))
    second = lines_of(text(admin.post(PAGE, {"do": "make"})))
    deployment.refresh_from_db()
    assert first["SECRETSUI_REPORT_TOKEN"] != second["SECRETSUI_REPORT_TOKEN"]
    assert deployment.reporter_digest == hashlib.sha256(second["SECRETSUI_REPORT_TOKEN"].encode()).hexdigest()


def test_a_token_is_revoked(admin: Client, deployment: Deployment) -> None:
    admin.post(PAGE, {"do": "make"})
    response = admin.post(PAGE, {"do": "revoke"}, follow=True)
    deployment.refresh_from_db()
    assert deployment.reporter_digest == ""
    assert "The token is revoked." in words(response)
    assert [event.detail for event in AccessEvent.objects.order_by("pk")] == [
        "reporter's token made",
        "reporter's token revoked",
    ]


def test_only_administrators_make_tokens(as_alice: Client, as_root: Client, deployment: Deployment) -> None:
    assert as_alice.post(PAGE, {"do": "make"}).status_code == 403
    assert as_root.post(PAGE, {"do": "make"})["Location"].startswith("/accounts/reauthenticate/")
    deployment.refresh_from_db()
    assert deployment.reporter_digest == ""


def test_a_bad_name_is_not_found(admin: Client, db: None) -> None:
    assert admin.get("/settings/deployments/nowhere/reporter/").status_code == 404
    assert admin.put(PAGE).status_code == 405
