"""Values that occur nowhere else, and how to recognise them in whatever form they come out.

Every canary is a word of letters and digits that starts with the same stem: what stays of it after any escaping can be
found by a quick search for the stem and told apart by the rest.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import quote, quote_plus

STEM: Final = "Cnry"
# Every character that one of the formats on the way must escape.
HARSH: Final = "#/@:%&+ ?'\"<>\\ä"


def canary(name: str) -> str:
    """The word that stands for `name`: 13 characters, the same in every process."""
    return STEM + base64.b32encode(hashlib.sha256(name.encode()).digest()).decode()[:9]


Encoder = Callable[[str], Iterable[bytes]]
What = tuple[str, str]  # the name of a canary, and the encoding it came in


def _base64(word: str) -> Iterable[bytes]:
    """As it looks inside a longer text, at each of the three positions; the edges, which neighbours change, cut off."""
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + word.encode())
        whole = (shift + len(word.encode())) // 3 * 4
        yield encoded[4 if shift else 0 : whole]


ENCODERS: Final[Mapping[str, Encoder]] = {
    "raw": lambda word: [word.encode()],
    "url": lambda word: [quote(word).encode(), quote(word, safe="").encode()],
    "form": lambda word: [quote_plus(word).encode()],
    "every letter url-quoted": lambda word: ["".join(f"%{byte:02x}" for byte in word.encode()).encode()],
    "json": lambda word: [json.dumps(word)[1:-1].encode(), json.dumps(word, ensure_ascii=False)[1:-1].encode()],
    "html": lambda word: [html.escape(word).encode()],
    "repr": lambda word: [repr(word)[1:-1].encode()],
    "hex": lambda word: [word.encode().hex().encode()],
    "base64": _base64,
    "utf-16-le": lambda word: [word.encode("utf-16-le")],
    "utf-16-be": lambda word: [word.encode("utf-16-be")],
}
# Whether upper and lower case are the same here: a search index folds case, an encoding does not survive that.
_CASE_MATTERS: Final = frozenset({"base64"})


class Finder:
    """Finds canaries in bytes: in upper or lower case, in any of the encodings, or only the first ten characters."""

    def __init__(self, names: Iterable[str]) -> None:
        self._folded, self._exact = _Forms(), _Forms()
        for name in names:
            for encoding, encoder in ENCODERS.items():
                for form in encoder(canary(name)[:-3]):
                    self._remember(form, (name, encoding))

    def _remember(self, form: bytes, what: What) -> None:
        if what[1] in _CASE_MATTERS:
            self._exact.add(form, what)
        else:
            self._folded.add(form.lower(), what)

    def find(self, content: bytes) -> set[What]:
        """Each (name, encoding) that is in there."""
        return {*self._folded.within(content.lower()), *self._exact.within(content)}


class _Forms:
    """What each form stands for, by the few beginnings that all of them share: only these are searched for."""

    _START: Final = 3

    def __init__(self) -> None:
        self._what: dict[bytes, What] = {}
        self._lengths: dict[bytes, set[int]] = {}

    def add(self, form: bytes, what: What) -> None:
        self._what.setdefault(form, what)
        self._lengths.setdefault(form[: self._START], set()).add(len(form))

    def within(self, content: bytes) -> Iterator[What]:
        for start, lengths in self._lengths.items():
            place = content.find(start)
            while place >= 0:
                pieces = (content[place : place + length] for length in lengths)
                yield from (self._what[piece] for piece in pieces if piece in self._what)
                place = content.find(start, place + 1)
