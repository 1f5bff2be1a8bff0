"""What the rules look at: a value as each Airflow reads it, and what is known around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

from secretsui.core import catalogue, codec, compare, fault, json_text
from secretsui.core.backends import secrets_manager
from secretsui.core.codec_errors import DecodeError
from secretsui.core.conn_type import ConnType
from secretsui.core.connection import FIELDS, Connection, Mistyped
from secretsui.core.dialects import DIALECTS, Dialect
from secretsui.core.findings import Severity
from secretsui.core.sensitive import Sensitive
from secretsui.core.variable import json_reading


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the value; None is not known, so that a rule that needs it cannot tell.

    `backend` is the class that reads the value, "" for any that takes it as it is, Secrets Manager's where it is not
    known. `provider_versions` go by
    distribution. `known_types` are connection types that a team has beside those of the catalogue.
    """

    backend: str | None = None
    backend_kwargs: Mapping[str, Any] | None = None
    provider_versions: Mapping[str, str] | None = None
    known_types: frozenset[str] = frozenset()

    @property
    def is_vault(self) -> bool:
        return (self.backend or "").endswith(".VaultBackend")

    @property
    def is_secrets_manager(self) -> bool:
        return self.backend is None or self.backend.endswith("SecretsManagerBackend")

    def version(self, distribution: str) -> tuple[int, ...] | None:
        """Of an installed provider, as numbers that compare; None where it is not known."""
        found = re.match(r"\d+(?:\.\d+)*", (self.provider_versions or {}).get(distribution, ""))
        return tuple(int(number) for number in found[0].split(".")) if found else None


NOTHING_KNOWN: Final = Context()
_PLAIN: Final = Context(backend="")


def of_store(store: str) -> Context:
    """What is known of values that lie in a store, a STORE of `core.backends`. Vault's are given as the text that its
    backend takes out of an entry.
    """
    return NOTHING_KNOWN if store == secrets_manager.STORE else _PLAIN


class Hit(NamedTuple):
    """What a rule yields: a finding that does not know its rule. The severity is the rule's where it is None."""

    code: str
    field: str = "text"
    where: str = ""
    facts: Mapping[str, str | int] = {}
    repair: str = ""
    severity: Severity | None = None


Reading = Connection | DecodeError


@dataclass(frozen=True, repr=False)
class Value:
    """`text` is what Airflow reads; of a Vault entry that is one of the keys in `entry`, the stored JSON object.

    `members` is the JSON object that the text is, None where it is none. `faults` are worst first.
    """

    text: str
    kind: str
    context: Context
    readings: Mapping[Dialect, Reading] = field(default_factory=dict)
    members: Mapping[str, Any] | None = None
    entry: Mapping[str, Any] | None = None
    faults: tuple[fault.Fault, ...] = ()

    @classmethod
    def of(cls, text: Sensitive, kind: str, context: Context) -> Value:
        entry = json_object(text) if context.is_vault else None
        raw = _of_entry(entry or {}, kind) or text.reveal()
        members = json_object(Sensitive(raw))
        if kind != "connection":
            return cls(raw, kind, context, members=members, entry=entry)
        readings = {dialect: _read(raw, dialect, context) for dialect in DIALECTS}
        return cls(raw, kind, context, readings, members, entry, tuple(fault.each(raw, readings)))

    @property
    def stripped(self) -> str:
        return self.text.strip()

    @property
    def is_uri(self) -> bool:
        return self.kind == "connection" and not self.stripped.startswith("{")

    @property
    def connections(self) -> list[Connection]:
        return [reading for reading in self.readings.values() if isinstance(reading, Connection)]

    @cached_property
    def connection(self) -> Connection | None:
        """As Airflow 3.3 reads it, or else another; None where what it reads is not what was meant."""
        if any(found.spoils_reading for found in self.faults):
            return None
        preferred = (self.readings.get(dialect) for dialect in ("3.3", "2.11", "3.3-sdk"))
        return next((reading for reading in preferred if isinstance(reading, Connection)), None)

    @cached_property
    def conn_type(self) -> ConnType | None:
        """What the catalogue knows of the type."""
        name = self.connection.conn_type if self.connection else None
        return catalogue.find(name) if isinstance(name, str) else None

    def faults_of(self, *codes: str) -> Iterator[fault.Fault]:
        return (found for found in self.faults if found.code in codes)

    @cached_property
    def extra(self) -> Mapping[str, Any]:
        """The parsed extra; empty where there is none or it is no object."""
        extra = self.connection.extra if self.connection else None
        return (json_object(extra) if extra else None) or {}

    @property
    def is_read_alike(self) -> bool:
        """By every Airflow, and each field in its place; apart from parameters of a URI that look like JSON, which no
        URI can spell for all.
        """
        if any(found.spoils_reading for found in self.faults):
            return False
        first, *others = (_loosely(reading) for reading in self.readings.values())
        return first is not None and all(other is not None and is_same(first, other) for other in others)


def is_same(left: Connection, right: Connection) -> bool:
    return compare.is_alike(left, right) or all(diff.state == "same" for diff in compare.compare(left, right))


def json_object(text: Sensitive) -> dict[str, Any] | None:
    found = json_reading(text)
    return found if isinstance(found, dict) else None


def field_text(conn: Connection | None, field: str) -> str:
    """What a field holds, "" where that is nothing or no text."""
    found = getattr(conn, field, None)
    text = found.reveal() if isinstance(found, Sensitive) and not isinstance(found, Mistyped) else found
    return text if isinstance(text, str) else ""


def _of_entry(entry: Mapping[str, Any], kind: str) -> str:
    """The text that the Vault backend takes out of an entry; "" where it takes the entry itself, or nothing."""
    found = entry.get("conn_uri" if kind == "connection" else "value")
    return found if isinstance(found, str) else ""


def _read(text: str, dialect: Dialect, context: Context) -> Reading:
    try:
        if context.is_secrets_manager:
            return codec.decode_secrets_manager(text, dialect, (context.backend_kwargs or {}).get("extra_conn_words"))
        return codec.decode(text, dialect)
    except DecodeError as failure:
        return failure


def _loosely(reading: Reading) -> Connection | None:
    if isinstance(reading, DecodeError):
        return None
    found = json_object(reading.extra) if reading.extra else None
    if found is None:
        return reading
    try:
        extra = Sensitive(json_text.dump({name: _as_json(value) for name, value in found.items()}, DecodeError))
    except DecodeError:  # nested as deeply as the parser could just bear
        return reading
    return Connection(**{**{name: getattr(reading, name) for name in FIELDS}, "extra": extra})


def _as_json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = json_reading(Sensitive(value))
    return value if found is None and value != "null" else found
