"""The day on which a certificate ends: the only thing read from it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Final

_BLOCK: Final = re.compile(r"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----(.*?)-----END ", re.DOTALL)
_SEQUENCE: Final = 0x30
_VERSION: Final = 0xA0
_UTC_TIME: Final = 0x17
_TIME: Final = 0x18
# X.509 takes two digits of a year for one from 1950 to 2049.
_PIVOT: Final = 50


class _Foreign(ValueError):
    """Not what a certificate looks like."""


def ends(text: str) -> Iterator[date]:
    """Of each PEM certificate in a text, as far as it can be read; line breaks may be damaged."""
    for block in _BLOCK.finditer(text):
        with suppress(ValueError):
            yield _end(base64.b64decode(re.sub(r"\\[nr]|\s", "", block[1]), validate=True))


def _end(der: bytes) -> date:
    certificate = _only(_SEQUENCE, next(_elements(der), None))
    signed = list(_elements(_only(_SEQUENCE, next(_elements(certificate), None))))
    # An optional version, then serial number, algorithm, issuer, validity.
    at = 4 if [tag for tag, _ in signed[:1]] == [_VERSION] else 3
    if len(signed) <= at:
        raise _Foreign
    times = list(_elements(_only(_SEQUENCE, signed[at])))
    if len(times) != 2:
        raise _Foreign
    return _day(*times[1])


def _only(tag: int, element: tuple[int, bytes] | None) -> bytes:
    if element is None or element[0] != tag:
        raise _Foreign
    return element[1]


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element of DER."""
    at = 0
    while at < len(data):
        start, length = _length(data, at + 1)
        if start + length > len(data):
            raise _Foreign
        yield data[at], data[start : start + length]
        at = start + length


def _length(data: bytes, at: int) -> tuple[int, int]:
    """Where the content starts, and how long it is."""
    if at >= len(data):
        raise _Foreign
    first = data[at]
    if first < 0x80:
        return at + 1, first
    size = first & 0x7F
    return at + 1 + size, int.from_bytes(data[at + 1 : at + 1 + size], "big")


def _day(tag: int, content: bytes) -> date:
    digits = content.decode("ascii")
    if tag == _UTC_TIME:
        digits = ("20" if int(digits[:2]) < _PIVOT else "19") + digits
    elif tag != _TIME:
        raise _Foreign
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
