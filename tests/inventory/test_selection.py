from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from secretsui.inventory import selection
from secretsui.inventory.models import Prefix, SecretRecord
from secretsui.inventory.search_text import compose
from secretsui.inventory.selection import PAGE_SIZE, Filters
from secretsui.inventory.sync import summary
from tests.conftest import Place

pytestmark = pytest.mark.database


def add(prefix: Prefix, key: str, **facts: Any) -> SecretRecord:
    name, tags = prefix.name_of(key), facts.get("tags", {})
    search = compose(name, facts.get("description", ""), tags, facts.get("endpoint", ""))
    return SecretRecord.objects.create(prefix=prefix, name=name, key=key, search=search, **facts)


def keys(place: Place, **filters: Any) -> list[str]:
    prefixes = Prefix.objects.select_related("account").filter(account=place.account)
    page = selection.page(prefixes, Filters(**filters))
    assert [row.key for row in selection.select(prefixes, Filters(**filters))[:PAGE_SIZE]] == [r.key for r in page.rows]
    return [row.key for row in page.rows]


def recount(prefixes: Iterable[Prefix]) -> None:
    for prefix in prefixes:
        prefix.summary = summary.count(prefix)
        prefix.save()


@pytest.fixture
def few(place: Place) -> Place:
    now = timezone.now()
    add(
        place.connections,
        "orders",
        description="Reads 100% of it",
        conn_type="postgres",
        endpoint="db.example:5432/orders",
        tags={"Team": "Sales", "env": "prod"},
        changed_at=now - timedelta(days=3),
    )
    add(place.connections, "orders_eu", conn_type="mysql", problem="bad-uri", tags={"env": "prod-eu"}, changed_at=now)
    add(place.connections, "billing", conn_type="postgres", stale=True, changed_at=now - timedelta(days=1))
    add(place.variables, "limit", description="of orders", deleted_at=now)
    add(place.config, "smtp", read_error="denied")
    return place


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["billing", "limit", "orders", "orders_eu", "smtp"]),
        ({"account": "data-dev"}, ["billing", "limit", "orders", "orders_eu", "smtp"]),
        ({"account": "data-prod"}, []),
        ({"kind": "connection"}, ["billing", "orders", "orders_eu"]),
        ({"prefix": "airflow/variables"}, ["limit"]),
        ({"type": "postgres"}, ["billing", "orders"]),
        ({"state": "broken"}, ["orders_eu"]),
        ({"state": "unreadable"}, ["smtp"]),
        ({"state": "stale"}, ["billing"]),
        ({"state": "deleted"}, ["limit"]),
        ({"state": "ok"}, ["orders"]),
        ({"tag": "env=prod"}, ["orders"]),
        ({"tag": "team=sales"}, ["orders"]),
        ({"tag": "Team=Sales"}, ["orders"]),
        ({"tag": "team=nobody"}, []),
        ({"q": "orders"}, ["limit", "orders", "orders_eu"]),
        ({"q": "ORDERS sales"}, ["orders"]),
        ({"q": "sales orders"}, ["orders"]),
        ({"q": "5432"}, ["orders"]),
        ({"q": "100%"}, ["orders"]),
        ({"q": "0%o"}, []),
        ({"q": "s_e"}, ["orders_eu"]),
        ({"q": "o_d"}, []),
        ({"q": "\\"}, []),
        ({"q": "orders", "kind": "connection", "type": "mysql"}, ["orders_eu"]),
        ({"sort": "-key"}, ["smtp", "orders_eu", "orders", "limit", "billing"]),
        ({"kind": "connection", "sort": "changed"}, ["orders", "billing", "orders_eu"]),
        ({"kind": "connection", "sort": "-changed"}, ["orders_eu", "billing", "orders"]),
        ({"kind": "connection", "q": "airflow", "sort": "-changed"}, ["orders_eu", "billing", "orders"]),
        ({"kind": "connection", "sort": "type"}, ["orders_eu", "billing", "orders"]),
        ({"kind": "connection", "sort": "state"}, ["orders_eu", "orders", "billing"]),
    ],
)
def test_filters_and_orders(few: Place, filters: dict[str, str], found: list[str]) -> None:
    assert keys(few, **filters) == found
    recount(few.prefixes)
    assert keys(few, **filters) == found


