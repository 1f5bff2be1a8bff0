from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsui.airflow.errors import BrokenOff, Slow, Unreachable
from secretsui.airflow.paging import Page, pages

Change = Callable[[list[str]], object]


class Rows:
    """A list of which a server gives at most `cap` at a time; after some calls somebody changes it."""

    def __init__(self, count: int, cap: int, changes: dict[int, Change] | None = None) -> None:
        self.rows = [f"row {number}" for number in range(count)]
        self.cap, self.changes, self.calls = cap, changes or {}, 0

    def __call__(self, offset: int) -> Page[str]:
        self.calls += 1
        page = Page(self.rows[offset : offset + self.cap], len(self.rows))
        self.changes.get(self.calls, lambda _: None)(self.rows)
        return page

    def read(self) -> list[str]:
        return [row for page in pages(self, str) for row in page]


@given(count=st.integers(0, 40), cap=st.integers(1, 12))
def test_every_row_comes_once_whatever_the_size_of_a_page(count: int, cap: int) -> None:
    rows = Rows(count, cap)
    assert rows.read() == rows.rows


def test_the_calls_are_those_that_the_size_of_a_page_needs() -> None:
    rows = Rows(1000, 100)
    rows.read()
    assert rows.calls == 11
    one = Rows(100, 100)
    one.read()
    assert one.calls == 1


@given(
    count=st.integers(2, 30),
    cap=st.integers(2, 8),
    at=st.integers(1, 4),
    change=st.sampled_from(["add", "delete first", "delete last", "swap"]),
)
def test_a_list_that_changes_once_is_read_whole_all_the_same(count: int, cap: int, at: int, change: str) -> None:
    def happen(rows: list[str]) -> None:
        if change in ("delete first", "swap"):
            rows.pop(0)
        if change == "delete last":
            rows.pop()
        if change in ("add", "swap"):
            rows.append("new")

    rows = Rows(count, cap, {at: happen})
    found = rows.read()
    assert len(found) == len(set(found))
    assert set(rows.rows) - set(found) <= ({"new"} if rows.calls <= at else set())


def test_a_row_that_comes_for_a_deleted_one_is_not_lost() -> None:
    def swap(rows: list[str]) -> None:
        rows.pop(0)
        rows.append("new")

    rows = Rows(10, 4, {1: swap})
    assert set(rows.rows) <= set(rows.read())


def test_a_list_that_changes_in_each_reading_is_broken_off() -> None:
    with pytest.raises(BrokenOff, match="changed") as caught:
        Rows(20, 5, {2: lambda rows: rows.pop(0), 4: lambda rows: rows.pop(0), 6: lambda rows: rows.pop(0)}).read()
    assert caught.value.__context__ is None


def test_a_total_that_is_never_reached_is_broken_off() -> None:
    with pytest.raises(BrokenOff):
        list(pages(lambda offset: Page(["a", "b"][offset:], 5), str))


def test_a_server_that_is_gone_after_a_page_broke_off() -> None:
    def fetch(offset: int) -> Page[str]:
        if offset:
            raise Unreachable(code="ConnectError")
        return Page(["a", "b"], 5)

    with pytest.raises(BrokenOff) as caught:
        list(pages(fetch, str))
    assert (caught.value.code, caught.value.__context__) == ("ConnectError", None)


def test_a_server_that_was_never_there_and_a_slow_one_stay_what_they_are() -> None:
    def fail(error: Exception) -> Callable[[int], Page[str]]:
        def fetch(_: int) -> Page[str]:
            raise error

        return fetch

    with pytest.raises(Unreachable):
        list(pages(fail(Unreachable()), str))
    with pytest.raises(Slow):
        list(pages(fail(Slow()), str))
