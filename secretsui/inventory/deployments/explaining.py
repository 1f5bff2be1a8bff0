"""The chain of one id, seen from a secret: who finds it, what it shadows, and what happens if it changes or goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from secretsui.core.backends.source import Kind
from secretsui.core.chain import Process
from secretsui.core.lookup import Answer, Use
from secretsui.core.prints import TEXT, Prints, unreadable
from secretsui.inventory.deployments.explained import Explained
from secretsui.inventory.deployments.ids import of_secret
from secretsui.inventory.deployments.lookups import Change, lookups
from secretsui.inventory.deployments.resolving import explain, gone
from secretsui.inventory.deployments.settings import processes
from secretsui.inventory.deployments.tables import OneByOne, looking_at
from secretsui.inventory.deployments.told import Held, Told
from secretsui.inventory.models import Deployment, Prefix, spelt
from secretsui.inventory.sync import values


@dataclass(frozen=True, slots=True)
class Seen:
    """One id of one deployment for which a secret is looked up; `column` is where."""

    deployment: Deployment
    process: Process
    column: str
    explained: Explained

    @property
    def wins(self) -> bool:
        return self.explained.winner == self.column

    @property
    def shadowed_by(self) -> str:
        """The column that wins before this one, "" where none does."""
        order = list(self.explained.cells)
        winner = self.explained.winner
        return winner if winner and order.index(winner) < order.index(self.column) else ""

    @property
    def shadows(self) -> Sequence[str]:
        """The columns with a value of its own that this one hides."""
        if not self.wins:
            return []
        return [
            column
            for column, cell in self.explained.cells.items()
            if cell["state"] == "shadowed" and cell.get("reason") != "same-entry"
        ]


def without(deployment: Deployment, process: Process, kind: Kind, key: str, column: str) -> Explained:
    """As it will be once the entry in this column is gone, from wherever else it is read as well."""
    found = lookups(deployment, process, OneByOne(deployment))
    return explain(found.changed(gone(found, kind, key, column)), kind, key)


def for_secret(prefix: Prefix, key: str) -> Sequence[Seen]:
    """Each deployment and process that can see this secret of the prefix, with the chain as it is."""
    return list(_seen(prefix, prefix.name_of(key), None))


def before_saving(prefix: Prefix, key: str, kind: str, prints: Prints | None) -> Sequence[Seen]:
    """The same with the new value in its place; without `prints`, with one of which only its being there is known."""
    return list(_seen(prefix, prefix.name_of(key), _saved(prefix, prefix.name_of(key), kind, prints)))


def _seen(prefix: Prefix, name: str, change: Change | None) -> Iterator[Seen]:
    for deployment in looking_at(prefix).prefetch_related("sources", "layer_states"):
        tables = OneByOne(deployment)
        for process in processes(deployment):
            found = lookups(deployment, process, tables)
            shown = found.changed(change) if change else found
            for (kind, key), column in of_secret(found, prefix.pk, name).items():
                yield Seen(deployment, process, column, explain(shown, kind, key))


def _saved(prefix: Prefix, name: str, kind: str, prints: Prints | None) -> Change:
    held = Held(name, prints or {}, values.key().id if prints else "", prefix=prefix.pk)
    answer = Answer("present", use=_use(prints, kind), unreadable=unreadable(prints or {}))
    unsaved = Told(answer, "unsaved", None, held, prefix=prefix.pk)
    wanted = spelt(prefix.store_kind, name)
    return lambda ask, told: (
        unsaved if told.prefix == prefix.pk and spelt(prefix.store_kind, ask.name) == wanted else told
    )


def _use(prints: Prints | None, kind: str) -> Use:
    if prints is None:
        return "unknown"
    return "usable" if prints.get(TEXT) or kind == "connection" else "empty"