def test_a_prefix_is_chosen_by_id_as_well(few: Place) -> None:
    assert keys(few, prefix=str(few.config.pk)) == ["smtp"]


def test_nothing_is_found_under_no_prefix(few: Place) -> None:
    page = selection.page([], Filters(q="orders"))
    assert (page.rows, page.total, page.exact, page.pages, page.first, page.last) == ([], 0, True, 1, 0, 0)


@pytest.mark.parametrize("q", ["", "airflow"])
def test_pages_follow_each_other(place: Place, q: str) -> None:
    for number in range(120):
        add(place.connections, f"c{number:03}")
    recount(place.prefixes)
    first, second, third, beyond = (
        selection.page(Prefix.objects.select_related("account"), Filters(q=q, page=number)) for number in (1, 2, 3, 9)
    )
    assert [row.key for row in (*first.rows, *second.rows, *third.rows)] == [f"c{n:03}" for n in range(120)]
    assert (first.first, first.last, first.has_next) == (1, 50, True)
    assert (third.first, third.last, third.has_next) == (101, 120, False)
    assert (second.total, second.pages, second.exact) == (120, 3, True)
    assert (beyond.number, beyond.rows) == (3, third.rows)


def test_matches_are_counted_up_to_a_limit(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "COUNTED", 60)
    for number in range(130):
        add(place.connections, f"c{number:03}")
    prefixes = Prefix.objects.select_related("account")
    first = selection.page(prefixes, Filters(q="c"))
    assert (first.total, first.exact, first.has_next) == (60, False, True)
    third = selection.page(prefixes, Filters(q="c", page=3))
    assert (third.total, third.exact, third.has_next, len(third.rows)) == (130, True, False, 30)


def test_a_page_takes_two_queries(few: Place, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    recount(few.prefixes)
    prefixes = list(Prefix.objects.select_related("account"))
    for filters in (Filters(), Filters(q="orders"), Filters(state="broken"), Filters(tag="a=b", sort="-changed")):
        with django_assert_num_queries(2 if selection.page(prefixes, filters).rows else 1):
            page = selection.page(prefixes, filters)
            assert [row.prefix.account.name for row in page.rows] == ["data-dev"] * len(page.rows)


def test_records_that_came_since_the_last_summary_are_not_lost(few: Place) -> None:
    recount(few.prefixes)
    add(few.config, "webserver")
    page = selection.page(Prefix.objects.select_related("account"), Filters(prefix="airflow/config"))
    assert (len(page.rows), page.total) == (2, 2)


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("", Filters()),
        ("q=+a++b+&sort=-changed&page=3", Filters(q="a  b", sort="-changed", page=3)),
        ("sort=colour&page=minus", Filters()),
        ("page=0", Filters()),
        ("page=-4", Filters()),
        ("page=99999999999999999999", Filters()),
        ("page=²", Filters()),
        ("q=a%00b&nonsense=1", Filters(q="ab")),
        ("state=broken&kind=variable&type=http&tag=k%3Dv%3Dw&account=a&prefix=12",
         Filters(state="broken", kind="variable", type="http", tag="k=v=w", account="a", prefix="12")),
    ],
)  # fmt: skip
def test_junk_counts_as_absent(query: str, filters: Filters) -> None:
    assert Filters.parse(QueryDict(query)) == filters


def test_a_filter_survives_its_own_address() -> None:
    filters = Filters(q="a&b=c d", tag="k=v w", state="ok", sort="-key", page=4)
    assert Filters.parse(QueryDict(filters.query(page=4))) == filters
    assert Filters.parse(QueryDict(filters.query(state=""))) == Filters(q="a&b=c d", tag="k=v w", sort="-key")
    assert Filters().query() == ""
    assert filters.active == ["tag", "state", "q"]


@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ("kind=password", ["kind"]),
        ("state=great", ["state"]),
        ("kind=x&state=y", ["kind", "state"]),
        ("tag=env", ["tag"]),
    ],
)
def test_what_does_not_exist_selects_nothing(few: Place, query: str, unknown: list[str]) -> None:
    filters = Filters.parse(QueryDict(query))
    assert (filters.query(), filters.unknown) == (query, unknown)
    assert selection.page(few.prefixes, filters).rows == []
    recount(few.prefixes)
    assert selection.page(few.prefixes, filters).total == 0
