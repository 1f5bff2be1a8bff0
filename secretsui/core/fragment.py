"""What was found in something pasted, before it is read as a connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Form = Literal["uri", "json", "rotation", "environment", "cli", "aws", "terraform", "python", "unknown"]


@dataclass(frozen=True, slots=True, repr=False)
class Fragment:
    """Either `value`, a URI or JSON; or `fields`, those of the connection; or the code of a `problem`.

    Fields beside a value take the place of what it says.
    """

    form: Form
    conn_id: str = ""
    value: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


class Unreadable(ValueError):
    """With a code of `pasted.SENTENCES`; never with what was read."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)
