"""Rules about the text as a whole: quotes and white space around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from secretsui.core.fault import is_quoted, where_blank
from secretsui.core.findings import Severity
from secretsui.core.rules.value import Hit, Value, field_text
from secretsui.core.variable_reading import unquoted

QUOTES: Final = "\"'`“”‘’„«»"  # noqa: RUF001
_STARTS_VALUE: Final = re.compile(r"\{|[A-Za-z][A-Za-z0-9_+.-]*://")
_BREAKS: Final = "\r\n\t\v\f"
_FIELDS: Final = ("host", "login", "password", "schema")


def starts_with_quote(value: Value) -> bool:
    """Around the whole, or left over at its start: no connection starts with a quote."""
    text = value.stripped
    return any(value.faults_of("quoted")) or bool(
        text and text[0] in QUOTES and _STARTS_VALUE.match(text.strip(QUOTES).strip())
    )


def quoted(value: Value) -> Iterator[Hit]:
    if starts_with_quote(value):
        ends = "the first and the last character" if value.stripped[-1] in QUOTES else "the first character"
        yield Hit("quoted", where=ends, repair="unquote")


def quoted_variable(value: Value) -> Iterator[Hit]:
    if is_quoted(value.stripped):
        repair = "" if unquoted(value.stripped) is None else "unquote"
        yield Hit("quoted", where="the first and the last character", repair=repair)


def white_space(value: Value) -> Iterator[Hit]:
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
        is_taken = value.is_uri or value.members is not None
        yield Hit("white-space", where=where_blank(value.text), repair="strip", severity="low" if is_taken else None)


def _around_fields(value: Value) -> Iterator[Hit]:
    for field in _FIELDS:
        text = field_text(value.connection, field)
        if text != text.strip():
            # A password may end in a blank, though hardly in a line break.
            is_slip = field == "host" or text.strip(_BREAKS) == text.strip()
            severity: Severity = "high" if field == "host" else "medium"
            yield Hit("field-space", field, where_blank(text), repair="strip" if is_slip else "", severity=severity)
