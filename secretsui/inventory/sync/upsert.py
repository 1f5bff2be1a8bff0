"""Many rows in one statement, built once. `bulk_create` would take longer to build it than the store to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, Final

from django.db import connection
from django.db.models import DateField, DateTimeField, Field, JSONField, Model

from secretsui.inventory.models import SecretRecord

# SQLite takes 32,766 parameters at most.
ROWS: Final = 400
KEY: Final = ("prefix_id", "name")
Row = Sequence[object]


def upsert(
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    model: type[Model] = SecretRecord,
    key: tuple[str, ...] = KEY,
) -> None:
    """Insert rows, or update these columns of the row with the same values in `key`: for records, prefix and name.

    The first columns are those of `key`. Other columns of a new row get their default, of a known one they stay.
    """
    _write(model, key, tuple(columns), rows)


def insert(rows: Sequence[Model]) -> None:
    """Like `bulk_create`, only quicker; the rows do not learn their ids."""
    if rows:
        model = type(rows[0])
        columns = tuple(_fields(model))
        values = attrgetter(*columns)
        _write(model, (), columns, [values(each) for each in rows])


def _write(model: type[Model], key: tuple[str, ...], columns: tuple[str, ...], rows: Sequence[Row]) -> None:
    ops, is_sqlite = connection.ops, connection.vendor == "sqlite"
    ways: dict[type[Any], Any] = {
        DateTimeField: _moment if is_sqlite else ops.adapt_datetimefield_value,
        DateField: ops.adapt_datefield_value,
        JSONField: lambda value: ops.adapt_json_value(value, None),
    }
    adapters = [(place, ways[kind]) for place, kind in enumerate(_types(model, columns)) if kind in ways]
    for some in (rows[start : start + ROWS] for start in range(0, len(rows), ROWS)):
        values = _adapted(some, adapters)
        with connection.cursor() as cursor:
            cursor.execute(_statement(model, key, columns, len(some)), values)


@cache
def _statement(model: type[Model], key: tuple[str, ...], columns: tuple[str, ...], rows: int) -> str:
    quote = connection.ops.quote_name
    defaults = {field.attname: _literal(field) for field in _fields(model).values() if _needs_default(field, columns)}
    row = "(" + ", ".join(["%s"] * len(columns) + list(defaults.values())) + ")"
    updates = ", ".join(f"{quote(name)} = EXCLUDED.{quote(name)}" for name in columns if name not in key)
    names = ", ".join(quote(name) for name in (*columns, *defaults))
    table = quote(model._meta.db_table)  # noqa: SLF001 - documented API
    once = ", ".join(quote(name) for name in key)
    values = ", ".join([row] * rows)
    known = f"ON CONFLICT ({once}) DO UPDATE SET {updates}" if key else ""
    return f"INSERT INTO {table} ({names}) VALUES {values} {known}"  # noqa: S608


def _adapted(rows: Sequence[Row], adapters: Sequence[tuple[int, Any]]) -> Sequence[Any]:
    """The values of all rows one after the other, times and objects as the database's driver takes them."""
    values: list[Any] = []
    for row in rows:
        start = len(values)
        values.extend(row)
        for place, adapt in adapters:
            if values[start + place] is not None:
                values[start + place] = adapt(values[start + place])
    return values


@cache
def _types(model: type[Model], columns: tuple[str, ...]) -> Sequence[type[Any]]:
    return [type(_fields(model)[name]) for name in columns]


def _moment(value: datetime) -> str:
    """What Django makes of a time for SQLite, where it is known to be in UTC."""
    return str(value.replace(tzinfo=None))


@cache
def _fields(model: type[Model]) -> Mapping[str, Field[Any, Any]]:
    fields = model._meta.concrete_fields  # noqa: SLF001 - documented API
    return {field.attname: field for field in fields if not field.primary_key and not field.generated}


def _needs_default(field: Field[Any, Any], columns: Sequence[str]) -> bool:
    return field.attname not in columns and not field.null


def _literal(field: Field[Any, Any]) -> str:
    default = field.get_default()
    return {str: "''", dict: "'{}'", bool: "FALSE", int: "0"}[type(default)]
