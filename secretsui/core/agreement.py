"""Where the Airflows part over a stored text, field by field, and why; never what is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from secretsui.core.codec_errors import DecodeError
from secretsui.core.compare import compare, field_of
from secretsui.core.connection import Connection
from secretsui.core.dialects import DIALECTS, Dialect

Reading = Callable[[str, Dialect], Connection]

NAMES: Final[Mapping[Dialect, str]] = {"2.11": "Airflow 2.11", "3.3": "Airflow 3.3", "3.3-sdk": "a task of Airflow 3.3"}
_CASE: Final = "a URI is read in small letters here"
_PLACE: Final = "a URI cannot carry it there"
_EXTRA: Final = "a text that looks like a number, true, false or JSON is taken for just that"


@dataclass(frozen=True, slots=True)
class Parting:
    """`field` is "" where this Airflow reads nothing at all; an extra is named by its position only."""

    dialect: Dialect
    field: str
    why: str

    def __str__(self) -> str:
        who = NAMES[self.dialect]
        return (
            f"{self.field}: {who} reads it otherwise: {self.why}" if self.field else f"{who} cannot read it: {self.why}"
        )


def partings(text: str, meant: Connection, reading: Reading) -> Sequence[Parting]:
    """None of them where every Airflow reads the text as what is meant."""
    return [parting for dialect in DIALECTS for parting in _of(text, meant, dialect, reading)]


def _of(text: str, meant: Connection, dialect: Dialect, reading: Reading) -> Iterator[Parting]:
    try:
        found = reading(text, dialect)
    except DecodeError as failure:
        yield Parting(dialect, "", str(failure))
        return
    places = [each.field for each in compare(meant, found) if each.state != "same"]
    for field in dict.fromkeys(map(field_of, places)):
        if field != "description":
            yield Parting(dialect, field, _why(field, getattr(meant, field), getattr(found, field)))


def _why(field: str, wanted: Any, found: Any) -> str:
    if field == "extra":
        return _EXTRA
    if field in ("host", "conn_type") and isinstance(wanted, str) and isinstance(found, str):
        return _CASE if wanted.lower() == found.lower() else _PLACE
    return _PLACE
