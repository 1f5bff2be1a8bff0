"""A JSON object that an API shows in part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from secretsui.core.sensitive import Hidden


class MaskedObject(Hidden):
    """Hidden as a whole, so that it is never written back; what it does show can still be compared.

    `members` has every key: its JSON value, or Hidden where a mask is in it.
    """

    __slots__ = ("members",)

    def __init__(self, members: Mapping[str, Any]) -> None:
        self.members = members

    def __reduce__(self) -> tuple[type[Hidden], tuple[()]]:
        return Hidden, ()

    def __getstate__(self) -> None:
        return None
