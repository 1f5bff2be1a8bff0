"""Whatever somebody pastes, back to the connection in it. Nothing of it is ever run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from secretsui.core import (
    codec,
    json_form,
    json_members,
    json_pieces,
    json_text,
    key_fates,
    pasted_commands,
    pasted_lines,
    pasted_python,
    pasted_terraform,
)
from secretsui.core.aliases import ALIASES, rebuild
from secretsui.core.codec_errors import DecodeError
from secretsui.core.connection import FIELDS, Connection
from secretsui.core.dialects import Dialect
from secretsui.core.fragment import Form, Fragment, Unreadable
from secretsui.core.key_fates import READERS, Fate, KeyFate, Reader
from secretsui.core.sensitive import Sensitive

__all__ = ["READERS", "SENTENCES", "Fate", "Form", "KeyFate", "Pasted", "Reader", "read"]

# Beside the reasons of a `DecodeError`.
SENTENCES: Final[Mapping[str, str]] = {
    "too-long": "This is longer than any secret can be.",
    "not-a-connection": "This is no URI, no JSON and no command that holds one.",
    "no-field": "The JSON has no key that is a field of a connection.",
    "several": "There is more than one connection in it. Paste one at a time.",
    "unclosed-quote": "A quotation mark has no end.",
    "substitution": "A variable or a command stands in for a part of the value. Paste the value itself.",
    "from-file": "The command reads the value from elsewhere. Paste what is in there.",
    "no-value": "The command holds no value.",
    "bad-python": "This is not a whole call of Connection.",
    "not-literal": "An argument is not written out. Paste the values themselves.",
}
LONGEST: Final = 262_144
_URI: Final = re.compile(r"(?:[^\s/?#@=('\"]+:)?//\S")
_ORDER: Final[tuple[Dialect, ...]] = ("3.3", "2.11", "3.3-sdk")
_ID_KEYS: Final = ("conn_id", "connection_id")
# What a managed database calls its database, which no Airflow reads.
_DATABASE: Final = "dbname"
_READERS: Final[Sequence[Callable[[str], Fragment | None]]] = (
    pasted_lines.read,
    pasted_commands.read,
    pasted_terraform.read,
    pasted_python.read,
)


Order = Sequence[Dialect]


@dataclass(frozen=True, slots=True, repr=False)
class Pasted:
    """`text` is the bare URI or JSON, `problem` a code where there is no connection in it.

    `connection` is the one that is meant: of a rotated secret also the database, which Airflow drops (see `keys`).
    """

    form: Form
    conn_id: str = ""
    text: Sensitive = Sensitive("")  # noqa: RUF009 - it cannot be changed
    connection: Connection | None = None
    problem: str = ""
    keys: Sequence[KeyFate] = ()

    def __repr__(self) -> str:
        return f"Pasted({self.form}, {self.problem or 'read'})"


def read(text: str, first: Dialect = "3.3") -> Pasted:
    """As the `first` Airflow reads it, or as another does where that one cannot."""
    if len(text) > LONGEST:
        return Pasted("unknown", problem="too-long")
    try:
        return _of_fragment(_fragment(text.strip()), (first, *_ORDER))
    except RecursionError:
        return Pasted("unknown", problem="too-deep")


def _fragment(text: str) -> Fragment:
    if not text:
        return Fragment("unknown", problem="blank")
    if text[0] in "{\"'" or _URI.match(text):
        bare = _unquoted(text)
        return Fragment("json" if bare.startswith("{") else "uri", value=bare)
    fragments = (reader(text) for reader in _READERS)
    return next(filter(None, fragments), Fragment("unknown", problem="not-a-connection"))


def _unquoted(text: str) -> str:
    if len(text) < 2 or text[0] != text[-1] or text[0] not in "\"'":
        return text
    inside = text[1:-1].strip()
    return _as_json_text(text) or inside if inside.startswith("{\\") else inside


def _as_json_text(text: str) -> str:
    """JSON in a JSON string, as logs and some tools print it."""
    try:
        return str(json.loads(text))
    except ValueError:
        return ""


def _of_fragment(found: Fragment, order: Order) -> Pasted:
    pasted = Pasted(found.form, found.conn_id, problem=found.problem)
    if found.problem:
        return pasted
    try:
        return _with_fields(found, order) if found.fields else _of_value(pasted, found.value.strip(), order)
    except (DecodeError, Unreadable) as failure:
        reason = failure.reason if isinstance(failure, DecodeError) else failure.problem
        return replace(pasted, text=Sensitive(found.value.strip()), problem=reason)


def _with_fields(found: Fragment, order: Order) -> Pasted:
    """Written as JSON; beside a URI or JSON the fields take the place of what that says."""
    value = found.value.strip()
    base = _of_value(Pasted(found.form), value, order).connection if value else None
    named = {name: value for name, value in found.fields.items() if name in FIELDS}
    fields = {**(json_pieces.members(base) if base else {}), **named}
    text = json_text.dump(fields, DecodeError)
    return _of_value(Pasted(found.form, found.conn_id), json.dumps(json.loads(text), ensure_ascii=False), order)


def _of_value(pasted: Pasted, value: str, order: Order) -> Pasted:
    if value.startswith("{"):
        return _of_json(pasted, value, order)
    if not _URI.match(value):
        raise Unreadable("blank" if not value else "not-a-connection")
    conn = _first(lambda dialect: codec.from_uri(value, dialect), order)
    return replace(pasted, text=Sensitive(value), connection=conn, keys=key_fates.of_uri(value))


def _of_json(pasted: Pasted, text: str, order: Order) -> Pasted:
    found = json_text.load(text, DecodeError)
    if not isinstance(found, dict):
        raise DecodeError("TypeError", "not-object")
    if inner := _wrapped(found):
        conn_id, value = inner
        return _of_value(replace(pasted, conn_id=conn_id), value, order)
    names = [member.name for member in json_members.members(text)]
    conn, is_plain = _meant(found, order)
    form: Form = "rotation" if pasted.form == "json" and not is_plain else pasted.form
    conn_id = pasted.conn_id or next((str(found[name]) for name in _ID_KEYS if found.get(name)), "")
    return Pasted(form, conn_id, Sensitive(text), conn, keys=key_fates.of_object(found, names))


def _wrapped(found: Mapping[str, Any]) -> tuple[str, str] | None:
    """What AWS answers with, and the file that Airflow exports: a secret under its name."""
    if isinstance(value := found.get("SecretString"), str):
        return str(found.get("Name") or "").rpartition("/")[2], value.strip()
    ((name, value),) = found.items() if len(found) == 1 else [("", None)]
    if isinstance(value, dict) and name not in FIELDS:
        return name, json.dumps(value, ensure_ascii=False)
    return (name, value.strip()) if isinstance(value, str) and _URI.match(value) and name not in FIELDS else None


def _meant(found: Mapping[str, Any], order: Order) -> tuple[Connection, bool]:
    """The connection, and whether its keys are Airflow's own names."""
    fields = {name: value for name, value in found.items() if name not in _ID_KEYS}
    try:
        return _first(lambda dialect: json_form.from_object(fields, dialect), order), True
    except DecodeError as failure:
        if failure.reason != "unknown-key":
            raise
    rebuilt = rebuild(fields if _names_type(fields) else found)
    if not rebuilt["schema"] and isinstance(fields.get(_DATABASE), str):
        rebuilt["schema"] = fields[_DATABASE]
    if not any(value is not None for value in rebuilt.values()):
        raise Unreadable("no-field")
    conn = _first(lambda dialect: json_form.from_object(rebuilt, dialect), order)
    return replace(conn, description=fields.get("description")), False


def _names_type(fields: Mapping[str, Any]) -> bool:
    return any(name in ALIASES["conn_type"] for name in fields)


def _first(reading: Callable[[Dialect], Connection], order: Order) -> Connection:
    """By the first Airflow that can read it; where none can, the first one says why."""
    failures: list[DecodeError] = []
    for dialect in order:
        try:
            return reading(dialect)
        except DecodeError as failure:
            failures.append(failure)
    raise failures[0]
