"""Whether matching a lookup pattern may take a time beyond all bounds. Whoever sets one need not be trusted with that.

Told from the text alone and on the safe side: what is called risky may be harmless, never the other way round.
"""

from __future__ import annotations

import re
from typing import Final

MOST_REPEATS: Final = 3
MOST_STEPS: Final = 5_000_000
LONGEST: Final = 2_000
_ID: Final = 50.0  # signs of a usual id: so often may one repeat begin anew

# An escaped sign, or a class: neither repeats nor opens a group.
_ATOM: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_REPEAT: Final = re.compile(r"(?<!\()(?:[*+?]|\{[\d,]*\})[+?]?")
_REPEATED_GROUP: Final = re.compile(r"\)[*+{]")
# Comments, and the flag that lets blanks stand anywhere: what follows a group cannot be told from its neighbour.
_HIDING: Final = re.compile(r"\(\?(?:#|[a-zA-Z]*x)")


def is_risky(pattern: str) -> bool:
    if len(pattern) > LONGEST:
        return True
    plain = _ATOM.sub("x", pattern)
    repeats = len(_REPEAT.findall(plain))
    if repeats > MOST_REPEATS or _HIDING.search(plain):
        return True
    if _REPEATED_GROUP.search(plain) and (repeats > 1 or "|" in plain):
        return True
    return _ways(plain) * _ID**repeats > MOST_STEPS


def _ways(plain: str) -> float:
    """No fewer than there are to choose an alternative in each group: most where all groups have as many."""
    groups = max(plain.count("("), 1)
    try:
        return float((plain.count("|") / groups + 1) ** groups)
    except OverflowError:
        return float("inf")
