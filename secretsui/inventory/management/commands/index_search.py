"""The trigram index of PostgreSQL, for a database whose first migration was not allowed to make it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from secretsui.inventory.indexes import add_trigrams


class Command(BaseCommand):
    help = "Let PostgreSQL search secrets by trigrams. Nothing to do on SQLite."

    def handle(self, *_: Any, **__: Any) -> None:
        if connection.vendor != "postgresql":
            self.stdout.write("Nothing to do: SQLite has the text in its index.")
        elif add_trigrams(connection.alias):
            self.stdout.write("OK: searches use trigrams.")
        else:
            raise CommandError("PostgreSQL refused. Let a superuser run CREATE EXTENSION pg_trgm, then try again.")
