"""From the answers of the layers to what the matrix shows of one id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from secretsui.core import prints
from secretsui.core.backends.source import Kind
from secretsui.core.chain import Layer
from secretsui.core.compare import FieldDiff
from secretsui.core.conflicts import Conflict, hit_in, judge
from secretsui.core.dialects import Dialect
from secretsui.core.lookup import Resolution, Step
from secretsui.inventory.deployments.explained import Cell, CellState
from secretsui.inventory.deployments.lookups import Lookups, Part
from secretsui.inventory.deployments.told import Held, Told

NOTHING_ASKED: Final[Mapping[str, CellState]] = {"never": "never", "error": "failed", "unknown": "unknown"}
CANNOT_TELL: Final[prints.Verdict] = "cannot-tell"
# Two layers that read one and the same thing: no conflict.
SAME_ENTRY: Final = "same-entry"
# What lies there is a value that somebody could take for the one in use.
COMPARED: Final = frozenset({"shadowed", "never", "failed", "denied"})


@dataclass(slots=True)
class Row:
    """One id, as far as every id is worked out."""

    kind: Kind
    key: str
    resolution: Resolution
    parts: Sequence[tuple[Step, Part]]
    cells: dict[str, Cell] = field(default_factory=dict)
    diffs: dict[str, Sequence[FieldDiff]] = field(default_factory=dict)
    winner: str = ""
    won: Held | None = None
    is_certain: bool = True

    @property
    def conflict(self) -> Conflict:
        """One and the same thing in two columns is no conflict of the two."""
        twice = {column for column, cell in self.cells.items() if cell.get("reason") == SAME_ENTRY}
        below = [step for step in self.resolution.below if hit_in(step) not in twice]
        lying = [part.column.id for _, part in self.parts if _lies(_counting(part))]
        verdicts = {
            column: self.cells[column].get("compared", CANNOT_TELL)
            for column in lying
            if column != self.winner and column not in twice
        }
        return judge(replace(self.resolution, below=below), verdicts)

    def first_held(self) -> Held | None:
        held = (told.held for _, part in self.parts if (told := _counting(part)) and told.held)
        return self.won or next(held, None)


def _lies(told: Told | None) -> bool:
    """What is only known from before, or to our own reader, is judged by the step of its layer alone."""
    return told is not None and told.held is not None and not told.trouble


def row(lookups: Lookups, kind: Kind, key: str) -> Row:
    resolution = lookups.resolve(kind, key)
    found = Row(kind, key, resolution, list(lookups.parts(kind, key, resolution)))
    for step, part in found.parts:
        _place(found, step, part)
    found.is_certain = _is_certain(found)
    winner = resolution.source
    if winner and found.won:
        for step, part in found.parts:
            _compare(found, winner, found.won, step, part)
    return found


def _place(found: Row, step: Step, part: Part) -> None:
    told, resolution = _counting(part), found.resolution
    if told is None or (part.decisive is None and part.lying is not None):
        state: CellState = "never" if step.asks else NOTHING_ASKED.get(step.outcome, "absent")
        reason = step.reason if not step.asks else "pattern"
    else:
        state = state_of(told, found.kind, step.layer.dialect)
        reason = told.held.problem if told.held and state == "broken" else told.reason
    if state == "shadowed":
        if _is_source(resolution, step, part):
            state = "wins-if" if resolution.unless else "wins"
            found.winner, found.won = part.column.id, told.held if told else None
        elif resolution.problem:
            state, reason = "never", resolution.problem
        elif step.outcome == "unknown" and any(step is each for each in resolution.trace):
            state = "wins-if"  # the second place of a layer whose first one is not known
    found.cells[part.column.id] = _cell(state, reason, told)


def _counting(part: Part) -> Told | None:
    return part.decisive or part.lying


def _is_source(resolution: Resolution, step: Step, part: Part) -> bool:
    """Of a layer with two places, the one that was asked last."""
    return step.layer is resolution.source and step.asks[-1].place == part.column.place and step.outcome == "hit"


def state_of(told: Told, kind: Kind, dialect: Dialect) -> CellState:
    """What lies there is "shadowed" until it turns out to win."""
    answer = told.answer
    if answer.state == "present":
        if kind != "connection":
            return "shadowed"
        if answer.use == "empty":
            return "empty"
        return "broken" if answer.use == "broken" or dialect in answer.unreadable else "shadowed"
    if answer.state == "unknown":
        return told.trouble or "unknown"
    return "never" if told.reason == "lower-case" else answer.state


def _cell(state: CellState, reason: str, told: Told | None) -> Cell:
    cell: Cell = {"state": state}
    if reason:
        cell["reason"] = reason
    held = told.held if told else None
    if held:
        if state not in ("wins", "wins-if", "shadowed"):
            cell["held"] = True
        if held.prefix is not None:
            cell["prefix"], cell["name"] = held.prefix, held.name
    age = told.as_of if told and state == "failed" else held.changed_at if held else None
    if age:
        cell["age"] = age.isoformat(timespec="seconds")
    return cell


def _is_certain(found: Row) -> bool:
    doubtful = found.cells.get(found.winner, {}).get("reason") in ("stale", "several-sources")
    return found.resolution.is_certain and not doubtful


def _compare(found: Row, winner: Layer, won: Held, step: Step, part: Part) -> None:
    told, cell = _counting(part), found.cells[part.column.id]
    if cell["state"] not in COMPARED or told is None or told.held is None:
        return
    if told.held.identity == won.identity:
        cell["compared"], cell["reason"] = "same", SAME_ENTRY
        return
    diffs = compared(won, winner, told.held, step.layer)
    found.diffs[part.column.id] = diffs
    cell["compared"] = prints.verdict(diffs) if diffs else "cannot-tell"
    differing = [diff.field for diff in diffs if diff.state not in ("same", "cannot-tell")]
    if differing:
        cell["fields"] = differing


def compared(left: Held, left_layer: Layer, right: Held, right_layer: Layer) -> Sequence[FieldDiff]:
    """Empty where nothing is known of one of them, or what is known is kept under another key."""
    if left.key != right.key or not (left.prints and right.prints):
        return []
    return prints.compare(left.prints, left_layer.dialect, right.prints, right_layer.dialect)
