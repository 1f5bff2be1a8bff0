from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.test import Client

from secretsui.access import events
from secretsui.access.models import AccessEvent
from secretsui.core.sensitive import MASK
from secretsui.stores.secrets_manager import SecretsManagerStore
from tests.conftest import logged_in
from tests.web.one_secret import CANARY, URI, OneSecret, text_of

PASSWORD = "pw-Kan4rien/v0gel-7f3a"  # as Airflow reads it


@pytest.fixture
def reader(rita: User) -> Client:
    return logged_in(rita, recently=True)


def test_all_fields_are_shown_in_a_page_that_leaves_itself(one: OneSecret, reader: Client) -> None:
    page = one.make().post(reader, "reveal", {"field": "all"})
    assert page.status_code == 200
    assert f"Login reader Password {PASSWORD} Port 5432" in text_of(page)
    assert '"sslmode": "require"' in text_of(page)
    assert page.headers["Refresh"] == f"60; url={one.url()}"
    assert "no-store" in page.headers["Cache-Control"]
    assert one.events() == [("reveal", "allowed")]


def test_htmx_gets_the_fields_alone(one: OneSecret, reader: Client) -> None:
    page = one.make().post(reader, "reveal", {"field": "all"}, htmx=True)
    assert PASSWORD in page.content.decode()
    assert "<html" not in page.content.decode()
    assert "Refresh" not in page.headers
    assert "no-store" in page.headers["Cache-Control"]


def test_one_field_leaves_the_others_hidden(one: OneSecret, reader: Client) -> None:
    page = one.make().post(reader, "reveal", {"field": "login"})
    assert f"Host crm-db.example Schema crm Login reader Password {MASK} hidden" in text_of(page)
    assert PASSWORD not in page.content.decode()
    assert "require" not in page.content.decode()
    assert AccessEvent.objects.get(action="reveal").detail == "login"


def test_a_hidden_extra_names_its_keys(one: OneSecret, reader: Client) -> None:
    words = text_of(one.make().post(reader, "reveal", {"field": "login"}))
    assert f"Extra sslmode {MASK} hidden" in words


def test_the_raw_text_is_shown_by_name_only(one: OneSecret, reader: Client) -> None:
    one.make()
    assert CANARY not in one.post(reader, "reveal", {"field": "all"}).content.decode()
    assert URI in text_of(one.post(reader, "reveal", {"field": "text"}))


def test_a_variable_is_its_text(variable: OneSecret, reader: Client) -> None:
    page = variable.make("\n  two lines\n\n").post(reader, "reveal")
    assert "\n\n  two lines\n\n</pre>" in page.content.decode()


def test_an_old_version_is_shown_as_such(one: OneSecret, reader: Client) -> None:
    one.make("postgres://old:pw@h")
    first = one.version
    one.save("postgres://new:pw@h")
    page = one.post(reader, "reveal", {"field": "all", "version": first})
    assert "Login old" in text_of(page)
    assert page.headers["Refresh"].endswith(one.url("versions"))
    assert AccessEvent.objects.get(action="reveal").version_id == first


def test_it_says_where_the_airflows_read_differently(one: OneSecret, reader: Client) -> None:
    one.make("http://h/?retries=10")
    words = text_of(one.post(reader, "reveal", {"field": "extra"}))
    assert '{ "retries": 10 }' in words
    assert 'Airflow 2.11 reads { "retries": "10" }' in words
    hidden = text_of(one.post(reader, "reveal", {"field": "host"}))
    assert "Airflow 2.11 reads something else here" in hidden


def test_a_value_that_no_airflow_reads_has_its_raw_text(one: OneSecret, reader: Client) -> None:
    one.make("postgres://u:p@h:port/x")
    assert "Raw text" in text_of(one.post(reader, "reveal", {"field": "all"}))
    assert "postgres://u:p@h:port/x" in text_of(one.post(reader, "reveal", {"field": "text"}))


def test_a_binary_value_is_not_shown(one: OneSecret, reader: Client) -> None:
    page = one.make(b"\x00binary").post(reader, "reveal")
    assert "A binary value of 7 bytes." in text_of(page)
    assert "Refresh" not in page.headers


@pytest.mark.parametrize("value", ["<b>&amp;\"'</b>", "a\x00b\ud800", "émojis 🦆\u202e", "x" * 65_536])
def test_values_are_text_whatever_they_hold(variable: OneSecret, reader: Client, value: str) -> None:
    variable.aws.create(variable.name, "x")
    variable.index()
    page = _revealed(variable, reader, value)
    assert page.status_code == 200
    assert "<b>&amp;" not in page.content.decode()
    if "\x00" in value:
        assert "a␀b\ufffd" in page.content.decode()
        assert "stand for characters that a web page cannot show" in text_of(page)


