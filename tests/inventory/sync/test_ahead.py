from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import islice

import pytest

from secretsui.inventory.sync.ahead import ahead


def fetchers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "fetch-ahead"]


def test_items_come_in_their_order() -> None:
    assert list(ahead(iter(range(1000)), 3)) == list(range(1000))
    assert list(ahead(iter(()), 3)) == []
    assert fetchers() == []


def test_so_many_are_fetched_before_they_are_asked_for() -> None:
    fetched: list[int] = []

    def source() -> Iterator[int]:
        for number in range(100):
            fetched.append(number)
            yield number

    items = ahead(source(), 4)
    assert next(items) == 0
    time.sleep(0.3)
    assert len(fetched) == 6  # one taken, four waiting, one in hand
    assert list(items) == list(range(1, 100))


def test_an_error_comes_after_the_items_before_it() -> None:
    def source() -> Iterator[int]:
        yield 1
        yield 2
        raise LookupError("here")

    items = ahead(source(), 10)
    time.sleep(0.1)
    assert (next(items), next(items)) == (1, 2)
    with pytest.raises(LookupError, match="here"):
        next(items)
    assert fetchers() == []


def test_whoever_stops_taking_stops_the_fetching() -> None:
    items = ahead(iter(range(10**9)), 2)
    assert list(islice(items, 3)) == [0, 1, 2]
    items.close()  # type: ignore[attr-defined]
    assert fetchers() == []
