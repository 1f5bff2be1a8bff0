"""Rows that are filled in from the row of another id say what they would say if each were worked out alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from secretsui.inventory.deployments import resolving
from secretsui.inventory.deployments.settings import processes
from secretsui.inventory.models import Deployment, Prefix, ResolvedRow
from tests.conftest import Place
from tests.inventory.deployments import halden

pytestmark = pytest.mark.database

# What may lie in a backend; of each several, so that one is the sample of the others.
SECRETS: Final[dict[str, tuple[str | None, dict[str, Any]]]] = {
    "well": (halden.CRM, {}),
    "deleted": (halden.CRM, {"deleted_at": halden.NOON}),
    "broken": (halden.BROKEN, {}),
    "stale": (halden.CRM, {"stale": True}),
    "denied": (halden.CRM, {"read_error": "denied"}),
    "unread": (None, {}),
    "binary": (None, {"form": "binary"}),
}
EACH: Final = 3
AGES: Final = (halden.NOON, None, halden.LATER)
TYPES: Final = (halden.CRM, "mysql://reader:right@db.example/crm", halden.OLD)


def fill(deployment: Deployment, prefix: Prefix) -> None:
    for what, (text, given) in SECRETS.items():
        for number in range(EACH):
            facts = {**given, "changed_at": AGES[number], "tags": {"owner": f"team-{number}"}}
            halden.secret(prefix, f"{what}-{number}", TYPES[number] if text == halden.CRM else text, **facts)
            halden.secret(prefix, f"both-{what}-{number}", text, **facts)
            halden.row(deployment, f"both-{what}-{number}", TYPES[number])
    for name in ("row-0", "row-1", "a/b", "a/../b", "row?", "keys", "eu--crm"):
        halden.row(deployment, name)
        halden.row(deployment, name, "5", "variable")
    env = deployment.sources.get()
    for name in ("SET_0", "SET_1", "small_0", "small_1", "ROW_0"):
        halden.setting(env, f"AIRFLOW_CONN_{name}")
        halden.setting(env, f"AIRFLOW_CONN_KEPT_{name}", None)


def alone(deployment: Deployment, row: ResolvedRow) -> tuple[object, ...]:
    found = resolving.resolve_one(deployment, row.process, row.kind, row.key)  # type: ignore[arg-type]
    facts = (found.conflict, found.winner, found.is_certain, found.conn_type, found.owner)
    return *facts, list(found.cells.values())


def told(row: ResolvedRow) -> tuple[object, ...]:
    return row.conflict, row.winner, row.is_certain, row.conn_type, row.owner, row.cells


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({}, {}),
        ({"airflow_version": "3.3.2"}, {}),
        ({"airflow_version": "3.3.2"}, {"problem": "Airflow cannot be reached.", "error": "unreachable"}),
        ({"backend_kwargs": {"connections_lookup_pattern": "^(both-)?[a-d]", "variables_prefix": None}}, {}),
        ({"airflow_version": "3.3.2", "backend_class": "dags.own.Backend"}, {}),
    ],
)
def test_each_row_is_as_if_it_were_worked_out_alone(place: Place, given: dict[str, Any], read: dict[str, Any]) -> None:
    deployment = halden.deployment(place.connections, **given)
    halden.read(deployment, **read)
    halden.source(deployment)
    fill(deployment, place.connections)
    resolving.resolve_all(deployment)

    rows = list(ResolvedRow.objects.filter(deployment=deployment))
    assert {row.process for row in rows} == set(processes(deployment))
    assert {row.key: told(row) for row in rows if told(row) != alone(deployment, row)} == {}


def test_only_rows_that_differ_are_written(place: Place) -> None:
    deployment = halden.deployment(place.connections)
    halden.read(deployment)
    halden.source(deployment)
    records = {key: halden.secret(place.connections, key, changed_at=halden.NOON) for key in ("crm", "erp", "hr")}
    resolving.resolve_all(deployment)
    before = dict(ResolvedRow.objects.values_list("key", "pk"))
    ResolvedRow.objects.filter(key="crm").update(search="as it was")  # would be mended were it not compared whole

    records["erp"].changed_at += timedelta(hours=1)
    records["erp"].save()
    records["hr"].delete()
    halden.secret(place.connections, "new")
    resolving.resolve_all(deployment)

    after = dict(ResolvedRow.objects.values_list("key", "pk"))
    assert after.keys() == {"crm", "erp", "new"}
    assert (after["crm"], after["erp"]) == (before["crm"], before["erp"])
    assert ResolvedRow.objects.get(key="crm").search.startswith("crm\n")
    assert ResolvedRow.objects.get(key="erp").cells[0]["age"] == "2026-11-20T13:00:00+00:00"


def test_what_is_as_before_is_not_written(place: Place) -> None:
    deployment = halden.deployment(place.connections, airflow_version="3.3.2")
    halden.read(deployment)
    halden.source(deployment)
    fill(deployment, place.connections)
    resolving.resolve_all(deployment)
    with CaptureQueriesContext(connection) as asked:
        resolving.resolve_all(deployment)

    table = ResolvedRow._meta.db_table
    writes = ("INSERT", "UPDATE", "DELETE")
    written = [each["sql"] for each in asked.captured_queries if each["sql"].startswith(writes)]
    assert written, "the deployment says when it was resolved"
    assert not [sql for sql in written if f'"{table}"' in sql]
