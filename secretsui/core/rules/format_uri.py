"""Rules about what is special in a URI."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from secretsui.core.fault import SCHEMES
from secretsui.core.findings import Severity
from secretsui.core.rules.value import Hit, Value, field_text

REPEATED_PROTOCOL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://\1://", re.IGNORECASE)
ESCAPE: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_END_OF_AUTHORITY: Final = re.compile(r"[/?#]")
# A parameter without "=" that holds an "@": more of a password than of a query.
_LIKE_A_PASSWORD: Final = re.compile(r"\?[^=&#/?]*@")


def raw_delimiter(value: Value) -> Iterator[Hit]:
    """A `/`, `#`, `?` or `@` that ends the login or password it belongs to."""
    found = [each for each in value.faults_of("cut-short", "unescaped") if "://" not in each.detail]
    for each in found:
        place = int(each.detail.split()[-1])
        # What follows a "#" is lost; only with an "@" behind it is it a piece of the credentials.
        severity: Severity | None = (
            "high" if value.stripped[place - 1] == "#" and "@" not in value.stripped[place:] else None
        )
        yield Hit(each.code, _field_at(value.stripped, place), each.detail, repair="encode", severity=severity)
    if not found and (place := _question_mark(value)):
        where = f"the ? at character {place}"
        yield Hit("cut-short", _field_at(value.stripped, place), where, repair="encode")
    yield from _percent_signs(value)


def _percent_signs(value: Value) -> Iterator[Hit]:
    """Two digits behind a raw percent sign, which together are no character."""
    for field in ("login", "password") if value.is_uri else ():
        if "\ufffd" in field_text(value.connection, field) and "%EF%BF%BD" not in value.text.upper():
            yield Hit("unescaped", field, "a % sign", severity="high")


def _field_at(text: str, place: int) -> str:
    before = SCHEMES.sub("", text[: place - 1])
    if "@" in text[place - 1 :]:
        return "password" if ":" in before else "login"
    return "text"


def _question_mark(value: Value) -> int:
    scheme = SCHEMES.match(value.stripped)
    if scheme is None:
        return 0
    end = scheme.end() + len(_authority(value.stripped[scheme.end() :]))
    return end + 1 if _LIKE_A_PASSWORD.match(value.stripped, end) else 0


def scheme_underscore(value: Value) -> Iterator[Hit]:
    for found in value.faults_of("type-underscore"):
        yield Hit(found.code, "conn_type", found.detail, repair="hyphenate")


def plus_sign(value: Value) -> Iterator[Hit]:
    """More telling where the same text was percent-encoded: some encoders write a space as a plus sign."""
    scheme = SCHEMES.match(value.stripped) if value.connection else None
    if scheme is None:
        return
    end = re.search(r"[?#]", value.stripped)
    before = value.stripped[scheme.end() : end.start() if end else None]
    if "+" in before:
        severity: Severity | None = None if ESCAPE.search(before) else "low"
        yield Hit("plus-sign", where=f"character {scheme.end() + before.index('+') + 1}", severity=severity)


def capitals_in_host(value: Value) -> Iterator[Hit]:
    raw = unquote(raw_host(value.stripped))
    host = field_text(value.connection, "host")
    if raw and not host.endswith(raw) and host.lower().endswith(raw.lower()):
        yield Hit("capitals", "host", repair="to-json")


def raw_host(uri: str) -> str:
    """As it is spelled, without a protocol before it; of an address in brackets only a start, which no host equals."""
    scheme = SCHEMES.match(uri)
    host = _authority(uri[scheme.end() :]).rpartition("@")[2] if scheme else ""
    return host.partition(":")[0]


def _authority(rest: str) -> str:
    """Login, password, host and port, of what follows the type."""
    return _END_OF_AUTHORITY.split(rest)[0]
