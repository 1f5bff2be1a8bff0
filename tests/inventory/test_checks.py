from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from django.core.management import call_command
from django.db import connection, connections

from secretsui.inventory import checks as ours

pytestmark = pytest.mark.database


@pytest.fixture
def on_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections["default"], "vendor", "postgresql")


def ids(messages: Any) -> list[str]:
    return [message.id for message in messages]


def test_the_tests_own_configuration_is_sound(db: None, settings: Any) -> None:
    settings.FINGERPRINT_KEY = "k" * 32
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:6379/0"
    found = checks.run_checks(databases=["default"])
    assert [message for message in found if str(message.id).startswith("secretsui.")] == []


def test_a_folder_for_tasks_beside_a_database_server_is_told(settings: Any, on_postgresql: None) -> None:
    settings.CELERY_BROKER_URL = "filesystem://"
    found = ours.broker_fits_database()
    assert ids(found) == ["secretsui.W001"]
    assert "CELERY_BROKER_URL" in str(found[0].hint)
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:6379/0"
    assert ours.broker_fits_database() == []


def test_keys_that_each_machine_makes_for_itself_are_told(
    monkeypatch: pytest.MonkeyPatch, on_postgresql: None, tmp_path: Path
) -> None:
    monkeypatch.delenv("SECRETSUI_SECRET_KEY")
    monkeypatch.delenv("SECRETSUI_FINGERPRINT_KEY")
    assert ids(ours.keys_are_given()) == ["secretsui.W002", "secretsui.W002"]
    monkeypatch.setenv("SECRETSUI_SECRET_KEY_FILE", str(tmp_path / "key"))
    assert ["SECRETSUI_FINGERPRINT_KEY" in message.msg for message in ours.keys_are_given()] == [True]


def test_one_machine_may_keep_its_own_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRETSUI_SECRET_KEY")
    monkeypatch.setattr(connections["default"], "vendor", "sqlite")
    assert ours.keys_are_given() == []


def test_a_short_fingerprint_key_is_told(settings: Any) -> None:
    settings.FINGERPRINT_KEY = "short"
    assert ids(ours.fingerprint_key_is_long()) == ["secretsui.W003"]


def test_sqlite_that_does_not_write_ahead_is_told(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite")
    assert ours.database_is_ready(["default"]) == []
    with monkeypatch.context() as patch:
        patch.setattr(connections["default"], "cursor", lambda: _Answers("delete"))
        assert ids(ours.database_is_ready(["default"])) == ["secretsui.W004"]


def test_postgresql_without_trigrams_is_told_and_mended(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("about PostgreSQL")
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX secret_search_trigrams")
    assert ids(ours.database_is_ready(["default"])) == ["secretsui.W005"]
    call_command("index_search")
    assert ours.database_is_ready(["default"]) == []
    assert "OK" in capsys.readouterr().out


def test_sqlite_has_nothing_to_index(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite")
    call_command("index_search")
    assert "Nothing to do" in capsys.readouterr().out


class _Answers:
    """A cursor that answers every question with one word."""

    def __init__(self, word: str) -> None:
        self.word = word

    def __enter__(self) -> _Answers:
        return self

    def __exit__(self, *_: object) -> None: ...

    def execute(self, sql: str) -> None: ...

    def fetchone(self) -> tuple[str]:
        return (self.word,)
