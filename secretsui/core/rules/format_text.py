"""Rules about the text as a whole: quotes and white space around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from secretsui.core.connection import Connection
from secretsui.core.rules.value import Hit, Value
from secretsui.core.sensitive import Sensitive

QUOTES: Final = "\"'`“”‘’„«»"  # noqa: RUF001
_STARTS_VALUE: Final = re.compile(r"\{|[A-Za-z][A-Za-z0-9_+.-]*://")
_BREAKS: Final = "\r\n\t\v\f"
_FIELDS: Final = ("host", "login", "password", "schema")


def quoted(value: Value) -> Iterator[Hit]:
    """Quotes around a connection, or left over at one end."""
    if value.kind != "connection" or len(value.stripped) < 2:
        return
    first, last = value.stripped[0] in QUOTES, value.stripped[-1] in QUOTES
    if any(value.faults_of("quoted")) or (first and _STARTS_VALUE.match(value.stripped.strip(QUOTES).strip())):
        where = "the first and the last character" if last else "the first character"
        yield Hit("quoted", where=where, repair="unquote")


def quoted_variable(value: Value) -> Iterator[Hit]:
    """Airflow hands the quotes on to whoever reads the variable as text."""
    text = value.stripped
    if value.kind == "variable" and len(text) > 1 and text[0] in "\"'" and text[0] == text[-1]:
        yield Hit("quoted", where="the first and the last character", repair="unquote")


def white_space(value: Value) -> Iterator[Hit]:
    """Around the text, inside a URI, or around a field."""
    if value.text and not value.stripped:
        yield Hit("blank", where=f"{len(value.text)} characters of white space")
    elif value.kind == "connection":
        yield from _around_connection(value)
        yield from _around_fields(value)
    elif value.text != value.stripped and value.members is None:
        # A text of several lines mostly ends in a line break on purpose.
        is_file = "\n" in value.stripped and value.text in (value.stripped + "\n", value.stripped + "\r\n")
        yield Hit("white-space", where=where_blank(value.text), repair="strip", severity="info" if is_file else None)


def _around_connection(value: Value) -> Iterator[Hit]:
    for found in value.faults_of("control-character"):
        yield Hit(found.code, where=found.detail)
    if value.text != value.stripped:
        # Every Airflow of today strips it, but for blanks that its JSON parser does not know.
        is_harmless = bool(value.connections)
        yield Hit("white-space", where=where_blank(value.text), repair="strip", severity="low" if is_harmless else None)


def _around_fields(value: Value) -> Iterator[Hit]:
    conn = value.connection
    for field in _FIELDS if conn else ():
        text = field_text(conn, field)
        if text != text.strip():
            is_repairable = field == "host" or text.strip(_BREAKS) == text.strip()
            yield Hit(
                "white-space",
                field,
                where_blank(text),
                repair="strip" if is_repairable else "",
                severity="high" if field == "host" else "medium",
            )


def field_text(conn: Connection | None, field: str) -> str:
    found = getattr(conn, field, None)
    text = found.reveal() if isinstance(found, Sensitive) else found
    return text if isinstance(text, str) else ""


def where_blank(text: str) -> str:
    ends = {"before": text != text.lstrip(), "after": text != text.rstrip()}
    return " and ".join(end for end, is_blank in ends.items() if is_blank)
