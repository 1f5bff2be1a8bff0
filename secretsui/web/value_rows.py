"""The rows of a value as its page shows them: masked from the index, or with the fields that were revealed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from django.utils.functional import Promise

from secretsui.core import codec, prints
from secretsui.core.codec import DIALECTS, DecodeError, Dialect
from secretsui.core.connection import Connection
from secretsui.core.decoding import Decode
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.models import Kind, SecretRecord
from secretsui.web.connection_form import MAIN, read
from secretsui.web.forms import stored_json
from secretsui.web.forms.stored_json import pretty
from secretsui.web.forms.text import printable, uncarried
from secretsui.web.labels import DIALECTS as DIALECT_LABELS
from secretsui.web.labels import FIELDS, TEXT

State = Literal["open", "clear", "hidden", "unset", "unknown"]

_ENDPOINT: Final = re.compile(r"((?:\w+://)?[^/]+?)(?::(\d+))?(?:/([^/]+))?")
# What may be asked for one by one.
REVEALABLE: Final = (*FIELDS, "text")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What another Airflow reads in the same place; `text` is None where that one is not revealed."""

    label: str | Promise
    text: Sensitive | None = None
    is_set: bool = True

    @property
    def shown(self) -> str:
        return printable(self.text.reveal()) if self.text else ""


@dataclass(frozen=True, slots=True)
class Row:
    """`open` text is harmless and from the index, `clear` text is a value that was revealed."""

    field: str
    label: str | Promise
    state: State
    text: str | Sensitive = ""
    keys: Sequence[str] = ()  # of a hidden extra that is a JSON object
    elsewhere: Sequence[Elsewhere] = ()

    @property
    def shown(self) -> str:
        """The text for a page. Named in the one place of the templates that shows values."""
        return printable(self.text.reveal()) if isinstance(self.text, Sensitive) else self.text

    @property
    def is_exact(self) -> bool:
        """Is the text on the page the value to the last character?"""
        return not isinstance(self.text, Sensitive) or uncarried(self.text.reveal()) is None

    @property
    def is_long(self) -> bool:
        return self.field in ("extra", "text")


def masked(record: SecretRecord, kind: str) -> Sequence[Row]:
    """From the index alone: which fields are set, and what may be known of them."""
    if kind != Kind.CONNECTION:
        return [_text_row(record, kind)]
    return [*_masked_fields(record), _text_row(record, kind)]


def _text_row(record: SecretRecord, kind: str) -> Row:
    return Row("text", TEXT[kind], "hidden" if record.form != "binary" else "unknown")


def _masked_fields(record: SecretRecord) -> Iterator[Row]:
    # The description is the one that the store keeps: Airflow reads none from its secrets.
    hidden = prints.fields(record.fingerprints)
    known = endpoint_parts(record) | {"conn_type": record.conn_type, "description": record.description}
    for name, label in FIELDS.items():
        if known.get(name):
            yield Row(name, label, "open", known[name])
        elif name != "description" and not is_told(record):
            yield Row(name, label, "unknown")
        else:
            yield Row(name, label, "hidden" if name in hidden else "unset")


def is_told(record: SecretRecord) -> bool:
    """Does the index know which fields are set? Not of a value that could not be read or taken apart."""
    return bool(prints.fields(record.fingerprints) or record.conn_type)


def endpoint_parts(record: SecretRecord) -> dict[str, str]:
    """Host, port and schema out of `host:port/schema`, which the index holds only if no credential can be in it."""
    found = _ENDPOINT.fullmatch(record.endpoint)
    if not found:
        return {}
    host, port, schema = found.groups(default="")
    if port and "port" not in record.fingerprints:
        host, port = f"{host}:{port}", ""
    return {"host": host, "port": port, "schema": schema}


def revealed(
    text: Sensitive,
    kind: str,
    asked: str,
    record: SecretRecord | None = None,
    *,
    decode: Decode = codec.decode_secrets_manager,
) -> Sequence[Row]:
    """The rows of a value with `asked` in clear: one field, `text`, or `all`.

    The rest is as the index has it in `record`, and hidden without one.
    """
    if kind != Kind.CONNECTION:
        return [_clear_text(text, kind, asked)]
    readings = {dialect: read(text, dialect, decode) for dialect in DIALECTS}
    main = best_of(readings)
    if main is None:  # no field can be told apart, so the text is all there is
        return [_clear_text(text, kind, "text" if asked == "all" else asked)]
    known = {row.field: row for row in _masked_fields(record)} if record else {}
    fields = [_field(name, main, readings, asked, known.get(name)) for name in FIELDS]
    return [*fields, _clear_text(text, kind, asked)]


def _clear_text(text: Sensitive, kind: str, asked: str) -> Row:
    """All of a connection is its fields; its raw text, which says the same again, is asked for by name."""
    wanted = asked == "text" or (asked == "all" and kind != Kind.CONNECTION)
    return Row("text", TEXT[kind], "clear" if wanted else "hidden", text if wanted else "")


def best_of(readings: Mapping[Dialect, Connection | DecodeError]) -> Connection | None:
    """What Airflow 3.3 reads; where it cannot, what another one reads."""
    return next((each for each in (readings[MAIN], *readings.values()) if isinstance(each, Connection)), None)


def best_reading(text: Sensitive, decode: Decode) -> Connection | None:
    return best_of({dialect: read(text, dialect, decode) for dialect in DIALECTS})


def _field(
    name: str,
    main: Connection,
    readings: Mapping[Dialect, Connection | DecodeError],
    asked: str,
    known: Row | None,
) -> Row:
    value, label, is_asked = as_text(name, main), FIELDS[name], asked in ("all", name)
    others = [_elsewhere(name, each, dialect, is_asked) for dialect, each in _apart(name, readings, value)]
    if value is not None and is_asked:
        return Row(name, label, "clear", value, elsewhere=others)
    if known and known.state == "open":
        return replace(known, elsewhere=others)
    keys = [printable(key) for key in stored_json.load(value.reveal()) or ()] if value and name == "extra" else ()
    return Row(name, label, "unset" if value is None else "hidden", keys=keys, elsewhere=others)


def _apart(
    name: str, readings: Mapping[Dialect, Connection | DecodeError], value: Sensitive | None
) -> Iterator[tuple[Dialect, Connection]]:
    """The Airflows that read something else in this field."""
    for dialect, each in readings.items():
        if isinstance(each, Connection) and as_text(name, each) != value:
            yield dialect, each


def _elsewhere(name: str, conn: Connection, dialect: Dialect, is_asked: bool) -> Elsewhere:
    text = as_text(name, conn)
    return Elsewhere(DIALECT_LABELS[dialect], text if is_asked else None, text is not None)


def as_text(name: str, conn: Connection) -> Sensitive | None:
    """The field as a page shows it; None where it is not set."""
    value: Any = stored_json.in_clear(getattr(conn, name))
    if value is None or value == "":
        return None
    text = value if isinstance(value, str) else stored_json.spell(value)
    return Sensitive(pretty(text) if name == "extra" else text)
