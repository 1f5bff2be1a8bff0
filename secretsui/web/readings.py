"""A text field by field, as each Airflow reads it, and why a URI is not read as it was meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.utils.functional import Promise

from secretsui.core import json_text
from secretsui.core.codec import DecodeError, Dialect
from secretsui.core.connection import Connection
from secretsui.core.construct import EXTRA_KEY
from secretsui.core.json_pieces import holds_secrets
from secretsui.core.pieces import Piece
from secretsui.core.renderings import survives
from secretsui.core.secrecy import Secrecy
from secretsui.web.connection_form import Composed, Reading, read
from secretsui.web.forms import stored_json
from secretsui.web.forms.text import printable
from secretsui.web.labels import DIALECTS, FIELDS
from secretsui.web.problems import words_of_loss, words_of_value

State = Literal["same", "differs", "unread"]

MOST_KEYS: Final = 200  # of an extra that are told one by one
SHOWN: Final = tuple(field for field in FIELDS if field != "description")  # no secret can carry one


@dataclass(frozen=True, slots=True)
class Column:
    """What one Airflow makes of the text; `problem` says why it makes nothing of it."""

    label: str | Promise
    problem: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Bit:
    """The whole of a field, or one key of the extra."""

    piece: Piece
    key: str = ""

    @property
    def pieces(self) -> Sequence[Piece]:
        return [self.piece]


@dataclass(frozen=True, slots=True)
class Cell:
    """Without bits where the field is not set, or where values are not to be shown."""

    state: State
    bits: Sequence[Bit] = ()


@dataclass(frozen=True, slots=True)
class Line:
    label: str | Promise
    cells: Sequence[Cell]

    @property
    def is_agreed(self) -> bool:
        return all(cell.state == "same" for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Loss:
    """A field that does not survive, the Airflows that lose it, and why."""

    label: str | Promise
    readers: str
    why: str | Promise


@dataclass(frozen=True, slots=True)
class Table:
    columns: Sequence[Column]
    lines: Sequence[Line]
    losses: Sequence[Loss] = ()
    needs_json: bool = False  # a URI that not every Airflow reads as it is meant, where JSON is
    shows_values: bool = False

    @property
    def is_faithful(self) -> bool:
        return all(line.is_agreed for line in self.lines)


def table(composed: Composed, *, values: bool = False) -> Table | None:
    """A line for each field that is set for somebody; None for what is no connection."""
    if not composed.readings:
        return None
    found = [read(composed.text, reading.dialect, composed.rules.decode) for reading in composed.readings]
    secrecy = Secrecy.of(composed.meant and composed.meant.conn_type)
    lines = [
        Line(FIELDS[field], list(_cells(field, composed.readings, found, secrecy if values else None)))
        for field in SHOWN
        if any(_is_set(field, conn) for conn in (composed.meant, *found))
    ]
    columns = [_column(reading) for reading in composed.readings]
    losses = list(_losses(composed, found))
    return Table(columns, lines, losses, _needs_json(composed), shows_values=values)


def _needs_json(composed: Composed) -> bool:
    if composed.form != "uri" or composed.meant is None or all(each.is_faithful for each in composed.readings):
        return False
    return survives(stored_json.write(composed.meant), composed.meant)


def _is_set(field: str, conn: Connection | DecodeError | None) -> bool:
    return isinstance(conn, Connection) and bool(getattr(conn, field))


def _column(reading: Reading) -> Column:
    label = DIALECTS[reading.dialect]
    if reading.problem is None:
        return Column(label)
    return Column(label, str(words_of_value(reading.problem.reason).cause), reading.problem.where)


def _cells(
    field: str, readings: Sequence[Reading], found: Sequence[Connection | DecodeError], secrecy: Secrecy | None
) -> Iterator[Cell]:
    for reading, conn in zip(readings, found, strict=True):
        if isinstance(conn, DecodeError):
            yield Cell("unread")
        else:
            bits = list(_bits(field, getattr(conn, field), secrecy)) if secrecy else []
            yield Cell("differs" if field in reading.differs else "same", bits)


def _bits(field: str, stored: Any, secrecy: Secrecy) -> Iterator[Bit]:
    value = stored_json.in_clear(stored)
    if not value:
        return
    keys = _object(value) if field == "extra" else None
    if keys is None or len(keys) > MOST_KEYS:
        hidden = field == "extra" or secrecy.hides(field)
        yield Bit(Piece(_spelled(value), "secret" if hidden else "plain"))
        return
    for key, member in keys.items():
        hidden = secrecy.hides_extra(key) or holds_secrets(member)
        yield Bit(Piece(_spelled(member), "secret" if hidden else "plain"), printable(key))


def _object(value: Any) -> Mapping[str, Any] | None:
    if isinstance(value, str):
        try:
            value = json_text.load(value, DecodeError)
        except DecodeError:
            return None
    return value if isinstance(value, dict) else None


def _spelled(value: Any) -> str:
    return value if isinstance(value, str) else stored_json.spell(value)


def _losses(composed: Composed, found: Sequence[Connection | DecodeError]) -> Iterator[Loss]:
    for field in SHOWN:
        readers = [each.dialect for each in composed.readings if field in each.differs]
        if readers and composed.form == "uri" and composed.meant:
            first = next(conn for conn, each in zip(found, composed.readings, strict=True) if field in each.differs)
            code = cause_of_loss(field, composed.meant, first)
            yield Loss(FIELDS[field], _names(readers), words_of_loss(code))


def cause_of_loss(field: str, meant: Connection, found: Connection | DecodeError) -> str:
    """A code of `problems.LOSSES`: why a URI does not carry this field."""
    wanted = stored_json.in_clear(getattr(meant, field))
    got = stored_json.in_clear(getattr(found, field)) if isinstance(found, Connection) else None
    if field in ("host", "conn_type") and isinstance(wanted, str) and isinstance(got, str):
        return f"{field}-case" if got.lower() == wanted.lower() else field
    keys = _object(wanted) if field == "extra" else None
    if keys is None:
        return field
    return "extra-name" if EXTRA_KEY in keys else "extra-text"


def _names(dialects: Sequence[Dialect]) -> str:
    return ", ".join(str(DIALECTS[dialect]) for dialect in dialects)