def _revealed(one: OneSecret, client: Client, value: str) -> Any:
    if "\x00" not in value:
        one.save(value)
        return one.post(client, "reveal")
    one.aws.client().put_secret_value(SecretId=one.name, SecretString="\\")  # the wire cannot carry it otherwise
    secret = one.aws.backend().secrets[one.name]
    secret.versions[one.version]["secret_string"] = value
    return one.post(client, "reveal")


def test_it_is_recorded_before_the_value_is_read(
    one: OneSecret, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    one.make()
    seen: list[int] = []
    read = SecretsManagerStore.read

    def watched(self: SecretsManagerStore, names: Any) -> Any:
        seen.append(AccessEvent.objects.filter(action="reveal", outcome="allowed", name=one.name).count())
        return read(self, names)

    monkeypatch.setattr(SecretsManagerStore, "read", watched)
    one.post(reader, "reveal")
    assert seen == [1]


@pytest.mark.parametrize("htmx", [False, True])
def test_what_cannot_be_recorded_is_not_shown(
    one: OneSecret, reader: Client, monkeypatch: pytest.MonkeyPatch, htmx: bool
) -> None:
    one.make()
    one.aws.calls.clear()

    def full(*_: Any, **__: Any) -> None:
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr(events, "append", full)
    page = one.post(reader, "reveal", htmx=htmx)
    assert page.status_code == 503
    assert "The access log could not be written, so nothing was shown or changed." in text_of(page)
    assert PASSWORD not in page.content.decode()
    assert one.aws.calls.count() == 0


def test_only_a_post_reveals(one: OneSecret, reader: Client) -> None:
    page = one.make().get(reader, "reveal")
    assert page.status_code == 405
    assert one.events() == []


def test_without_a_recent_password_it_asks_for_it(one: OneSecret, as_rita: Client) -> None:
    one.make()
    page = one.post(as_rita, "reveal")
    assert page.headers["Location"] == f"/accounts/reauthenticate/?{urlencode({'next': one.url()})}"
    assert one.events() == []


def test_htmx_is_sent_to_the_password_page_as_a_whole(one: OneSecret, as_rita: Client) -> None:
    page = one.make().post(as_rita, "reveal", htmx=True)
    assert page.headers["HX-Redirect"].startswith("/accounts/reauthenticate/?next=")
    assert page.content == b""


def test_a_reader_without_the_grant_is_refused_by_name(one: OneSecret, bob: User) -> None:
    page = one.make().post(logged_in(bob, recently=True), "reveal")
    assert page.status_code == 403
    assert "Reveal" in text_of(page)
    assert PASSWORD not in page.content.decode()
    assert one.events() == [("reveal", "refused")]


def test_an_outsider_and_an_administrator_find_nothing(one: OneSecret, charlie: User, root: User) -> None:
    one.make()
    for user in (charlie, root):
        assert one.post(logged_in(user, recently=True), "reveal").status_code == 404


@pytest.mark.parametrize("data", [{"field": "nonsense"}, {"version": "a b"}, {"version": "x" * 65}])
def test_bad_input_is_refused_in_words(one: OneSecret, reader: Client, data: dict[str, str]) -> None:
    page = one.make().post(reader, "reveal", data)
    assert page.status_code == 422
    assert "Choose" in text_of(page)
    assert one.events() == []


def test_a_version_that_is_not_there(one: OneSecret, reader: Client) -> None:
    page = one.make().post(reader, "reveal", {"version": "00000000-0000-0000-0000-000000000000"})
    assert page.status_code == 404
    assert one.events() == [("reveal", "allowed"), ("reveal", "failed")]


@pytest.mark.parametrize(
    ("kind", "status", "says"),
    [
        ("denied", 502, "secretsmanager:GetSecretValue"),
        ("decrypt", 502, "kms:Decrypt"),
        ("internal", 503, "InternalServiceError"),
    ],
)
def test_a_failing_store_says_so_in_place(one: OneSecret, reader: Client, kind: str, status: int, says: str) -> None:
    one.make()
    one.aws.faults.add("GetSecretValue", kind)
    for htmx in (False, True):
        page = one.post(reader, "reveal", htmx=htmx)
        assert page.status_code == status
        assert says in text_of(page)
    assert page.headers["HX-Reswap"] == "innerHTML"
    assert f"Password {MASK} hidden" in text_of(page)


def test_a_secret_in_its_recovery_window_asks_to_be_restored_first(one: OneSecret, reader: Client) -> None:
    one.make()
    one.aws.client().delete_secret(SecretId=one.name, RecoveryWindowInDays=9)
    page = one.index().post(reader, "reveal")
    assert page.status_code == 409
    assert "Restore it first." in text_of(page)


def test_json_with_aliases_is_read_as_the_backend_reads_it(one: OneSecret, reader: Client) -> None:
    one.make(json.dumps({"engine": "postgres", "username": "u1", "pass": "p1", "host": "h", "dbname": "lost"}))
    words = text_of(one.post(reader, "reveal", {"field": "all"}))
    assert "Login u1 Password p1" in words
    assert "Schema Not set" in words
