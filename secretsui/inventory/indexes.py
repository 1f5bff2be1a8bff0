"""How searching a hundred thousand records stays quick: in another way on each database."""

from __future__ import annotations

from typing import Any, Final

from django.db import DatabaseError, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TRIGRAM_INDEX: Final = "secret_search_trigrams"


class SearchedIndex(models.Index):
    """On SQLite the searched text is part of the index too, which spares a scan of the whole wide table.

    PostgreSQL limits the length of an index row; `add_trigrams` serves there.
    """

    def create_sql(self, model: type[models.Model], schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        if schema_editor.connection.vendor != "sqlite":
            return super().create_sql(model, schema_editor, using=using, **kwargs)
        whole = models.Index(fields=[*self.fields, "search"], name=self.name)
        return whole.create_sql(model, schema_editor, using=using, **kwargs)


def add_trigrams(alias: str) -> bool:
    """Whether PostgreSQL now searches by trigrams. Without the right to do so (or the extension) it scans."""
    connection = connections[alias]
    if connection.vendor != "postgresql":
        return False
    try:
        with transaction.atomic(alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute(
                f"CREATE INDEX IF NOT EXISTS {TRIGRAM_INDEX} ON inventory_secretrecord USING gin (search gin_trgm_ops)"
            )
    except DatabaseError:
        return False
    return True


def lacks_trigrams(connection: BaseDatabaseWrapper) -> bool:
    """Whether there is a table to search, on PostgreSQL, and no such index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s), to_regclass(%s)", ["inventory_secretrecord", TRIGRAM_INDEX])
        table, index = cursor.fetchone()
    return table is not None and index is None
