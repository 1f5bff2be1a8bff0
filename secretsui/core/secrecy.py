"""Which parts of a connection are shown as dots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from secretsui.core import catalogue
from secretsui.core.conn_type import ConnType


@dataclass(frozen=True, slots=True)
class Secrecy:
    """Of a connection type; of one that is not `known`, every extra may be a secret."""

    known: ConnType | None = None

    @classmethod
    def of(cls, conn_type: object) -> Self:
        return cls(catalogue.find(conn_type) if isinstance(conn_type, str) else None)

    def hides(self, field: str) -> bool:
        if field in ("login", "password"):
            return True
        standard = self.known.standard.get(field) if self.known else None
        return bool(standard and standard.secret)

    def hides_extra(self, key: str) -> bool:
        field = self.known.field(key) if self.known else None
        return field is None or field.secret
