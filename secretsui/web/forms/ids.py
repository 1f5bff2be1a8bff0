"""Ids as a browser sends them."""

from __future__ import annotations

import re
from typing import Final

_ID: Final = re.compile(r"[0-9]{1,18}")


def is_id(text: str) -> bool:
    """Could a row have it? A number with more digits than a database has room for is an error there, not a miss."""
    return bool(_ID.fullmatch(text))
