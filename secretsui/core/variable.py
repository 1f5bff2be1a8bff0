"""A variable as Airflow reads it: text, and what a caller who asks for JSON gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from secretsui.core import json_text
from secretsui.core.codec_errors import DecodeError
from secretsui.core.connection import Mistyped
from secretsui.core.sensitive import Sensitive

Form = Literal["json", "text"]


@dataclass(frozen=True, slots=True)
class Variable:
    """Never stripped nor unquoted: Airflow hands the stored text on as it is."""

    text: Sensitive

    @property
    def form(self) -> Form:
        """`json` for an object or a list; a number or a quoted word is text that happens to be JSON."""
        return "json" if isinstance(json_reading(self.text), dict | list) else "text"

    @property
    def keys(self) -> Sequence[str]:
        """The names in a JSON object, in its order; none for anything else."""
        found = json_reading(self.text)
        return tuple(found) if isinstance(found, dict) else ()

    def part(self, key: str) -> Sensitive | None:
        """The value under one of `keys`: text as it is, anything else as JSON."""
        found = json_reading(self.text)
        return as_part(found[key]) if isinstance(found, dict) and key in found else None


def json_reading(text: Sensitive) -> Any:
    """The parsed text, or None where it is no JSON (or the null of JSON)."""
    try:
        return json_text.load(text.reveal(), DecodeError)
    except DecodeError:
        return None


def as_part(value: object) -> Sensitive:
    return Sensitive(value if isinstance(value, str) else Mistyped(value).reveal())
