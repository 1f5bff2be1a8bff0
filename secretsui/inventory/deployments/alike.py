"""Rows of a whole matrix. Most ids are alike: whatever a layer says of one it says of many, but for what lies there.

What all layers of a process say of an id decides its row, but for the name, the age, the type and the owner of what
lies there. So of the ids of which they say the same, one is worked out, and the others are filled in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from secretsui.core import execution_api
from secretsui.core.backends.source import Ask, CannotTell, Kind, Raises
from secretsui.core.chain import Layer
from secretsui.core.conflicts import CONFLICTS
from secretsui.inventory.clean import fit
from secretsui.inventory.deployments.cells import Row, row
from secretsui.inventory.deployments.explained import Cell
from secretsui.inventory.deployments.lookups import Lookups
from secretsui.inventory.deployments.told import Held, Told
from secretsui.inventory.models import ResolvedRow

Shape = tuple[Any, ...]
Lying = dict[tuple[object, ...], Held]  # by identity


class Facts(NamedTuple):
    """What the matrix holds of one id: columns of a `ResolvedRow`, in this order."""

    rank: int
    conflict: str
    winner: str
    is_certain: bool
    conn_type: str
    owner: str
    cells: Sequence[Cell]
    search: str


class _Sample(NamedTuple):
    """The row of one id, the places of its cells that name what lies there, and whether its type and owner count."""

    facts: Facts
    filled: Sequence[int]
    is_held: bool


def facts_of(found: Lookups, one: Row) -> Facts:
    conflict, cells = one.conflict, [one.cells[column.id] for column in found.columns]
    told = Facts(CONFLICTS.index(conflict), conflict, one.winner, one.is_certain, "", "", cells, "")
    return _described(told, one.key, one.first_held())


def _described(facts: Facts, key: str, held: Held | None) -> Facts:
    conn_type, owner = (held.conn_type, fit(ResolvedRow, "owner", held.owner)) if held else ("", "")
    search = "\n".join((key, conn_type, owner)).lower()
    return facts._replace(conn_type=conn_type, owner=owner, search=search)


class Alike:
    """The rows of one process. Its lookups must not change meanwhile."""

    def __init__(self, found: Lookups) -> None:
        self._found = found
        self._samples: dict[Shape, _Sample] = {}
        self._errors: dict[int, Mapping[Any, str]] = {}
        self._has_one_column_each = all(len(columns) == 1 for columns in found.of_layer.values())

    def facts(self, kind: Kind, key: str) -> Facts:
        lying: Lying = {}
        shape = self._shape(kind, key, lying)
        if shape is None:
            return facts_of(self._found, row(self._found, kind, key))
        held = next(iter(lying.values()), None)
        sample = self._samples.get(shape)
        if sample is None:
            sample = self._samples[shape] = self._sample(kind, key)
        return _filled(sample, key, held)

    def _sample(self, kind: Kind, key: str) -> _Sample:
        one = row(self._found, kind, key)
        facts = facts_of(self._found, one)
        filled = [place for place, cell in enumerate(facts.cells) if "name" in cell or _has_own_age(cell)]
        return _Sample(facts, filled, one.first_held() is not None)

    def _shape(self, kind: Kind, key: str, lying: Lying) -> Shape | None:
        """None where more counts than what each layer says: what lies in two places is compared."""
        if not self._has_one_column_each or not self._is_heard(kind, key):
            return None
        shape: list[object] = [kind]
        for layer in self._found.chain.layers:
            refusal, asks = self._asks(layer, kind, key)
            shape.append(refusal)
            known = self._found.known[kind][layer.id]
            for ask in asks:
                if ask.place != "own":
                    return None
                told = known.tell(ask)
                shape.append((ask.skips_empty, self._of_errors(ask), *_of_told(told)))
                if told.held is not None:
                    lying[told.held.identity] = told.held
        return tuple(shape) if len(lying) <= 1 else None

    def _is_heard(self, kind: Kind, key: str) -> bool:
        """Does the id reach the server as it is, and the answer the task?"""
        if not self._found.chain.beyond:
            return True
        return execution_api.heard(kind, key) == key and (kind != "connection" or execution_api.is_fit(key))

    def _asks(self, layer: Layer, kind: Kind, key: str) -> tuple[object, Sequence[Ask]]:
        """The questions of a layer; where it asks none, why, and those that it would ask."""
        source, plan = layer.source, None
        if not isinstance(source, Raises | CannotTell):
            plan = source.plan(kind, key, layer.team)
            if isinstance(plan, Sequence):
                return None, plan
        return plan, self._found.asks(self._found.opened[layer.id], kind, key)

    def _of_errors(self, ask: Ask) -> int:
        """The same for the same object, which is kept so that no other takes its number."""
        number = id(ask.errors)
        self._errors.setdefault(number, ask.errors)
        return number


def _of_told(told: Told) -> Shape:
    answer, held = told.answer, told.held
    lies = held and (held.prefix, held.problem, held.changed_at is None)
    return answer.state, answer.use, *answer.unreadable, answer.error, told.reason, told.trouble, told.as_of, lies


def _filled(sample: _Sample, key: str, held: Held | None) -> Facts:
    facts = sample.facts
    if held and sample.filled:
        cells = list(facts.cells)
        for place in sample.filled:
            cells[place] = _with(cells[place], held)
        facts = facts._replace(cells=cells)
    return _described(facts, key, held if sample.is_held else None)


def _with(cell: Cell, held: Held) -> Cell:
    found = cell.copy()
    if "name" in cell:
        found["name"] = held.name
    if _has_own_age(cell) and held.changed_at:
        found["age"] = held.changed_at.isoformat(timespec="seconds")
    return found


def _has_own_age(cell: Cell) -> bool:
    """A layer that failed has the age of what it last said."""
    return "age" in cell and cell["state"] != "failed"
