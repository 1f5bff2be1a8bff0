"""One form of a connection, and what the forms are made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from secretsui.core.connection import Connection
from secretsui.core.environment import variable_of
from secretsui.core.pieces import Piece, masked, quoted, real
from secretsui.core.quoting import harmless_json
from secretsui.core.secrecy import Secrecy

Pieces = Sequence[Piece]


@dataclass(frozen=True, slots=True, repr=False)
class Rendering:
    """`notes` are whole sentences without any content; what they warn of is true of this very text."""

    id: str
    label: str
    pieces: Pieces
    notes: Sequence[str] = ()

    @property
    def text(self) -> str:
        return real(self.pieces)

    @property
    def masked(self) -> str:
        return masked(self.pieces)

    @property
    def note(self) -> str:
        return " ".join(self.notes)

    def __repr__(self) -> str:
        return f"Rendering({self.id})"


@dataclass(frozen=True, slots=True, repr=False)
class Subject:
    """What is written down: `value` is the JSON or the URI on one line, without a character that cannot be seen."""

    conn: Connection
    conn_id: str
    secrecy: Secrecy
    value: Pieces
    is_json: bool
    notes: Sequence[str]
    secret_name: str
    region: str

    @property
    def variable(self) -> str:
        return variable_of(self.conn_id)

    @property
    def harmless(self) -> Pieces:
        """The value without quotes, dollars, backslashes and double braces of its own."""
        return quoted(self.value, harmless_json) if self.is_json else self.value
