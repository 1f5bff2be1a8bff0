"""What a team may set otherwise: limits in days and sizes, names of tags, words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Options:
    unused_days: int = 90
    unchanged_days: int = 365
    expires_within_days: int = 30
    near_size: float = 0.9  # of the limit of the store
    owner_tags: Sequence[str] = ("owner", "team", "contact")
    environment_tags: Sequence[str] = ("env", "environment", "stage")
    expiry_tags: Sequence[str] = ("expires", "expiry", "expires-at", "valid-until")
    requires_tags: bool = True
    readers: Sequence[str] = ()  # principals that are expected to read secrets; patterns with *


DEFAULTS: Final = Options()
