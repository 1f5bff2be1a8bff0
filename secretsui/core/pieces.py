"""Text in pieces: what each one is decides how it is coloured, and whether it is shown at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from secretsui.core.sensitive import MASK

Tone = Literal["plain", "type", "host", "key", "secret", "escaped"]

_PERCENT_ESCAPES: Final = re.compile(r"((?:%[0-9A-Fa-f]{2}|\+)+)")


@dataclass(frozen=True, slots=True, repr=False)
class Piece:
    """`text` is in clear whatever the tone. A value that is secret is one piece, however much is in it."""

    text: str
    tone: Tone = "plain"

    @property
    def masked(self) -> str:
        return MASK if self.tone == "secret" else self.text

    def __repr__(self) -> str:
        return f"Piece({self.tone})"


def real(pieces: Iterable[Piece]) -> str:
    return "".join([piece.text for piece in pieces])


def masked(pieces: Iterable[Piece]) -> str:
    return "".join([piece.masked for piece in pieces])


def quoted(pieces: Iterable[Piece], escape: Callable[[str], str]) -> Sequence[Piece]:
    """Each piece spelled for what stands around it; `escape` must treat each character for itself."""
    return [Piece(escape(piece.text), piece.tone) for piece in pieces]


def with_escapes(text: str, tone: Tone = "plain") -> Iterator[Piece]:
    """A part of a URI, with its percent escapes (and a plus for a blank) set apart."""
    for place, part in enumerate(_PERCENT_ESCAPES.split(text)):
        if part:
            yield Piece(part, "escaped" if place % 2 else tone)
