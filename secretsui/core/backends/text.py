"""Answers that are text."""

from __future__ import annotations

from secretsui.core import codec
from secretsui.core.connection import Connection
from secretsui.core.dialects import Dialect
from secretsui.core.sensitive import Sensitive


def sensitive(value: object) -> Sensitive:
    if isinstance(value, Sensitive):
        return value
    raise TypeError(f"A store of texts answered with a {type(value).__name__}.")


class TextSource:
    """Reads a connection as Airflow's base class does: JSON or a URI, and nothing in an empty text."""

    def connection(self, value: object, dialect: Dialect) -> Connection | None:
        text = sensitive(value).reveal()
        return codec.decode(text, dialect) if text else None

    def variable(self, value: object) -> Sensitive | None:
        return sensitive(value)
