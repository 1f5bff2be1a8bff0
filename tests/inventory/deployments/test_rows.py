from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict

from secretsui.core.conflicts import CONFLICTS
from secretsui.inventory.deployments import rows
from secretsui.inventory.deployments.rows import RowFilter
from secretsui.inventory.models import Deployment, ResolvedRow

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def deployment() -> Deployment:
    found = Deployment.objects.create(name="halden-prod", api="none")
    made(found, "crm", "different", winner="backend", owner="crm-team", conn_type="postgres")
    made(found, "erp", "same", winner="backend")
    made(found, "flags", "none", kind="variable", winner="metastore", owner="crm-team")
    made(found, "http_api", "never")
    made(found, "crm", "none", process="task", winner="worker-backend")
    return found


def made(deployment: Deployment, key: str, conflict: Any, **given: Any) -> ResolvedRow:
    facts = {"process": "server", "kind": "connection", **given}
    search = "\n".join((key, given.get("conn_type", ""), given.get("owner", "")))
    rank = CONFLICTS.index(conflict)
    return ResolvedRow.objects.create(
        deployment=deployment, key=key, conflict=conflict, rank=rank, search=search, **facts
    )


def found(deployment: Deployment, query: str = "", process: str = "server") -> list[str]:
    return [row.key for row in rows.find(deployment, process, filters(query)).rows]


def filters(query: str) -> RowFilter:
    return RowFilter.parse(QueryDict(query))


def test_the_worst_come_first(deployment: Deployment) -> None:
    assert found(deployment) == ["crm", "http_api", "erp", "flags"]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("kind=variable", ["flags"]),
        ("conflict=same&conflict=never", ["http_api", "erp"]),
        ("winner=backend", ["crm", "erp"]),
        ("owner=crm-team", ["crm", "flags"]),
        ("owner=-", ["http_api", "erp"]),
        ("q=CRM", ["crm", "flags"]),
        ("q=crm+postgres", ["crm"]),
        ("kind=connection&owner=crm-team&conflict=different", ["crm"]),
        ("kind=other", []),
        ("conflict=nonsense", []),
        ("sort=key", ["crm", "erp", "flags", "http_api"]),
        ("sort=-key", ["http_api", "flags", "erp", "crm"]),
        ("sort=nonsense", ["crm", "http_api", "erp", "flags"]),
    ],
)
def test_each_filter_and_order_leaves_what_it_says(deployment: Deployment, query: str, keys: list[str]) -> None:
    assert found(deployment, query) == keys


def test_each_process_has_its_rows(deployment: Deployment) -> None:
    assert found(deployment, process="task") == ["crm"]


def test_rows_of_another_deployment_stay_out(deployment: Deployment) -> None:
    made(Deployment.objects.create(name="other", api="none"), "other", "different")

    assert "other" not in found(deployment)


def test_a_page_knows_where_it_is(deployment: Deployment) -> None:
    for number in range(rows.PAGE_SIZE):
        made(deployment, f"more_{number:02}", "none")

    first, last = (rows.find(deployment, "server", filters(f"page={number}")) for number in (1, 99))

    assert (first.number, first.first, first.last, first.total, first.pages) == (1, 1, 50, 54, 2)
    assert (last.number, last.first, last.last, last.has_next) == (2, 51, 54, False)
    assert first.has_next


def test_a_page_of_nothing_is_the_first(deployment: Deployment) -> None:
    page = rows.find(deployment, "server", filters("q=nothing"))

    assert (page.rows, page.number, page.first, page.last, page.pages) == ([], 1, 0, 0, 1)


def test_counts_say_what_each_choice_would_leave(deployment: Deployment) -> None:
    counts = rows.counts(deployment, "server", filters("kind=connection&winner=backend"))

    assert counts.total == 2
    assert counts.kinds == {"connection": 2}
    assert counts.conflicts == {"different": 1, "same": 1}
    assert counts.winners == {"backend": 2, "": 1}
    assert counts.owners == {"crm-team": 1, "": 1}


def test_counts_take_one_query_and_pages_two(deployment: Deployment, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        rows.counts(deployment, "server", filters("q=crm&conflict=same"))
    with django_assert_num_queries(2):
        rows.find(deployment, "server", filters("q=crm&conflict=different"))


def test_an_export_has_every_row(deployment: Deployment) -> None:
    for number in range(rows.PAGE_SIZE):
        made(deployment, f"more_{number:02}", "none")

    assert len(list(rows.every(deployment, "server", filters("page=2")))) == 54


def test_an_address_survives_the_round_trip() -> None:
    first = filters("kind=variable&conflict=same&conflict=never&q=a+b&sort=-key&page=3&winner=backend&owner=-")

    assert filters(first.query(page=3)) == first
    assert filters(first.query()).page == 1


@pytest.mark.parametrize("junk", ["page=0", "page=-1", "page=x", "page=99999999", "page=%C2%B2", "sort=nope", "q=%00"])
def test_junk_counts_as_absent(junk: str) -> None:
    assert filters(junk) == RowFilter()
