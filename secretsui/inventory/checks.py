"""What an operator should know before people do: `manage.py check`, and with --deploy or --database more of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags
from django.db import connections

from secretsui.inventory.indexes import lacks_trigrams

SHORTEST_KEY: Final = 32
KEYS: Final = ("SECRETSUI_SECRET_KEY", "SECRETSUI_FINGERPRINT_KEY")


def register() -> None:
    checks.register(broker_fits_database, Tags.compatibility)
    checks.register(fingerprint_key_is_long, Tags.security)
    checks.register(keys_are_given, Tags.security, deploy=True)
    checks.register(database_is_ready, Tags.database)


def broker_fits_database(**_: Any) -> Sequence[CheckMessage]:
    embedded = settings.CELERY_BROKER_URL.startswith("filesystem:")
    if not embedded or _is_sqlite():
        return []
    return [
        checks.Warning(
            "Tasks travel through a folder, while the database is a server.",
            hint="A worker on another machine would never see them. Set CELERY_BROKER_URL, say redis://HOST:6379/0.",
            id="secretsui.W001",
        )
    ]


def keys_are_given(**_: Any) -> Sequence[CheckMessage]:
    generated = [name for name in KEYS if not os.environ.get(name) and not os.environ.get(f"{name}_FILE")]
    if settings.DEBUG or _is_sqlite() or not generated:
        return []
    return [
        checks.Warning(
            f"{name} is not set: each machine makes a key of its own in SECRETSUI_DATA_DIR.",
            hint=f"Set {name}, or {name}_FILE, to the same random text for every web server and worker.",
            id="secretsui.W002",
        )
        for name in generated
    ]


def fingerprint_key_is_long(**_: Any) -> Sequence[CheckMessage]:
    if len(settings.FINGERPRINT_KEY) >= SHORTEST_KEY:
        return []
    return [
        checks.Warning(
            f"SECRETSUI_FINGERPRINT_KEY has fewer than {SHORTEST_KEY} characters.",
            hint="Whoever guesses it can test guesses of values on a copy of the database. Use a long random text.",
            id="secretsui.W003",
        )
    ]


def database_is_ready(databases: Sequence[str] | None = None, **_: Any) -> Sequence[CheckMessage]:
    ways = {"sqlite": _writes_ahead, "postgresql": _searches_by_trigrams}
    vendors = {alias: connections[alias].vendor for alias in databases or ()}
    return [message for alias, vendor in vendors.items() if vendor in ways for message in ways[vendor](alias)]


def _writes_ahead(alias: str) -> Sequence[CheckMessage]:
    with connections[alias].cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = cursor.fetchone()[0]
    if mode == "wal":
        return []
    return [
        checks.Warning(
            f"SQLite does not write ahead (its journal mode is {mode}): people wait while a refresh writes.",
            hint="Keep the database on a local disk; network file systems do not support it.",
            id="secretsui.W004",
        )
    ]


def _searches_by_trigrams(alias: str) -> Sequence[CheckMessage]:
    if not lacks_trigrams(connections[alias]):
        return []
    return [
        checks.Warning(
            "PostgreSQL searches secrets without a trigram index, which is slow from some 50,000 on.",
            hint="Let a superuser run CREATE EXTENSION pg_trgm, then run manage.py index_search.",
            id="secretsui.W005",
        )
    ]


def _is_sqlite() -> bool:
    return bool(connections["default"].vendor == "sqlite")
