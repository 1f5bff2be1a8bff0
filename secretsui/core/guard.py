"""What is wrong with a secret that is about to be saved."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from secretsui.core import codec
from secretsui.core.construct import can_encode
from secretsui.core.decoding import Decode
from secretsui.core.dialects import DIALECTS
from secretsui.core.facts import Facts, facts
from secretsui.core.fault import is_quoted, where_blank
from secretsui.core.paths import name_problems
from secretsui.core.sensitive import MASK, Sensitive

Severity = Literal["error", "warning"]

LARGEST_BYTES: Final = 65_536
# What Airflow's API and screens show in place of a secret.
AIRFLOW_MASK: Final = "***"

# These only may go wrong; everything else a new secret must not have.
_NAME_WARNINGS: Final = frozenset({"conn-id-character", "conn-id-too-long", "team-marker", "like-an-arn"})
_VALUE_WARNINGS: Final = frozenset({"two-names", "unknown-key"})


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """`code` says what, `facts` how much and where; never the content. An error is not to be saved."""

    code: str
    severity: Severity
    field: Literal["name", "value"]
    facts: Mapping[str, str | int] = dataclasses.field(default_factory=dict)


def before_save(
    secret_id: str,
    text: Sensitive,
    kind: str,
    *,
    name: str = "",
    new: bool = True,
    decode: Decode = codec.decode_secrets_manager,
    largest_bytes: int = LARGEST_BYTES,
) -> Sequence[Problem]:
    """All problems, errors first. `name` is the full name if known. Of an existing secret the name is only warned of:
    it cannot be changed any more.
    """
    found = [*_of_name(secret_id, name, kind, new), *_of_value(text, kind, decode, largest_bytes)]
    return sorted(found, key=lambda problem: problem.severity)


def _of_name(secret_id: str, name: str, kind: str, new: bool) -> Iterator[Problem]:
    codes = name_problems(secret_id, kind)
    if "name-too-long" not in codes and "name-too-long" in name_problems(name, kind):
        codes = [*codes, "name-too-long"]
    for code in codes:
        yield Problem(code, "error" if new and code not in _NAME_WARNINGS else "warning", "name")


def _of_value(text: Sensitive, kind: str, decode: Decode, largest: int) -> Iterator[Problem]:
    raw = text.reveal()
    if not can_encode(raw):
        yield Problem("not-utf8", "error", "value")
    elif (size := len(raw.encode())) > largest:
        yield Problem("too-large", "error", "value", {"bytes": size, "limit": largest})
    if MASK in raw or raw.strip() == AIRFLOW_MASK:
        yield Problem("mask", "error", "value")
    if raw != raw.strip() and raw.strip():
        yield Problem("white-space", "warning", "value", {"where": where_blank(raw)})
    yield from _of_connection(facts(text, kind, decode)) if kind == "connection" else _of_text(raw)


def _of_text(raw: str) -> Iterator[Problem]:
    stripped = raw.strip()
    if not stripped:
        # Secrets Manager stores no empty text; one of spaces is handed to the reader as it is.
        yield Problem("blank", "warning" if raw else "error", "value")
    elif is_quoted(stripped):
        yield Problem("quoted", "warning", "value")


def _of_connection(known: Facts) -> Iterator[Problem]:
    if "password" in known.parts and known.parts["password"].reveal() == AIRFLOW_MASK:
        yield Problem("mask", "error", "value", {"where": "password"})
    if known.problem and known.problem != "not-utf8":
        in_part = 0 < len(known.unreadable) < len(DIALECTS)
        severity: Severity = "warning" if in_part or known.problem in _VALUE_WARNINGS else "error"
        yield Problem(known.problem, severity, "value", {"where": known.detail} if known.detail else {})
