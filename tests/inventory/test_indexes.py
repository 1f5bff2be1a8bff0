from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection

from secretsui.inventory import selection
from secretsui.inventory.indexes import add_trigrams, lacks_trigrams
from secretsui.inventory.models import SecretRecord
from secretsui.inventory.selection import Filters
from tests.conftest import Place

pytestmark = pytest.mark.database


def plan(place: Place, filters: Filters) -> str:
    for prefix in place.prefixes:
        prefix.account = place.account
    ids = selection.select(place.prefixes, filters).values_list("pk", flat=True)[:50]
    return ids.explain()


def only_on(vendor: str) -> None:
    if connection.vendor != vendor:
        pytest.skip(f"about {vendor}")


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        (Filters(), "secret_by_key"),
        (Filters(q="orders"), "secret_by_key"),
        (Filters(q="orders", sort="-changed"), "secret_by_key"),
        (Filters(type="postgres"), "secret_by_key"),
        (Filters(state="broken"), "secret_by_key"),
        (Filters(tag="team=sales"), "secret_by_key"),
        (Filters(sort="-changed"), "secret_by_change"),
    ],
)
def test_on_sqlite_a_page_is_found_in_one_index(place: Place, filters: Filters, index: str) -> None:
    only_on("sqlite")
    assert f"SCAN inventory_secretrecord USING COVERING INDEX {index}" in plan(place, filters).replace(
        "USING INDEX", "USING COVERING INDEX"
    )


def test_on_postgresql_text_is_found_by_trigrams(place: Place) -> None:
    only_on("postgresql")
    assert not lacks_trigrams(connection)
    rows: Sequence[SecretRecord] = [
        SecretRecord(
            prefix=place.connections, name=f"n{number}", key=f"k{number}", search=f"number-{number} " + "words " * 60
        )
        for number in range(5000)
    ]
    SecretRecord.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('secret_search_trigrams')")
        cursor.execute("ANALYZE inventory_secretrecord")
    assert "secret_search_trigrams" in plan(place, Filters(q="number-2718"))


def test_without_the_right_postgresql_goes_on_without_trigrams(db: None) -> None:
    only_on("postgresql")
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX secret_search_trigrams")
        assert lacks_trigrams(connection)
        cursor.execute("DROP EXTENSION pg_trgm")
        cursor.execute("CREATE ROLE guest")
        cursor.execute("SET ROLE guest")
        assert not add_trigrams("default")
        cursor.execute("RESET ROLE")
        cursor.execute("DROP ROLE guest")
        assert add_trigrams("default")
    assert not lacks_trigrams(connection)


def test_sqlite_needs_none(db: None) -> None:
    only_on("sqlite")
    assert not add_trigrams("default")
