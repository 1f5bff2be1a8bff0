from __future__ import annotations

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from secretsui.web import health


@pytest.mark.django_db
def test_it_answers_by_address_and_without_https(client: Client, settings):
    settings.ALLOWED_HOSTS = ["secrets.example.com"]
    settings.SECURE_SSL_REDIRECT = True

    answer = client.get(health.PATH, headers={"host": "10.0.3.17:8000"})

    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_every_other_page_still_wants_its_host_name(client: Client, settings):
    settings.ALLOWED_HOSTS = ["secrets.example.com"]

    assert client.get("/accounts/login/", headers={"host": "10.0.3.17:8000"}).status_code == 400


def test_it_is_unwell_without_its_database(client: Client, monkeypatch):
    def refuse(*_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", refuse)

    assert client.get(health.PATH).status_code == 503


def test_it_is_only_asked(client: Client):
    assert client.post(health.PATH).status_code == 405
