"""Which parts of a connection are shown as dots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

# Airflow's own list: a name that contains one of these is masked in its logs and screens.
_SENSITIVE: Final = (
    "access_token", "api_key", "apikey", "authorization", "credential", "key_data", "keyfile_dict", "passphrase",
    "passwd", "password", "private_key", "secret", "service_account", "token",
)  # fmt: skip


def is_sensitive(name: str) -> bool:
    """By Airflow's list of names."""
    lowered = name.lower()
    return any(word in lowered for word in _SENSITIVE)


@dataclass(frozen=True, slots=True)
class Secrecy:
    """Of a connection type. What nobody describes as harmless counts as secret."""

    conn_type: str

    @classmethod
    def of(cls, conn_type: object) -> Self:
        return cls(conn_type if isinstance(conn_type, str) else "")

    def hides(self, field: str) -> bool:
        return field in ("login", "password")

    def hides_extra(self, key: str) -> bool:
        return is_sensitive(key)
