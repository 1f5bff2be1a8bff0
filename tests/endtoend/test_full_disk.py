"""A database that has no room left: nothing is half written, nothing is shown unrecorded, and the screens say so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from secretsui.access import events
from secretsui.access.models import AccessEvent
from secretsui.access.tasks import refresh_prefix
from secretsui.inventory import sync
from secretsui.inventory.models import Refresh
from tests.aws import Aws
from tests.conftest import Place, logged_in
from tests.endtoend.screens import press_refresh, rows, screens
from tests.web.one_secret import OneSecret, text_of

pytestmark = pytest.mark.django_db(transaction=True)

START: Final = "airflow/connections/"
NOT_WRITTEN: Final = "The records could not be written; they are as before or newer."
REMEDY: Final = "Check the database and the space on its disk, then refresh again."


@pytest.fixture(autouse=True)
def on_sqlite() -> None:
    """Never marked to run elsewhere: how a disk fills up under a database server is that server's affair."""
    assert connection.vendor == "sqlite"


@contextmanager
def full(pages: int = 0) -> Iterator[None]:
    """SQLite answers “database or disk is full” once the file has grown by so many pages of 4 kB."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # no free pages inside, which would be used up first
        size = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {size + pages}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 4294967294")


@pytest.mark.parametrize("pages", [1, 4, 40, 120])
def test_a_refresh_without_room_says_so_and_heals(live_place: Place, aws: Aws, as_alice: Client, pages: int) -> None:
    prefix = live_place.connections
    aws.seed(120)
    press_refresh(as_alice, prefix)
    before = rows(prefix)
    for number in range(400):
        aws.create(f"{START}new{number:04}", "mysql://u:p@new.example/main", description="d" * 1_000)
    run = Refresh.objects.create(prefix=prefix)
    with full(pages):
        refresh_prefix(run.pk)
    run.refresh_from_db()
    found = rows(prefix)
    assert {name: found[name] for name in before} == before
    assert len(found) < len(before) + 400
    if run.state == "running":  # not even that could be written: the sweep does it later
        close_by_sweep(run)
    assert run.state == "failed"
    for name, page in screens(as_alice).items():
        assert "they are as before or newer" in page or "the records are as before or newer" in page, name
    assert press_refresh(as_alice, prefix).state == "done"
    assert len(rows(prefix)) == len(before) + 400
    assert all(NOT_WRITTEN not in page for page in screens(as_alice).values())


def close_by_sweep(run: Refresh) -> None:
    Refresh.objects.filter(pk=run.pk).update(beat_at=timezone.now() - timedelta(minutes=3))
    assert sync.sweep(timezone.now()) == 1
    run.refresh_from_db()


def test_the_words_name_the_disk(live_place: Place, aws: Aws, as_alice: Client) -> None:
    """Where there is room for the sentence, but not for the records."""
    aws.seed(100)
    run = Refresh.objects.create(prefix=live_place.connections)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER full BEFORE INSERT ON inventory_secretrecord "
            "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        )
    try:
        refresh_prefix(run.pk)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER full")
    run.refresh_from_db()
    assert (run.state, run.problem, run.remedy) == ("failed", NOT_WRITTEN, REMEDY)
    for name, page in screens(as_alice).items():
        assert NOT_WRITTEN in page, name
        assert REMEDY in page, name
    assert press_refresh(as_alice, live_place.connections).state == "done"


def test_nothing_is_revealed_or_saved_that_cannot_be_recorded(aws: Aws, live_place: Place, alice: User) -> None:
    value = "postgres://u:kept-to-itself@db.example/main"
    one = OneSecret(aws, live_place, live_place.connections).make(value)
    client = logged_in(alice, recently=True)
    form = one.form(client) | {"host": "new.example"}
    with full():
        fill_log()
        shown = one.post(client, "reveal", {"field": "all"})
        saved = one.post(client, "edit", form)
        gone = one.post(client, "delete", {"recovery_days": "7"})
    for answer in (shown, saved, gone):
        assert answer.status_code == 503
        assert "The access log could not be written, so nothing was shown or changed." in text_of(answer)
        assert "kept-to-itself" not in answer.content.decode()
    assert one.value == value
    assert one.aws.calls.count("DeleteSecret") == 0
    assert one.post(client, "reveal", {"field": "all"}).status_code == 200


def fill_log() -> None:
    """To the last byte: until not even the shortest line fits."""
    for detail in ("d" * 280, ""):
        with pytest.raises(DatabaseError, match="database or disk is full"):
            append_lines(detail)


def append_lines(detail: str) -> None:
    for _ in range(1_000):
        events.append(events.Actor("x"), AccessEvent.Action.GRANT, AccessEvent.Outcome.ALLOWED, detail=detail)
