"""Which of two releases is the later one."""

from __future__ import annotations

import re
from functools import cache


@cache
def at_least(version: str, floor: str) -> bool:
    """By their leading numbers: a release candidate counts as its release. No version counts as the newest."""
    return not version or numbers(version) >= numbers(floor)


def numbers(version: str) -> tuple[int, ...]:
    start = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(each) for each in start[0].split(".")] if start else []
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
