"""What a rule is, and what it finds: field, position and code, never content."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final, Literal

Severity = Literal["critical", "high", "medium", "low", "info"]
SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "high", "medium", "low", "info")


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """`inputs` are what it needs to know: `value`, and names of fields of `rules.value.Context`.

    `severity` is that of its worst face. `versions` says for which Airflow or provider it holds, `kinds` to which
    secrets it applies.
    """

    id: str
    title: str
    severity: Severity
    inputs: Sequence[str]
    risk: str
    remedy: str
    reference: str
    versions: str
    kinds: Sequence[str] = ("connection",)


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """`code` is that of `core.fault` or `core.guard` where it is the same fault; `field` is `text`, a field of a
    connection or `extra.<key>` with a key that Airflow's providers declare; `where` is a position in words.

    `repair` is what `rules.repairs` mends it with, "" where nothing is safe.
    """

    rule: str
    code: str
    severity: Severity
    field: str
    where: str = ""
    facts: Mapping[str, str | int] = dataclasses.field(default_factory=dict)
    repair: str = ""


def worst_first(finding: Finding) -> tuple[int, str]:
    return SEVERITIES.index(finding.severity), finding.rule
