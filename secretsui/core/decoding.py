"""What the backend of each store makes of a stored text."""

from __future__ import annotations

from collections.abc import Callable

from secretsui.core import codec
from secretsui.core.backends import secrets_manager
from secretsui.core.connection import Connection
from secretsui.core.dialects import Dialect

Decode = Callable[[str, Dialect], Connection]


def decoder(store: str) -> Decode:
    """`store` is a STORE of `core.backends`. Only Secrets Manager's backend takes other names for fields."""
    return codec.decode_secrets_manager if store == secrets_manager.STORE else codec.decode
