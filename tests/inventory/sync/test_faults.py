"""Whatever fails: records are as before or newer, never half; row and prefix say why; the next refresh heals."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection

from secretsui.cloud.aws import Tuning
from secretsui.inventory import wiring
from secretsui.inventory.models import Prefix, Refresh, SecretRecord
from secretsui.inventory.sync import closing, listing, refreshing
from secretsui.stores import secrets_manager
from tests.aws import Aws
from tests.conftest import Place
from tests.inventory.refreshing import record, refresh

pytestmark = pytest.mark.django_db

CHANGED = "mysql://writer:other@db.example/changed"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two attempts and short waits, so that a failing service fails within a test's time."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    tuning = Tuning(connect_seconds=1, read_seconds=0.5)
    monkeypatch.setattr(wiring, "Identity", partial(wiring.Identity, tuning=tuning))


def change(aws: Aws, *names: str) -> None:
    for name in names:
        aws.client().put_secret_value(SecretId=name, SecretString=CHANGED)


def snapshot(prefix: Prefix) -> dict[str, Any]:
    """Everything that is known of each secret, but for the time and mark of the last look."""
    rows = SecretRecord.objects.filter(prefix=prefix).order_by("name").values()
    return {row["name"]: {key: row[key] for key in row if key not in ("stale", "status")} for row in rows}


def heals(prefix: Prefix, aws: Aws, names: list[str]) -> None:
    aws.faults.clear()
    run = refresh(prefix)
    assert (run.state, run.problem, run.code) == ("done", "", "")
    assert (prefix.complete, prefix.problem, prefix.remedy, prefix.code) == (True, "", "", "")
    assert sorted(snapshot(prefix)) == sorted(names)
    assert not prefix.records.exclude(status="ok").exists()
    assert not prefix.records.filter(stale=True).exists()
    for name in names:
        assert record(name).conn_type == ("mysql" if aws.value(name) == CHANGED else "postgres")
    assert Refresh.objects.filter(state__in=Refresh.ACTIVE).count() == 0


LISTING = [
    ("throttle", "throttled", "ThrottlingException"),
    ("denied", "denied", "AccessDeniedException"),
    ("expired", "expired", "ExpiredTokenException"),
    ("internal", "unavailable", "InternalServiceError"),
    ("hang", "unavailable", ""),
    ("drop", "unavailable", ""),
]


@pytest.mark.parametrize(("kind", "error", "code"), LISTING)
def test_a_listing_that_never_begins(live_place: Place, aws: Aws, kind: str, error: str, code: str) -> None:
    prefix, names = live_place.connections, aws.seed(3)
    refresh(prefix)
    before, as_of = snapshot(prefix), prefix.as_of
    change(aws, names[0])
    aws.faults.add("ListSecrets", kind, seconds=1.0)
    run = refresh(prefix)
    assert (run.state, run.error) == ("failed", error)
    assert code in run.code
    assert run.problem
    assert run.remedy
    assert (prefix.complete, prefix.problem, prefix.remedy, prefix.code) == (False, run.problem, run.remedy, run.code)
    assert prefix.as_of == as_of
    assert snapshot(prefix) == before
    assert prefix.summary["states"] == {"stale": 3}
    heals(prefix, aws, names)


@pytest.mark.parametrize("kind", ["throttle", "denied", "expired", "drop"])
def test_a_listing_that_breaks_off(live_place: Place, aws: Aws, kind: str) -> None:
    prefix, names = live_place.connections, aws.seed(250)
    refresh(prefix)
    before = snapshot(prefix)
    aws.client().delete_secret(SecretId=names[-1], RecoveryWindowInDays=7)
    aws.client().delete_secret(SecretId=names[0], RecoveryWindowInDays=7)
    aws.faults.add("ListSecrets", kind, after=2)
    run = refresh(prefix)
    assert (run.state, run.listed, run.to_read) == ("partial", 200, 0)
    assert prefix.complete is False
    assert record(names[0]).status == "deleted"
    stale = set(prefix.records.filter(stale=True).values_list("name", flat=True))
    assert len(stale) == 50
    assert {name: facts for name, facts in snapshot(prefix).items() if name in stale} == {n: before[n] for n in stale}
    assert prefix.summary["states"] == {"ok": 199, "stale": 50, "deleted": 1}
    for name in (names[0], names[-1]):
        aws.client().restore_secret(SecretId=name)
    heals(prefix, aws, names)


@pytest.mark.database
def test_an_error_on_page_57(live_place: Place, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets_manager, "CAPABILITIES", replace(secrets_manager.CAPABILITIES, page_size=10))
    prefix, names = live_place.connections, aws.seed(565)
    refresh(prefix)
    assert refresh(prefix).state == "done"  # on a busy machine some values may only come with the second
    assert prefix.summary["records"] == 565
    aws.client().tag_resource(SecretId=names[0], Tags=[{"Key": "env", "Value": "prod"}])
    aws.client().tag_resource(SecretId=names[-1], Tags=[{"Key": "env", "Value": "prod"}])
    aws.calls.clear()
    aws.faults.add("ListSecrets", "denied", after=56)
    run = refresh(prefix)
    assert (run.state, run.listed, run.calls, run.error) == ("partial", 560, 57, "denied")
    assert aws.calls.counts() == {"ListSecrets": 57}
    assert "secretsmanager:ListSecrets" in f"{run.problem} {run.remedy}"
    assert prefix.records.count() == 565
    assert prefix.records.filter(stale=True).count() == 5
    assert (record(names[0]).tags, record(names[-1]).tags) == ({"env": "prod"}, {})
    heals(prefix, aws, names)
    assert record(names[-1]).tags == {"env": "prod"}


def test_a_batch_that_is_denied_is_read_one_by_one(live_place: Place, aws: Aws) -> None:
    names = aws.seed(25)
    aws.faults.add("BatchGetSecretValue", "denied")
    run = refresh(live_place.connections)
    assert (run.state, run.read, run.unreadable, run.problem) == ("done", 25, 0, "")
    heals(live_place.connections, aws, names)


def test_reading_that_is_denied_altogether(live_place: Place, aws: Aws) -> None:
    prefix, names = live_place.connections, aws.seed(3)
    aws.faults.add("BatchGetSecretValue", "denied")
    aws.faults.add("GetSecretValue", "denied")
    run = refresh(prefix)
    assert (run.state, run.read, run.unreadable, run.error) == ("done", 3, 3, "denied")
    assert run.problem.startswith("3 of 3 new values could not be read.")
    assert "secretsmanager:GetSecretValue" in f"{run.problem} {run.remedy}"
    assert (prefix.complete, prefix.problem) == (True, run.problem)
    assert prefix.summary["states"] == {"unreadable": 3}
    assert set(prefix.records.values_list("read_error", flat=True)) == {"denied"}
    heals(prefix, aws, names)


@pytest.mark.parametrize(
    ("code", "error"),
    [("AccessDeniedException", "denied"), ("DecryptionFailure", "cannotdecrypt")],
)
def test_one_secret_that_cannot_be_read(live_place: Place, aws: Aws, code: str, error: str) -> None:
    prefix, names = live_place.connections, aws.seed(3)
    refresh(prefix)
    before = snapshot(prefix)[names[1]]
    change(aws, *names)
    aws.faults.add("BatchGetSecretValue", "item", name=names[1], code=code)
    run = refresh(prefix)
    assert (run.state, run.read, run.unreadable, run.error) == ("done", 3, 1, error)
    assert run.problem.startswith("1 of 3 new values could not be read.")
    found = record(names[1])
    assert (found.status, found.read_error) == ("unreadable", error)
    kept = ("value_version", "conn_type", "endpoint", "fingerprints")
    assert {field: getattr(found, field) for field in kept} == {field: before[field] for field in kept}
    assert record(names[0]).conn_type == "mysql"
    heals(prefix, aws, names)


def test_a_value_that_vanishes_meanwhile(live_place: Place, aws: Aws) -> None:
    aws.seed(3)
    aws.faults.add("BatchGetSecretValue", "item", name="airflow/connections/c00001", code="ResourceNotFoundException")
    run = refresh(live_place.connections)
    assert (run.state, run.unreadable) == ("done", 1)
    assert record("airflow/connections/c00001").read_error == "notfound"


@pytest.mark.parametrize(
    ("kind", "error"),
    [("throttle", "throttled"), ("expired", "expired"), ("hang", "unavailable"), ("drop", "unavailable")],
)
def test_reading_that_breaks_off(live_place: Place, aws: Aws, kind: str, error: str) -> None:
    prefix, names = live_place.connections, aws.seed(45)
    aws.faults.add("BatchGetSecretValue", kind, after=1, seconds=1.0)
    aws.faults.add("GetSecretValue", kind, seconds=1.0)
    run = refresh(prefix)
    assert (run.state, run.error) == ("partial", error)
    assert "new values could not be read." in run.problem
    assert prefix.complete is False
    assert prefix.as_of == run.started_at
    states = prefix.summary["states"]
    assert states["ok"] in (5, 20)  # whichever batch came first
    assert states["ok"] + states["unreadable"] == 45
    assert set(prefix.records.filter(status="unreadable").values_list("read_error", flat=True)) == {error}
    heals(prefix, aws, names)


def test_what_was_not_asked_any_more_is_counted_as_unread(
    live_place: Place, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    from secretsui.inventory.sync import reading

    monkeypatch.setattr(reading, "ASKED", 20)
    prefix, names = live_place.connections, aws.seed(60)
    aws.faults.add("BatchGetSecretValue", "throttle")
    run = refresh(prefix)
    assert (run.read, run.unreadable) == (20, 20)
    assert run.problem.startswith("60 of 60 new values could not be read.")
    heals(prefix, aws, names)


@pytest.mark.parametrize("kind", ["throttle", "drop", "internal"])
def test_a_passing_trouble_is_not_seen(live_place: Place, aws: Aws, kind: str) -> None:
    names = aws.seed(130)
    aws.faults.add("ListSecrets", kind, times=1, after=1)
    aws.faults.add("BatchGetSecretValue", kind, times=1, after=2)
    run = refresh(live_place.connections)
    assert (run.state, run.listed, run.read) == ("done", 130, 130)
    heals(live_place.connections, aws, names)


@pytest.mark.database
def test_a_value_that_we_fail_on_does_not_keep_the_others(
    live_place: Place, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    from secretsui.inventory.sync import values

    names, plain = aws.seed(3), values.facts.facts

    def facts(text: Any, kind: str, decode: Any) -> Any:
        if "db1.example" in text.reveal():
            raise RecursionError("postgres://u1:pw@db1.example")
        return plain(text, kind, decode)

    with monkeypatch.context() as patch:
        patch.setattr(values.facts, "facts", facts)
        run = refresh(live_place.connections)
    assert (run.state, run.read) == ("done", 3)
    assert (record(names[1]).status, record(names[1]).read_error) == ("unreadable", "unchecked")
    assert record(names[2]).status == "ok"
    heals(live_place.connections, aws, names)


class Full:
    """A disk without space: from some statement on, writing records fails, and perhaps everything else."""

    def __init__(self, *, after: int, records_only: bool) -> None:
        self.left, self.records_only = after, records_only

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        writes = sql.lstrip().startswith(("INSERT", "UPDATE", "DELETE"))
        if writes and (not self.records_only or "inventory_secretrecord" in sql.split("SET", maxsplit=1)[0]):
            self.left -= 1
            if self.left < 0:
                raise DatabaseError("database or disk is full")
        return execute(sql, params, many, context)


@pytest.fixture
def two_pages(live_place: Place, aws: Aws) -> list[str]:
    names = aws.seed(150)
    refresh(live_place.connections)
    for name in (names[0], names[149]):
        aws.client().put_secret_value(SecretId=name, SecretString=CHANGED)
    return names


@pytest.mark.database
@pytest.mark.parametrize("after", [0, 1, 2])
def test_records_that_cannot_be_written(live_place: Place, aws: Aws, two_pages: list[str], after: int) -> None:
    """The first page, the second page, the values."""
    prefix = live_place.connections
    SecretRecord.objects.update(listing="")
    before = snapshot(prefix)
    with connection.execute_wrapper(Full(after=after, records_only=True)):
        run = refresh(prefix)
    assert (run.state, run.problem) == ("failed", refreshing.NOT_WRITTEN.problem)
    assert (prefix.complete, prefix.problem) == (False, run.problem)
    now = snapshot(prefix)
    newer = {name for name in now if now[name]["listing"] != before[name]["listing"]}
    assert len(newer) == (0, 100, 150)[after]
    assert {name: now[name] for name in now if name not in newer} == {n: before[n] for n in before if n not in newer}
    assert {now[name]["conn_type"] for name in now} == {"postgres"}
    heals(prefix, aws, two_pages)


@pytest.mark.database
def test_a_database_that_takes_nothing_leaves_the_rest_to_the_sweep(
    live_place: Place, aws: Aws, two_pages: list[str]
) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from secretsui.access.door import Job, open_prefix
    from secretsui.inventory import sync

    prefix = live_place.connections
    before = snapshot(prefix)
    run = Refresh.objects.create(prefix=prefix)
    with connection.execute_wrapper(Full(after=1, records_only=False)):
        sync.run(run, open_prefix(Job("index"), prefix))
    run.refresh_from_db()
    assert run.state == "running"
    assert snapshot(prefix) == before
    assert sync.sweep(timezone.now()) == 0
    assert sync.sweep(timezone.now() + timedelta(minutes=3)) == 1
    run.refresh_from_db()
    assert run.state == "failed"
    heals(prefix, aws, two_pages)


def fill_free_pages(cursor: Any) -> None:
    """Other tests leave some, in which there would be room."""
    cursor.execute("SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size")
    size = cursor.fetchone()[0]
    cursor.execute("CREATE TABLE filler AS SELECT zeroblob(%s) AS content", [size])


def test_a_real_full_disk(live_place: Place, aws: Aws) -> None:
    """SQLite that may not grow by another page."""
    prefix, names = live_place.connections, aws.seed(300)
    with connection.cursor() as cursor:
        fill_free_pages(cursor)
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 4}")
        try:
            run = refresh(prefix)
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert (run.state, run.problem) == ("failed", refreshing.NOT_WRITTEN.problem)
    assert prefix.records.count() % 100 == 0
    assert prefix.records.count() < 300
    heals(prefix, aws, names)


@pytest.mark.database
def test_an_error_of_our_own_is_told_and_raised(live_place: Place, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    names = aws.seed(2)
    with monkeypatch.context() as patch:
        patch.setattr(listing, "digest", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            refresh(live_place.connections)
    run = Refresh.objects.get()
    assert (run.state, run.problem) == ("failed", refreshing.CRASHED.problem)
    heals(live_place.connections, aws, names)


@pytest.mark.database
def test_a_refresh_that_was_closed_meanwhile_writes_nothing_more(
    live_place: Place, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was silent too long, the sweep closed it, and another one may be under way."""
    from secretsui.access.door import Job, open_prefix
    from secretsui.inventory import sync
    from secretsui.inventory.sync.queueing import STOPPED

    prefix, names = live_place.connections, aws.seed(250)
    run = Refresh.objects.create(prefix=prefix)

    class Interrupted(listing.Listing):
        def take(self, page: Any, **given: Any) -> Any:
            if self.progress.listed:
                closing.close_as_failed(run, STOPPED)
            return super().take(page, **given)

    with monkeypatch.context() as patch:
        patch.setattr(refreshing, "Listing", Interrupted)
        sync.run(run, open_prefix(Job("index"), prefix))
    run.refresh_from_db()
    assert (run.state, run.problem) == ("failed", STOPPED.problem)
    assert prefix.records.count() == 100
    heals(prefix, aws, names)
