from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, models

from secretsui.access import events
from secretsui.access.events import Actor, NotRecorded
from secretsui.access.models import AccessEvent, AppendOnly, ChainHead
from tests.conftest import Place

pytestmark = pytest.mark.database

# The base manager knows nothing of append-only: the way of somebody with access to the database.
TAMPER: models.Manager[AccessEvent] = AccessEvent._base_manager


@pytest.fixture
def log(place: Place, alice: User) -> list[AccessEvent]:
    actor = Actor("alice", alice, "192.0.2.7")
    return [
        events.append(actor, "reveal", "allowed", place=place.connections, name=f"airflow/connections/c{number}")
        for number in range(5)
    ]


def test_a_line_says_who_did_what_where(place: Place, alice: User) -> None:
    events.append(
        Actor("alice", alice, "2001:db8:0:0::1"),
        AccessEvent.Action.REVEAL,
        AccessEvent.Outcome.ALLOWED,
        place=place.connections,
        name="airflow/connections/orders",
        version_id="v1",
        detail="password",
    )
    event = AccessEvent.objects.get()
    assert (event.actor, event.user, event.address) == ("alice", alice, "2001:db8::1")
    assert (event.account, event.region, event.prefix_path, event.prefix) == (
        "data-dev",
        "eu-west-1",
        "airflow/connections",
        place.connections,
    )
    assert (event.action, event.outcome, event.name, event.version_id, event.detail) == (
        "reveal",
        "allowed",
        "airflow/connections/orders",
        "v1",
        "password",
    )


def test_a_line_about_an_account_or_nothing(place: Place) -> None:
    events.append(Actor("root"), "account", "allowed", place=place.account)
    events.append(Actor("root"), "person", "allowed", name="bob")
    first, second = AccessEvent.objects.order_by("pk")
    assert (first.account, first.prefix_path, second.account, second.name) == ("data-dev", "", "", "bob")
    assert events.first_broken() is None


@pytest.mark.parametrize("address", ["", "unknown", "10.0.0.1, 10.0.0.2", "::ffff:192.0.2.1", "FE80::1"])
def test_any_address_keeps_the_chain(db: None, address: str) -> None:
    events.append(Actor("x", address=address), "reveal", "allowed", name="n\0\ud83e" + "x" * 600, detail="d" * 999)
    assert events.first_broken() is None


def test_a_whole_log_is_whole(log: list[AccessEvent], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_access_log")
    assert capsys.readouterr().out == "OK: 5 events\n"


def test_an_empty_log_is_whole(db: None) -> None:
    assert events.first_broken() is None


def edit(log: list[AccessEvent]) -> None:
    TAMPER.filter(pk=log[2].pk).update(actor="bob")


def edit_with_digest(log: list[AccessEvent]) -> None:
    log[2].actor = "bob"
    TAMPER.filter(pk=log[2].pk).update(actor="bob", digest=events.digest(log[2]))


def backdate(log: list[AccessEvent]) -> None:
    TAMPER.filter(pk=log[2].pk).update(at=log[1].at)


def remove(log: list[AccessEvent]) -> None:
    TAMPER.filter(pk=log[2].pk).delete()


def remove_first(log: list[AccessEvent]) -> None:
    TAMPER.filter(pk=log[0].pk).delete()


def remove_last(log: list[AccessEvent]) -> None:
    TAMPER.filter(pk=log[-1].pk).delete()


def remove_all(log: list[AccessEvent]) -> None:
    TAMPER.all().delete()


def swap(log: list[AccessEvent]) -> None:
    fields = [field.attname for field in AccessEvent._meta.concrete_fields if not field.primary_key]
    one, two = ({name: getattr(log[place], name) for name in fields} for place in (1, 2))
    TAMPER.filter(pk=log[1].pk).update(digest="x")
    TAMPER.filter(pk=log[2].pk).update(**one)
    TAMPER.filter(pk=log[1].pk).update(**two)


def insert(log: list[AccessEvent]) -> None:
    forged = AccessEvent(actor="bob", action="reveal", outcome="allowed", at=log[0].at, previous=log[-1].digest)
    forged.digest = events.digest(forged)
    forged.save()


@pytest.mark.parametrize(
    ("tamper", "at"),
    [
        (edit, 2),
        (edit_with_digest, 3),
        (backdate, 2),
        (remove, 3),
        (remove_first, 1),
        (remove_last, None),
        (remove_all, None),
        (swap, 1),
        (insert, None),
    ],
)
def test_tampering_shows(log: list[AccessEvent], tamper: Callable[[Any], None], at: int | None) -> None:
    tamper(log)
    with pytest.raises(CommandError) as broken:
        call_command("verify_access_log")
    assert broken.value.returncode == 1
    assert str(broken.value).startswith(f"Event {log[at].pk}:" if at is not None else "The log ends with event ")


def test_lines_refuse_to_be_changed(log: list[AccessEvent]) -> None:
    for change in (
        log[0].save,
        log[0].delete,
        AccessEvent.objects.all().delete,
        lambda: AccessEvent.objects.update(actor="bob"),
        lambda: AccessEvent.objects.bulk_update(log, ["actor"]),
        lambda: AccessEvent.objects.filter(pk=log[0].pk).update(actor="bob"),
    ):
        with pytest.raises(AppendOnly):
            change()
    assert events.first_broken() is None


def test_a_person_and_a_prefix_may_go_their_lines_stay(log: list[AccessEvent], place: Place, alice: User) -> None:
    alice.delete()
    place.connections.delete()
    assert events.first_broken() is None
    event = AccessEvent.objects.first()
    assert event is not None
    assert (event.user, event.prefix, event.actor, event.prefix_path) == (None, None, "alice", "airflow/connections")


def test_what_cannot_be_recorded_says_so(db: None) -> None:
    def full(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("INSERT"):
            raise DatabaseError("database or disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(full), pytest.raises(NotRecorded) as failure:
        events.append_durably(Actor("alice"), "reveal", "allowed")
    assert failure.value.kind == "notrecorded"
    assert "nothing was shown or changed" in failure.value.sentence
    assert not AccessEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_durable_line_is_not_part_of_somebody_elses_transaction() -> None:
    from django.db import transaction

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        events.append_durably(Actor("alice"), "reveal", "allowed")


@pytest.mark.django_db(transaction=True)
def test_many_writers_make_one_chain() -> None:
    failures: list[BaseException] = []
    start = threading.Barrier(6)

    def write(name: str) -> None:
        try:
            start.wait(10)
            for number in range(15):
                events.append_durably(Actor(name), "reveal", "allowed", detail=str(number))
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(f"writer {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert AccessEvent.objects.count() == ChainHead.objects.get().events == 90
    assert events.first_broken() is None
    for number in range(6):
        mine = AccessEvent.objects.filter(actor=f"writer {number}").order_by("pk").values_list("detail", flat=True)
        assert list(mine) == [str(count) for count in range(15)]
