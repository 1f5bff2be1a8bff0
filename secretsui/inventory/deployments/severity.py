"""Which conflict an id has, from what the matrix shows of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from secretsui.inventory.deployments.explained import Cell

CONFLICTS: Final = (
    "different",
    "never",
    "falls-through",
    "nowhere",
    "cannot-compare",
    "not-checked",
    "same",
    "none",
)
BROKEN: Final = frozenset({"broken", "empty", "deleted", "binary", "denied"})
OPEN: Final = frozenset({"unknown", "failed", "denied"})


def judge(cells: Sequence[Cell]) -> str:
    """The worst; cells in the order of lookups."""
    return next(word for word in CONFLICTS if word == "none" or _applies(word, cells))


def _applies(word: str, cells: Sequence[Cell]) -> bool:
    states = [cell["state"] for cell in cells]
    winner = next((place for place, state in enumerate(states) if state in ("wins", "wins-if")), None)
    shadowed = [cell.get("compared", "cannot-tell") for cell in cells if cell["state"] == "shadowed"]
    if word == "different":
        return word in shadowed
    if word == "never":
        return any(cell["state"] == "never" and cell.get("held") for cell in cells)
    if word == "falls-through":
        return winner is not None and any(
            cell["state"] in BROKEN and cell.get("held") and cell["state"] != "denied" for cell in cells[:winner]
        )
    if word == "nowhere":
        return winner is None and any(cell.get("held") for cell in cells)
    if word == "cannot-compare":
        return "cannot-tell" in shadowed
    if word == "not-checked":
        return any(state in OPEN for state in states)
    return "same" in shadowed
