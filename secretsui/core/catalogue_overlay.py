"""Connection types as one Airflow has them: what its `hook_meta` tells, laid over the catalogue.

Taken are names and forms. What the Airflow puts into the fields of a form stays there, and so do patterns: a foreign
regular expression could take for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Final

from secretsui.core.conn_type import FORMATS, KINDS_OF_JSON, ConnType, Field, Kind, Standard
from secretsui.core.sensitive_names import is_sensitive

MOST_TYPES: Final = 2000
MOST_FIELDS: Final = 200
MOST_CHOICES: Final = 200
LONGEST: Final = 300
LONGEST_HELP: Final = 2000

_TYPE: Final = re.compile(r"[\w.+-]{1,100}")
_NAME: Final = re.compile(r"[A-Za-z0-9_][\w.:/-]{0,99}", re.ASCII)
_STANDARD: Final = {
    "description": "description", "url_schema": "schema", "host": "host", "port": "port", "login": "login",
    "password": "password",
}  # fmt: skip

Meta = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Overlay:
    """The types of one Airflow, as its forms have them. `name` is for people."""

    name: str
    types: Mapping[str, ConnType]


_current: ContextVar[Overlay | None] = ContextVar("catalogue_overlay", default=None)


def current() -> Overlay | None:
    return _current.get()


@contextmanager
def laid(overlay: Overlay | None) -> Iterator[None]:
    """Within, the catalogue is as this Airflow has it."""
    token = _current.set(overlay)
    try:
        yield
    finally:
        _current.reset(token)


def overlay(name: str, metas: Sequence[Meta], known: Mapping[str, ConnType]) -> Overlay:
    """What is no description of a type is passed over; of two for one type the first counts, as it does for Airflow."""
    types: dict[str, ConnType] = {}
    for meta in metas[:MOST_TYPES]:
        conn_type = meta.get("connection_type")
        if isinstance(conn_type, str) and _TYPE.fullmatch(conn_type) and conn_type not in types:
            types[conn_type] = merge(known.get(conn_type) or ConnType(conn_type, conn_type), meta)
    return Overlay(name, types)


def merge(known: ConnType, meta: Meta) -> ConnType:
    """As the Airflow has it; what people added to the catalogue stays, as the hook reads it all the same."""
    standard = _mapping(meta.get("standard_fields"))
    declared = [_field(known, name, each) for name, each in list(_mapping(meta.get("extra_fields")).items())]
    fields = [each for each in declared if each][:MOST_FIELDS]
    names = {each.name for each in fields}
    return replace(
        known,
        name=_text(meta.get("hook_name")) or known.name,
        hook=_text(meta.get("hook_class_name")),
        standard={
            **known.standard,
            **{ours: _standard(known, ours, standard.get(theirs)) for theirs, ours in _STANDARD.items()},
        },
        fields=(*fields, *(each for each in known.fields if each.is_curated and each.name not in names)),
    )


def _standard(known: ConnType, name: str, found: object) -> Standard:
    told, before = _mapping(found), known.standard.get(name) or Standard()
    return replace(
        before,
        label=_text(told.get("title")),
        hidden=told.get("hidden") is True,
        placeholder=_text(told.get("placeholder")) or before.placeholder,
    )


def _field(known: ConnType, name: object, found: object) -> Field | None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return None
    told, before = _mapping(found), known.field(name)
    schema = _mapping(told.get("schema"))
    label, help_text = _text(schema.get("title")), _text(told.get("description"), LONGEST_HELP)
    secret = schema.get("format") == "password" or (before.secret if before else is_sensitive(name))
    kind = kind_of(schema)
    if before is None or before.kind != kind:
        before = Field(name, name)
    return replace(
        before,
        label=label or before.label,
        help=before.help or help_text,  # ours says what the hook does with it
        kind=kind,
        format=str(schema["format"]) if schema.get("format") in FORMATS and kind == "text" else before.format,
        secret=secret,
        choices=_choices(schema.get("enum")) or before.choices,
    )


def kind_of(schema: Meta) -> Kind:
    types = schema.get("type")
    told = types if isinstance(types, list) else [types]
    return next((ours for theirs, ours in KINDS_OF_JSON.items() if theirs in told), "text")


def _choices(found: object) -> tuple[Any, ...]:
    choices = found if isinstance(found, list) else []
    return tuple(each for each in choices[:MOST_CHOICES] if isinstance(each, str | int | float) and each != "")


def _mapping(found: object) -> Meta:
    return found if isinstance(found, dict) else {}


def _text(found: object, longest: int = LONGEST) -> str:
    """On one line, without what no screen can show."""
    text = " ".join(found.split()) if isinstance(found, str) else ""
    return "".join(sign for sign in text if sign.isprintable())[:longest]
