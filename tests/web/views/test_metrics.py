from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.audits.findings import stored
from tests.conftest import Place

pytestmark = [pytest.mark.django_db]
TOKEN = "a-token-of-the-test"


@pytest.fixture(autouse=True)
def with_token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def asked(header: str | None = f"Bearer {TOKEN}") -> tuple[int, str]:
    headers = {} if header is None else {"Authorization": header}
    answer = Client(headers=headers).get("/metrics")
    return answer.status_code, answer.content.decode()


def test_a_scraper_with_the_token_gets_the_numbers(place: Place) -> None:
    stored(name="airflow/connections/crm", prefix=place.connections)
    status, text = asked()
    assert status == 200
    assert 'secretsui_findings{deployment="",severity="critical",state="open"} 1\n' in text
    assert "crm" not in text
    assert asked(f"bearer {TOKEN}")[0] == 200


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ä"])
def test_whoever_has_another_token_or_none_gets_nothing(header: str | None) -> None:
    status, text = asked(header)
    assert status == 401
    assert "secretsui_findings" not in text


def test_to_be_signed_in_is_no_token(as_root: Client) -> None:
    answer = as_root.get("/metrics")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_without_a_token_in_the_settings_there_are_no_numbers(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert asked("Bearer ")[0] == 404


def test_it_is_only_read() -> None:
    assert Client(headers={"Authorization": f"Bearer {TOKEN}"}).post("/metrics").status_code == 405
