"""A connection as Airflow reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from secretsui.core.sensitive import Sensitive

FIELDS: Final = ("conn_type", "description", "host", "login", "password", "schema", "port", "extra")


@dataclass(frozen=True, slots=True, repr=False)
class Connection:
    """The fields of an Airflow connection; None where Airflow has None.

    `extra` is the stored text, not the parsed object. Types are wider than Airflow documents because its readers pass
    some wrongly typed JSON through (the task SDK keeps a number as login, say); a secret field then is `Mistyped`.
    """

    conn_type: Any = None
    host: Any = None
    login: Sensitive | None = None
    password: Sensitive | None = None
    schema: Any = None
    port: int | None = None
    extra: Sensitive | None = None
    description: Any = None

    def __repr__(self) -> str:
        # A broken URI leaves pieces of the password in host or schema, so not even those are printed.
        present = [name for name in FIELDS if getattr(self, name) is not None]
        return f"Connection({', '.join(present)})"


class Mistyped(Sensitive):
    """A secret field that holds a JSON value other than text; it reveals as JSON and is as true as its value."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        super().__init__("")
        self.value = value

    def reveal(self) -> str:
        try:
            return json.dumps(self.value)
        except RecursionError:  # nested as deeply as the parser could just bear
            return "…"

    def __bool__(self) -> bool:
        return bool(self.value)

    def __eq__(self, other: object) -> bool:
        # The text "5" is not the number 5.
        return isinstance(other, Mistyped) and super().__eq__(other)

    def __hash__(self) -> int:
        return hash((Mistyped, self.reveal()))


def conceal(value: object) -> Sensitive | None:
    """A field value from outside, wrapped."""
    if value is None:
        return None
    return Sensitive(value) if isinstance(value, str) else Mistyped(value)


def plain(value: Sensitive | None) -> Any:
    """What `conceal` was given."""
    if value is None:
        return None
    return value.value if isinstance(value, Mistyped) else value.reveal()
