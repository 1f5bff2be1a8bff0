"""What a rule says of a subject."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Literal

from secretsui.core.findings import Severity
from secretsui.core.rules.estate import Estate, Subject


@dataclasses.dataclass(frozen=True, slots=True)
class Failed:
    """Evidence without a value: `code` says which face of the rule, `field` and `where` a position, `facts` names,
    counts and dates. `related` are further subjects, by their refs. The severity is the rule's where it is None.
    """

    code: str
    field: str = ""
    where: str = ""
    facts: Mapping[str, str | int] = dataclasses.field(default_factory=dict)
    severity: Severity | None = None
    related: Sequence[str] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Unchecked:
    """The rule holds for the subject and could not be judged. `reason` is a code: what is missing, or failed."""

    reason: str


Passed = Literal["passed"]
PASSED: Final[Passed] = "passed"
# A subject that a rule is not about (not applicable) is not mentioned at all.
Outcome = Failed | Unchecked | Passed
Check = Callable[[Estate], Iterator[tuple[Subject, Outcome]]]
