"""A text to copy, for one tool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Language = Literal["env", "cfg", "options", "shell", "dockerfile", "yaml", "json", "hcl", "requirements"]


@dataclass(frozen=True, slots=True)
class Snippet:
    """`has_place` is True where a name in angle brackets stands for a secret that its reader has to fill in."""

    id: str
    label: str
    language: Language
    text: str
    notes: Sequence[str] = ()

    @property
    def has_place(self) -> bool:
        return self.id.startswith("secret-file")
