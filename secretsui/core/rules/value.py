"""What the rules look at: a value as each Airflow reads it, and what is known around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from secretsui.core import codec, compare, fault, json_text
from secretsui.core.codec_errors import DecodeError
from secretsui.core.connection import Connection
from secretsui.core.dialects import DIALECTS, Dialect
from secretsui.core.findings import Severity
from secretsui.core.sensitive import Sensitive
from secretsui.core.variable import json_reading

VAULT: Final = "airflow.providers.hashicorp.secrets.vault.VaultBackend"
SECRETS_MANAGER: Final = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the value; None is not known, so that a rule that needs it cannot tell.

    `backend` is the class that reads the value, Secrets Manager's where it is not known. `provider_versions` go by
    distribution. `known_types` are connection types that a team has beside those of the catalogue.
    """

    backend: str | None = None
    backend_kwargs: Mapping[str, Any] | None = None
    provider_versions: Mapping[str, str] | None = None
    known_types: frozenset[str] = frozenset()


NOTHING_KNOWN: Final = Context()


class Hit(NamedTuple):
    """What a rule yields: a finding that does not know its rule. The severity is the rule's where it is ""."""

    code: str
    field: str = "text"
    where: str = ""
    facts: Mapping[str, str | int] = {}
    repair: str = ""
    severity: Severity | None = None


Reading = Connection | DecodeError


@dataclass(frozen=True, slots=True, repr=False)
class Value:
    """`members` is the JSON object that the text is, None where it is none. `faults` are worst first."""

    text: str
    kind: str
    context: Context
    readings: Mapping[Dialect, Reading] = field(default_factory=dict)
    members: Mapping[str, Any] | None = None
    faults: tuple[fault.Fault, ...] = ()

    @classmethod
    def of(cls, text: Sensitive, kind: str, context: Context) -> Value:
        raw = text.reveal()
        found = json_reading(text)
        members = found if isinstance(found, dict) else None
        if kind != "connection":
            return cls(raw, kind, context, members=members)
        readings = {dialect: _read(raw, dialect, context) for dialect in DIALECTS}
        return cls(raw, kind, context, readings, members, tuple(fault.each(raw, readings)))

    @property
    def stripped(self) -> str:
        return self.text.strip()

    @property
    def is_uri(self) -> bool:
        return self.kind == "connection" and not self.stripped.startswith("{")

    @property
    def connections(self) -> list[Connection]:
        return [reading for reading in self.readings.values() if isinstance(reading, Connection)]

    @property
    def connection(self) -> Connection | None:
        """As Airflow 3.3 reads it, or else another; None where what it reads is not what was meant."""
        if any(found.spoils_reading for found in self.faults):
            return None
        preferred = (self.readings.get(dialect) for dialect in ("3.3", "2.11", "3.3-sdk"))
        return next((reading for reading in preferred if isinstance(reading, Connection)), None)

    def faults_of(self, *codes: str) -> Iterator[fault.Fault]:
        return (found for found in self.faults if found.code in codes)

    @property
    def extra(self) -> Mapping[str, Any]:
        """The parsed extra; empty where there is none or it is no object."""
        found = json_reading(self.connection.extra) if self.connection and self.connection.extra else None
        return found if isinstance(found, dict) else {}

    @property
    def is_read_alike(self) -> bool:
        """By every Airflow, apart from parameters of a URI that look like JSON: no URI can spell those for all."""
        first, *others = (_loosely(reading) for reading in self.readings.values())
        return first is not None and all(
            other is not None and all(diff.state == "same" for diff in compare.compare(first, other))
            for other in others
        )


def _read(text: str, dialect: Dialect, context: Context) -> Reading:
    try:
        if context.backend in (None, SECRETS_MANAGER):
            return codec.decode_secrets_manager(text, dialect, (context.backend_kwargs or {}).get("extra_conn_words"))
        return codec.decode(text, dialect)
    except DecodeError as failure:
        return failure


def _loosely(reading: Reading) -> Connection | None:
    if isinstance(reading, DecodeError):
        return None
    found = json_reading(reading.extra) if reading.extra else None
    if not isinstance(found, dict):
        return reading
    extra = Sensitive(json_text.dump({name: _as_json(value) for name, value in found.items()}, DecodeError))
    return Connection(**{**{name: getattr(reading, name) for name in reading.__slots__}, "extra": extra})


def _as_json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = json_reading(Sensitive(value))
    return value if found is None and value != "null" else found
