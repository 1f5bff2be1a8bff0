from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from secretsui.inventory.models import Prefix, Refresh, SecretRecord
from tests.conftest import Place

pytestmark = pytest.mark.database


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, "ok"),
        ({"stale": True}, "stale"),
        ({"read_error": "denied", "stale": True}, "unreadable"),
        ({"problem": "bad-uri", "read_error": "denied", "stale": True}, "broken"),
        ({"deleted_at": True, "problem": "bad-uri", "stale": True}, "deleted"),
    ],
)
def test_the_worst_state_that_applies_is_the_status(place: Place, facts: dict[str, Any], status: str) -> None:
    if "deleted_at" in facts:
        facts = facts | {"deleted_at": timezone.now()}
    record = SecretRecord.objects.create(prefix=place.connections, name="n", key="k", **facts)
    record.refresh_from_db()
    assert record.status == record.state() == status


def test_a_prefix_has_one_active_refresh(place: Place) -> None:
    Refresh.objects.create(prefix=place.connections)
    with pytest.raises(IntegrityError), transaction.atomic():
        Refresh.objects.create(prefix=place.connections, state=Refresh.State.RUNNING)
    Refresh.objects.create(prefix=place.connections, state=Refresh.State.DONE)
    Refresh.objects.create(prefix=place.variables)


def test_names_begin_with_path_and_separator(place: Place) -> None:
    assert place.connections.name_of("orders") == "airflow/connections/orders"
    assert Prefix(path="", sep="/").name_of("orders") == "orders"
