"""Rules about what is special in a URI."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from secretsui.core.rules.value import Hit, Value

UNPARSEABLE: Final = (
    "bad-uri",
    "bad-port",
    "bad-json",
    "not-object",
    "not-utf8",
    "too-deep",
    "number-too-long",
    "wrong-type",
    "repeated-protocol",
)


def raw_delimiter(value: Value) -> Iterator[Hit]:
    """A `/`, `#`, `?` or `@` of the login or password that ends the part it stands in."""
    for found in value.faults_of("cut-short", "unescaped"):
        if "://" not in found.detail:
            yield Hit(found.code, where=found.detail, repair="encode")


def scheme_underscore(value: Value) -> Iterator[Hit]:
    for found in value.faults_of("type-underscore"):
        yield Hit(found.code, "conn_type", found.detail, repair="hyphenate")
