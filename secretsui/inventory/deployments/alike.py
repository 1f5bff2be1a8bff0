"""Rows of a whole matrix. Most ids are alike: whatever a layer says of one it says of many, but for what lies there.

What all layers of a process say of an id decides its row, but for the name, the age, the type and the owner of what
lies there. So of the ids of which they say the same, one is worked out, and the others are filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from secretsui.core import execution_api
from secretsui.core.backends.source import Ask, CannotTell, Kind, Raises
from secretsui.core.chain import Layer, Process
from secretsui.core.conflicts import CONFLICTS
from secretsui.inventory.clean import fit
from secretsui.inventory.deployments.cells import Row, row
from secretsui.inventory.deployments.explained import Cell
from secretsui.inventory.deployments.lookups import Lookups
from secretsui.inventory.deployments.told import Held, Told
from secretsui.inventory.models import ResolvedRow

Shape = tuple[Any, ...]
Lying = dict[tuple[object, ...], Held]  # by identity
Sayings = dict[tuple[str, str], "_Said"]  # by layer and team
Rows = dict[tuple[Process, Kind, str], "Facts"]


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


def rows(all_lookups: Sequence[Lookups], ids: Iterable[tuple[Kind, str]]) -> Rows:
    """Of each process of one deployment, in which nothing must change meanwhile."""
    found: Rows = {}
    processes = [_Process(each) for each in all_lookups]
    for kind, key in ids:
        said: Sayings = {}
        for process in processes:
            found[process.name, kind, key] = process.facts(kind, key, said)
    return found


class _Said(NamedTuple):
    """What one layer says of one id: as far as it decides the row, and what lies there."""

    shape: Shape
    lying: Lying


class _Process:
    def __init__(self, found: Lookups) -> None:
        self.name = found.process
        self._found = found
        self._samples: dict[Shape, _Sample] = {}
        self._errors: dict[int, Mapping[Any, str]] = {}
        self._has_one_column_each = all(len(columns) == 1 for columns in found.of_layer.values())

    def facts(self, kind: Kind, key: str, said: Sayings) -> Facts:
        found = self._of_layers(kind, key, said)
        if found is None:
            return facts_of(self._found, row(self._found, kind, key))
        sample = self._samples.get(found.shape)
        if sample is None:
            sample = self._samples[found.shape] = self._sample(kind, key)
        return _filled(sample, key, next(iter(found.lying.values()), None))

    def _sample(self, kind: Kind, key: str) -> _Sample:
        one = row(self._found, kind, key)
        facts = facts_of(self._found, one)
        filled = [place for place, cell in enumerate(facts.cells) if "name" in cell or _has_own_age(cell)]
        return _Sample(facts, filled, one.first_held() is not None)

    def _of_layers(self, kind: Kind, key: str, said: Sayings) -> _Said | None:
        """None where more counts than what each layer says: what lies in two places is compared."""
        if not self._has_one_column_each or not self._is_heard(kind, key):
            return None
        shape: list[object] = [kind]
        lying: Lying = {}
        for layer in self._found.chain.layers:
            name = layer.id, layer.team
            if name not in said:  # the server's layers are those that its tasks ask as well
                said[name] = self._of_layer(layer, kind, key)
            shape.append(said[name].shape)
            lying |= said[name].lying
        return _Said(tuple(shape), lying) if len(lying) <= 1 else None

    def _of_layer(self, layer: Layer, kind: Kind, key: str) -> _Said:
        refusal, asks = self._asks(layer, kind, key)
        shape: list[object] = [refusal]
        lying: Lying = {}
        known = self._found.known[kind][layer.id]
        for ask in asks:
            told = known.tell(ask)
            shape.append((ask.place, ask.skips_empty, self._of_errors(ask), _of_told(told)))
            if told.held is not None:
                lying[told.held.identity] = told.held
        return _Said(tuple(shape), lying)

    def _is_heard(self, kind: Kind, key: str) -> bool:
        """Does the id reach the server as it is, and the answer the task?"""
        if not self._found.chain.beyond:
            return True
        return execution_api.heard(kind, key) == key and (kind != "connection" or execution_api.is_fit(key))

    def _asks(self, layer: Layer, kind: Kind, key: str) -> tuple[object, Sequence[Ask]]:
        """The questions of a layer; where it asks none, why, and those that it would ask."""
        source = layer.source
        plan = None if isinstance(source, Raises | CannotTell) else source.plan(kind, key, layer.team)
        if isinstance(plan, Sequence):
            return len(plan), plan
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
