"""Whatever somebody pastes, back to the connection in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from secretsui.core import codec
from secretsui.core.codec_errors import DecodeError
from secretsui.core.connection import Connection
from secretsui.core.sensitive import Sensitive

Form = Literal["uri", "json", "rotation", "environment", "cli", "aws", "python", "unknown"]
Reader = Literal["secrets-manager", "others", "vault"]
What = Literal["used", "renamed", "dropped", "refused"]

READERS: Final[tuple[Reader, ...]] = ("secrets-manager", "others", "vault")


@dataclass(frozen=True, slots=True)
class Fate:
    """`field` is where it ends up; "" where it does not."""

    what: What
    field: str = ""


@dataclass(frozen=True, slots=True)
class KeyFate:
    """What each reader does with one key; `refused` means that it then reads nothing at all."""

    key: str
    fates: Mapping[Reader, Fate]


@dataclass(frozen=True, slots=True)
class Pasted:
    """`text` is the bare URI or JSON. `problem` is a code where there is no connection in it."""

    form: Form
    conn_id: str = ""
    text: Sensitive = field(default_factory=lambda: Sensitive(""))
    connection: Connection | None = None
    problem: str = ""
    keys: Sequence[KeyFate] = ()


def read(text: str) -> Pasted:
    stripped = text.strip()
    if not stripped:
        return Pasted("unknown", problem="blank")
    form: Form = "json" if stripped.startswith("{") else "uri"
    try:
        return Pasted(form, "", Sensitive(stripped), codec.decode_secrets_manager(stripped, "3.3"))
    except DecodeError as failure:
        return Pasted(form, "", Sensitive(stripped), problem=failure.reason)
