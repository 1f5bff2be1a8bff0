"""What is found out about one id: who wins, what lies in each layer, and how the values compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypedDict

from secretsui.core.backends.source import Kind, State
from secretsui.core.chain import Process
from secretsui.core.compare import FieldDiff
from secretsui.core.lookup import Resolution
from secretsui.inventory.deployments.columns import Column

CellState = Literal[
    "wins",
    "wins-if",
    "shadowed",
    "absent",
    "deleted",
    "broken",
    "empty",
    "binary",
    "denied",
    "failed",
    "never",
    "unknown",
]


class Cell(TypedDict, total=False):
    """One layer's part for one id; what is empty is left out. It is stored as it is.

    `held`: something lies there, although the state is not wins or shadowed. `age` is when the value last changed, of a
    cell that could not be read when it was last known; `prefix` and `name` tell which secret it is.
    """

    state: CellState
    compared: Literal["same", "different", "cannot-tell"]  # with the winner's
    fields: Sequence[str]  # that differ
    reason: str
    age: str  # ISO 8601
    held: bool
    prefix: int
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to one store; not `is_sent` where an earlier answer, or the layer itself, made it needless."""

    column: str
    store: str
    name: str
    mount: str
    is_sent: bool
    state: State
    reason: str = ""
    as_of: str = ""  # ISO 8601: when the store said so
    prefix: int | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """`cells`, `asked` and `diffs` are by column id; `winner` is one, "" where nothing is found.

    `diffs` compare each value that lies anywhere with the winner's. `next_winner` is who wins once the winner's entry
    is gone. `conn_type` and `owner` are the winner's, else those of the first value that tells them.
    """

    process: Process
    kind: Kind
    key: str
    resolution: Resolution
    columns: Sequence[Column]
    cells: Mapping[str, Cell]
    conflict: str
    winner: str = ""
    is_certain: bool = True
    conn_type: str = ""
    owner: str = ""
    asked: Mapping[str, Sequence[Asked]] = field(default_factory=dict)
    diffs: Mapping[str, Sequence[FieldDiff]] = field(default_factory=dict)
    next_winner: str = ""
