"""Many at once, over HTTP against a live server: one wins, nobody loses a text, and the database keeps up."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

import pytest
from django.contrib.auth.models import User
from django.db import connections

from secretsui.access import events
from secretsui.access.tasks import refresh_prefix
from secretsui.inventory import sync
from secretsui.inventory.models import Refresh
from tests.aws import Aws
from tests.conftest import Place
from tests.endtoend.visitor import Answer, Visitor
from tests.web.one_secret import OneSecret, form_of

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

OLD: Final = "postgres://reader:old@db.example:5432/crm"
T = TypeVar("T")
EDITORS: Final = 8
WRITERS: Final = 6


@pytest.fixture
def one(aws: Aws, live_place: Place) -> OneSecret:
    return OneSecret(aws, live_place, live_place.connections).make(OLD)


@pytest.fixture
def visitors(live_server: Any, alice: User) -> Iterator[Sequence[Visitor]]:
    """Several browsers, each with a session of its own."""
    opened = [Visitor(live_server.url, alice) for _ in range(EDITORS)]
    yield opened
    for visitor in opened:
        visitor.close()


@pytest.fixture
def no_database_errors(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing was locked, nothing failed and was passed over."""
    with caplog.at_level(logging.WARNING):
        yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def together(works: Sequence[Callable[[], T]]) -> list[T]:
    """What each gives; all begin at the same moment."""
    barrier = threading.Barrier(len(works))

    def begin(work: Callable[[], T]) -> T:
        barrier.wait(10)
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return [done.result(60) for done in [pool.submit(begin, work) for work in works]]


def opened(one: OneSecret, visitor: Visitor) -> dict[str, str]:
    return form_of(visitor.get(one.url("edit")).text)


def test_of_eight_editors_one_wins_and_seven_keep_their_text(
    one: OneSecret, visitors: Sequence[Visitor], no_database_errors: None
) -> None:
    forms = [opened(one, visitor) | {"host": f"mine-{n}.example"} for n, visitor in enumerate(visitors)]
    assert len({form["base_version"] for form in forms}) == 1

    def save(visitor: Visitor, form: dict[str, str]) -> Callable[[], Answer]:
        return lambda: visitor.post(one.url("edit"), form)

    answers = together([save(*each) for each in zip(visitors, forms, strict=True)])
    assert Counter(answer.status for answer in answers) == {302: 1, 409: EDITORS - 1}
    winner = [answer.status for answer in answers].index(302)
    assert one.value == f"postgres://reader:old@mine-{winner}.example:5432/crm"
    for number, answer in enumerate(answers):
        if number != winner:
            assert "Somebody else saved version" in answer.words
            assert form_of(answer.text)["host"] == f"mine-{number}.example"
            assert "reader" not in answer.text
    # The index has the winner, and the log is in one piece.
    assert one.record.endpoint == f"mine-{winner}.example:5432/crm"
    assert events.first_broken() is None


def test_one_form_sent_by_two_clicks_at_once_makes_one_version(
    one: OneSecret, visitors: Sequence[Visitor], no_database_errors: None
) -> None:
    form = opened(one, visitors[0]) | {"host": "new.example"}
    answers = together([lambda each=each: each.post(one.url("edit"), form) for each in visitors[:4]])
    assert [answer.status for answer in answers] == [302] * 4
    assert one.value == "postgres://reader:old@new.example:5432/crm"
    assert len(one.aws.store().versions(one.name)) == 2


def test_writes_reveals_and_a_refresh_at_the_same_time(
    one: OneSecret, visitors: Sequence[Visitor], aws: Aws, no_database_errors: None
) -> None:
    """SQLite has one writer at a time: nobody is told that the database is locked."""
    prefix = one.prefix
    aws.seed(120)
    secrets = [OneSecret(aws, one.place, prefix, key=f"c{number:05}") for number in range(WRITERS)]
    for secret in secrets:
        secret.index()

    def work(secret: OneSecret, visitor: Visitor) -> Callable[[], list[int]]:
        def edit(turn: int) -> list[int]:
            form = opened(secret, visitor) | {"host": f"turn-{turn}.example"}
            shown = visitor.post(secret.url("reveal"), {"field": "all"})
            return [visitor.post(secret.url("edit"), form).status, shown.status, visitor.get("/secrets/").status]

        return lambda: [status for turn in range(3) for status in edit(turn)]

    def read() -> list[int]:
        for _ in range(3):
            run = sync.queue(prefix)
            refresh_prefix(run.pk)
        return []

    works: list[Callable[[], list[int]]] = [work(*pair) for pair in zip(secrets, visitors[:WRITERS], strict=True)]
    statuses = together([*works, read])
    assert Counter(status for each in statuses for status in each) == {302: WRITERS * 3, 200: WRITERS * 6}
    assert set(Refresh.objects.values_list("state", flat=True)) == {"done"}
    assert {secret.record.endpoint for secret in secrets} == {"turn-2.example:5432/main"}
    assert events.first_broken() is None


def test_refreshes_asked_for_at_once_are_one(one: OneSecret, visitors: Sequence[Visitor]) -> None:
    asked = together(
        [lambda each=each: each.post("/inventory/refresh/", {"prefix": one.prefix.pk}) for each in visitors]
    )
    assert {answer.status for answer in asked} == {302}
    run = Refresh.objects.get()
    one.aws.calls.clear()
    together([lambda: refresh_prefix(run.pk) for _ in range(3)])
    run.refresh_from_db()
    assert run.state == "done"
    assert one.aws.calls.count("ListSecrets") == 1


def test_of_two_who_create_the_same_secret_one_wins(
    one: OneSecret, visitors: Sequence[Visitor], no_database_errors: None
) -> None:
    def create(visitor: Visitor, number: int) -> Callable[[], Answer]:
        form = {"prefix": one.prefix.pk, "key": "fresh", "mode": "raw", "text": f"http://mine-{number}.example"}
        return lambda: visitor.post("/secrets/new", {**form, "token": str(number) * 36, "action": "save"})

    answers = together([create(visitor, number) for number, visitor in enumerate(visitors[:4])])
    assert Counter(answer.status for answer in answers) == {302: 1, 409: 3}
    for number, answer in enumerate(answers):
        if answer.status == 409:
            assert f"http://mine-{number}.example" in answer.text
