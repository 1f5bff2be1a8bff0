"""Exported files as the metadata layer of an Airflow that cannot be asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from secretsui.airflow.api import ConnectionRow, VariableRow
from secretsui.airflow.exported_files import Problem, entries
from secretsui.airflow.masks import extra as masked_extra
from secretsui.airflow.masks import is_masked, told
from secretsui.core import codec
from secretsui.core.codec import CodecError, Dialect
from secretsui.core.connection import FIELDS, Connection
from secretsui.core.sensitive import Hidden, Sensitive

Kind = Literal["connection", "variable"]

_SECRET: Final = frozenset({"login", "password"})
_DESCRIBED: Final = frozenset({"value", "description"})


@dataclass(frozen=True, slots=True)
class ExportedRows:
    connections: Sequence[ConnectionRow] = ()
    variables: Sequence[VariableRow] = ()
    problems: Sequence[Problem] = ()

    @property
    def is_complete(self) -> bool:
        """Of an incomplete file, what is not among the rows is unknown, not absent."""
        return not self.problems


class _Unfit(Exception):
    def __init__(self, code: str, **facts: object) -> None:
        self.code, self.facts = code, facts
        super().__init__(code)


def read(text: str, kind: Kind, *, dialect: Dialect = "3.3") -> ExportedRows:
    """`dialect` is that of the Airflow that wrote the file: the two write URIs and described variables differently."""
    file = entries(text)
    if kind == "variable":
        if _are_connections(file.entries):
            return ExportedRows(problems=[Problem("other-kind")])
        return ExportedRows(variables=[_variable(*each, dialect) for each in file.entries], problems=file.problems)
    problems = list(file.problems)
    connections = list(_connections(file.entries, dialect, problems))
    return ExportedRows(connections=connections, problems=problems)


def _are_connections(found: Sequence[tuple[str, Any]]) -> bool:
    return bool(found) and all(isinstance(value, dict) and "conn_type" in value for _, value in found)


def _connections(
    found: Sequence[tuple[str, Any]], dialect: Dialect, problems: list[Problem]
) -> Iterator[ConnectionRow]:
    for number, (conn_id, value) in enumerate(found, 1):
        try:
            yield ConnectionRow(conn_id, _connection(value, dialect))
        except _Unfit as unfit:
            problems.append(Problem(unfit.code, facts={"number": number, "count": len(found), **unfit.facts}))


def _connection(value: object, dialect: Dialect) -> Connection:
    if isinstance(value, dict):
        return _of_fields(value)
    if not isinstance(value, str):
        raise _Unfit("not-connection")
    return _of_text(value, dialect)


def _of_text(text: str, dialect: Dialect) -> Connection:
    """JSON, or a URI, which has no place for a description."""
    if text.startswith("{"):
        return _of_fields(_object(text))
    if "://" not in text:
        raise _Unfit("not-connection")
    try:
        conn = codec.from_uri(text, dialect)
    except CodecError as failure:
        why = str(failure)
    else:
        return Connection(**{name: getattr(conn, name) for name in FIELDS} | {"description": Hidden()})
    raise _Unfit("bad-text", why=why)


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _Unfit("bad-text", why="This is not valid JSON.")
    return found


def _of_fields(found: Mapping[str, Any]) -> Connection:
    """As the row has them; what the file leaves out, as those of older versions do, is not told."""
    if "conn_type" not in found:
        raise _Unfit("not-connection")
    if not found.keys() <= set(FIELDS):
        raise _Unfit("unknown-field")
    fields: dict[str, Any] = {name: _field(name, found[name]) if name in found else Hidden() for name in FIELDS}
    return Connection(**fields)


def _field(name: str, value: object) -> Any:
    if value is None:
        return None
    if name == "port" and type(value) is int:
        return value
    if name == "port" or not isinstance(value, str):
        raise _Unfit("wrong-type", field=name, expected="a whole number" if name == "port" else "text")
    if name == "extra":
        return masked_extra(value)
    if name in _SECRET:
        return told(value)
    return Hidden() if is_masked(value) else value


def _variable(key: str, value: object, dialect: Dialect) -> VariableRow:
    """Airflow writes JSON texts as the JSON they hold, so spaces and the spelling of numbers are lost."""
    if dialect != "2.11" and isinstance(value, dict) and value.keys() == _DESCRIBED:
        return VariableRow(key, _value(value["value"]), str(value["description"] or ""))
    return VariableRow(key, _value(value))


def _value(value: object) -> Sensitive | Hidden:
    """null stands for the text null, and for one that Airflow could not decrypt."""
    if value is None:
        return Hidden()
    return told(value if isinstance(value, str) else json.dumps(value, default=str))
