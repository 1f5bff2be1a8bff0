from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from secretsui.audits.models import StoredFinding
from secretsui.inventory.models import SecretRecord
from secretsui.inventory.sync.upsert import KEY, ROWS, insert, upsert
from tests.conftest import Place

pytestmark = pytest.mark.database

MOMENT = datetime(2026, 5, 4, 3, 2, 1, 999, tzinfo=UTC)


def test_new_rows_get_defaults_and_known_ones_keep_the_rest(place: Place) -> None:
    prefix = place.connections.pk
    columns = (*KEY, "key", "tags", "changed_at", "rotation")
    upsert(columns, [(prefix, "n1", "k1", {"a": "ü"}, MOMENT, True), (prefix, "n2", "k2", {}, None, False)])
    first = SecretRecord.objects.get(name="n1")
    assert (first.key, first.tags, first.changed_at, first.rotation) == ("k1", {"a": "ü"}, MOMENT, True)
    assert (first.conn_type, first.fingerprints, first.stale, first.deleted_at) == ("", {}, False, None)

    SecretRecord.objects.update(conn_type="http")
    upsert((*KEY, "key"), [(prefix, "n1", "K1"), (prefix, "n3", "k3")])
    rows = SecretRecord.objects.order_by("name").values_list("name", "key", "conn_type", "rotation")
    assert list(rows) == [("n1", "K1", "http", True), ("n2", "k2", "http", False), ("n3", "k3", "", False)]
    assert SecretRecord.objects.get(name="n1").pk == first.pk


def test_one_statement_serves_many_rows(place: Place, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    rows = [(place.connections.pk, f"n{number}", "key") for number in range(2 * ROWS + 1)]
    with django_assert_num_queries(3):
        upsert((*KEY, "key"), rows)
    assert SecretRecord.objects.count() == 2 * ROWS + 1


def test_nothing_is_no_statement(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        upsert((*KEY, "key"), [])


def test_rows_of_any_table_are_inserted_as_they_are(place: Place) -> None:
    given = {"rule": "R-01", "subject": "s", "rank": 2, "first_seen_at": MOMENT, "last_seen_at": MOMENT}
    accepted = {"accepted_until": date(2026, 5, 4), "accepted_reason": "Known.", "facts": {"a": "ü"}}
    insert([StoredFinding(fingerprint="1", **given, **accepted), StoredFinding(fingerprint="2", **given)])
    first, second = StoredFinding.objects.order_by("fingerprint")
    assert {name: getattr(first, name) for name in (*given, *accepted)} == {**given, **accepted}
    assert (second.status, second.accepted_until, second.facts, second.related) == ("open", None, {}, [])


def test_what_is_there_is_not_inserted_again(place: Place) -> None:
    given = {"rule": "R-01", "subject": "s", "rank": 2, "first_seen_at": MOMENT, "last_seen_at": MOMENT}
    insert([StoredFinding(fingerprint="1", **given)])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([StoredFinding(fingerprint="1", **given)])
