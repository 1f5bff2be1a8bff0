"""`$NAME`, `${NAME:-default}` and their like in a Compose file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

# What stands in a reference is no reference itself: Compose allows that, and then the value stays open.
_REFERENCE: Final = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<bare>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?:(?P<sign>:?[-?+])(?P<word>[^{}$]*))?\}|)",
    re.ASCII,
)


class Open(Exception):
    """What Compose makes of the text cannot be told here."""


def interpolated(text: str, variables: Mapping[str, str], took_default: Callable[[str], None]) -> str:
    """`took_default` is told the name of each variable that is not known, where the text has a default for it."""

    def put(found: re.Match[str]) -> str:
        name = found["bare"] or found["name"]
        if name is None:
            return _dollar(found)
        if found["sign"] in ("-", ":-") and name not in variables:
            took_default(name)
        return _chosen(found["sign"] or "", variables.get(name), found["word"] or "")

    return _REFERENCE.sub(put, text)


def _dollar(found: re.Match[str]) -> str:
    if found["dollar"] is None:
        raise Open
    return "$"


def _chosen(sign: str, known: str | None, word: str) -> str:
    counts = known if known or not sign.startswith(":") else None
    if sign.endswith("-"):
        return word if counts is None else counts
    if known is None or (sign.endswith("?") and counts is None):
        raise Open
    if sign.endswith("+"):
        return "" if counts is None else word
    return known
