"""Migrations over rows that are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def migrate(name: str) -> Any:
    """The models as they are after this migration of the inventory."""
    executor = MigrationExecutor(connection)
    executor.migrate([("inventory", name)])
    return MigrationExecutor(connection).loader.project_state([("inventory", name)]).apps


@pytest.fixture
def latest() -> Iterator[None]:
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_records_keep_what_they_say_when_disabled_becomes_a_state(latest: None) -> None:
    apps = migrate("0005_stores")
    account = apps.get_model("inventory", "Account").objects.create(name="dev", region="eu-west-1")
    prefix = apps.get_model("inventory", "Prefix").objects.create(account=account, region="eu-west-1", path="airflow")
    records = apps.get_model("inventory", "SecretRecord").objects
    records.create(prefix=prefix, name="airflow/a", key="a", problem="blank")
    records.create(prefix=prefix, name="airflow/b", key="b")

    after = migrate("0006_secret_states").get_model("inventory", "SecretRecord").objects
    assert list(after.order_by("key").values_list("key", "status")) == [("a", "broken"), ("b", "ok")]
    after.update(disabled=True)
    assert set(after.values_list("status", flat=True)) == {"disabled"}
    with connection.cursor() as cursor:
        table = connection.introspection.get_constraints(cursor, "inventory_secretrecord")
    assert {"secret_by_key", "secret_by_change", "secret_in_trash", "secret_once"} <= set(table)

    before = migrate("0005_stores").get_model("inventory", "SecretRecord").objects
    assert list(before.order_by("key").values_list("status", flat=True)) == ["broken", "ok"]
