"""A text to copy, for one tool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Language = Literal["env", "cfg", "options", "shell", "dockerfile", "yaml", "json", "hcl", "requirements"]


@dataclass(frozen=True, slots=True)
class Snippet:
    id: str
    label: str
    language: Language
    text: str
    notes: Sequence[str] = ()
