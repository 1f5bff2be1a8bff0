"""What is refused before it is sent, in words and by what the capabilities of the store declare."""

from __future__ import annotations

import re

from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import BadName, Capabilities, StoreError, TooLarge


def check_text(text: Sensitive, name: str, has: Capabilities, *, takes_empty: bool = False) -> None:
    """A text that went through a pickle, or that is only its dots, is no longer the value: refused by type."""
    if not isinstance(text, Sensitive):
        raise TypeError("write takes its text as Sensitive")
    try:
        size = len(text.reveal().encode())
    except UnicodeEncodeError as error:
        position = error.start
        size = -1
    if size < 0:
        raise StoreError(
            f"Character {position + 1} of the value is not a valid Unicode character.",
            remedy="Remove or replace this character.",
            name=name,
        )
    if size == 0 and not takes_empty:
        raise StoreError(f"{has.service} keeps no empty value.", remedy="Enter at least one character.", name=name)
    if size > has.max_bytes:
        raise TooLarge(f"The value has {size:,} bytes; {has.service} accepts {has.max_bytes:,}.", name=name)


def check_name(name: str, has: Capabilities, *, remedy: str = "", longest: int = 0) -> None:
    longest = longest or has.max_name_length
    if len(name) > longest:
        raise BadName(
            f"The name has {len(name)} characters; {has.service} accepts {longest}.",
            remedy="Choose a shorter name.",
            name=name,
        )
    if not re.fullmatch(has.name_pattern, name):
        raise BadName(remedy=remedy, name=name)
