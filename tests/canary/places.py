"""Everywhere that the product leaves something behind, as (where, content) to search."""

from __future__ import annotations

import json
import pickle
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import caches
from django.core.signing import b64_decode
from django.db import connection

Find = tuple[str, bytes]


def everywhere() -> Iterator[Find]:
    yield from database_rows()
    yield from database_files()
    yield from sessions()
    yield from files(Path(settings.DATA_DIR))
    yield from broker()
    yield from cache()
    yield from mails()


def database_rows() -> Iterator[Find]:
    """Every row of every table, whether a model knows it or not."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    yield f"table {table}, column {column}", _bytes(value)


def database_files() -> Iterator[Find]:
    """SQLite's file with its log: also what was deleted, or rolled back, since."""
    if connection.vendor != "sqlite":
        return
    for path in _database_paths():
        # By another process: one that opens and closes the file itself gives up the locks that SQLite holds on it.
        yield f"database file {path.name}", subprocess.run(["cat", path], capture_output=True, check=True).stdout


def _database_paths() -> list[Path]:
    path = Path(str(connection.settings_dict["NAME"]))
    return [each for each in path.parent.glob(path.name + "*") if not each.name.endswith("-shm")]


def sessions() -> Iterator[Find]:
    """What the signed and compressed rows hold."""
    for session in Session.objects.all():
        yield "session", json.dumps(session.get_decoded(), ensure_ascii=False, default=repr).encode()


def files(folder: Path) -> Iterator[Find]:
    """Everything but databases, which are looked at as such."""
    for path in sorted(each for each in folder.rglob("*") if ".sqlite3" not in each.name):
        try:
            yield f"file {path.relative_to(folder)}", path.read_bytes()
        except (OSError, ValueError):  # a folder, or gone meanwhile
            continue


def broker() -> Iterator[Find]:
    """The embedded broker is a folder, and so one of the files; Redis is asked."""
    if str(settings.CELERY_BROKER_URL).startswith("redis"):
        import redis

        with redis.Redis.from_url(settings.CELERY_BROKER_URL) as client:
            readers = {b"list": lambda key: client.lrange(key, 0, -1), b"hash": client.hgetall, b"string": client.get}
            readers |= {b"set": client.smembers, b"zset": lambda key: client.zrange(key, 0, -1)}
            for key in client.keys("*"):
                yield f"broker key {key!r}", repr((key, readers[client.type(key)](key))).encode()


def cache() -> Iterator[Find]:
    for name in settings.CACHES:
        for key, entry in getattr(caches[name], "_cache", {}).items():
            yield f"cache {name}: {key}", key.encode() + entry
            yield f"cache {name}: {key}, unpickled", repr(pickle.loads(entry)).encode()


def mails() -> Iterator[Find]:
    for message in mail.outbox:
        yield f"e-mail {message.subject}", message.message().as_bytes()


def opened(text: str) -> bytes:
    """What is inside a value of Django's signed cookies and sessions; b"" when it is none."""
    inside = text.split(":", 1)[0]
    try:
        if inside.startswith("."):
            return zlib.decompress(b64_decode(inside[1:].encode()))
        return b64_decode(inside.encode())
    except (ValueError, zlib.error):
        return b""


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return (value if isinstance(value, str) else repr(value)).encode("utf-8", "surrogatepass")
