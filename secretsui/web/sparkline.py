"""The points of a small picture of numbers over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

WIDTH: Final = 92
HEIGHT: Final = 26
MARGIN: Final = 3


class Sparkline(NamedTuple):
    line: str  # path data
    area: str
    x: str
    y: str  # of the last number


def of(numbers: Sequence[int]) -> Sparkline | None:
    """None where there is no course yet: one number is a point."""
    if len(numbers) < 2:
        return None
    most = max(*numbers, 1)
    step = WIDTH / (len(numbers) - 1)
    points = [(_short(step * at), _short(_height(number, most))) for at, number in enumerate(numbers)]
    line = "L".join(f"{x} {y}" for x, y in points)
    return Sparkline(f"M{line}", f"M0 {HEIGHT}L{line}V{HEIGHT}z", *points[-1])


def _height(number: int, most: int) -> float:
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * number / most


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
