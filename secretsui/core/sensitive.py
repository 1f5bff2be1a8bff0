"""Text that prints as dots."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, Final, Never, Self

MASK: Final = "••••••••"


class Sensitive:
    """Secret text that is shown only by naming `reveal`; every other way of printing it gives eight dots.

    Equality compares the text in constant time. Pickling keeps nothing but the fact that there was a value: what
    comes back is `Hidden`, which cannot be revealed and so can never be written back as data. A copy inside the
    process is the value itself.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def fingerprint(self, key: bytes) -> str:
        """Hex HMAC-SHA-256 of the text: the same for the same text under the same key, and no help in guessing it."""
        return hmac.new(key, self._bytes(), hashlib.sha256).hexdigest()

    def _bytes(self) -> bytes:
        return self.reveal().encode("utf-8", "surrogatepass")

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sensitive):
            return NotImplemented
        return hmac.compare_digest(self._bytes(), other._bytes())

    def __hash__(self) -> int:
        return hash((Sensitive, self.reveal()))

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return f"Sensitive({MASK})"

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[type[Hidden], tuple[()]]:
        return Hidden, ()

    def __getstate__(self) -> None:
        return None


class Hidden:
    """A value that existed but is not here: what remains of a `Sensitive` that was pickled."""

    __slots__ = ()

    def reveal(self) -> Never:
        raise TypeError("This value was left behind when its holder was pickled; read it again from the store.")

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return f"Hidden({MASK})"


def as_json(value: object) -> str:
    """Dots for a sensitive value: the `default=` of every `json.dumps` that may meet one."""
    if isinstance(value, Sensitive | Hidden):
        return MASK
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
