"""One process of a deployment: its chain, what is known of each layer, and what that makes of an id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Final, Protocol

from secretsui.core import execution_api
from secretsui.core.backends.source import Ask, CannotTell, Kind, Raises
from secretsui.core.chain import Chain, Layer, Process
from secretsui.core.lookup import Answer, Resolution, Step, resolve
from secretsui.core.reverse import NOTHING_KNOWN, Reverse
from secretsui.core.versions import at_least
from secretsui.inventory.deployments.columns import Column, bare, columns_of, places_of
from secretsui.inventory.deployments.knowledge import World
from secretsui.inventory.deployments.settings import setup_of
from secretsui.inventory.deployments.tables import Tables
from secretsui.inventory.deployments.told import Told
from secretsui.inventory.models import Deployment

KINDS: Final[Sequence[Kind]] = ("connection", "variable")
Answers = Sequence[tuple[Ask, Told, bool]]  # whether it was sent


@dataclass(frozen=True, slots=True)
class Part:
    """What one column has to do with one id: the questions, sent or not, with what is known of their answers.

    `asks` are empty where the layer asks none; `lying` is what it would have found without the setting that keeps it
    from asking. `decisive` is the answer that counts.
    """

    column: Column
    asks: Answers
    decisive: Told | None
    lying: Told | None = None


def decisive(asks: Answers) -> Told | None:
    """The last one that was sent, else the first that says anything lies there."""
    sent = [told for _, told, is_sent in asks if is_sent]
    unsent = [told for _, told, is_sent in asks if not is_sent]
    return sent[-1] if sent else next((told for told in unsent if told.held), unsent[0] if unsent else None)


class Telling(Protocol):
    """`core.lookup.Knowledge` that can say why it answers so."""

    def __call__(self, ask: Ask, /) -> Answer: ...

    def tell(self, ask: Ask, /) -> Told: ...


Change = Callable[[Ask, Told], Told]


@dataclass(frozen=True, slots=True)
class Changed:
    known: Telling
    change: Change

    def __call__(self, ask: Ask) -> Answer:
        return self.tell(ask).answer

    def tell(self, ask: Ask) -> Told:
        return self.change(ask, self.known.tell(ask))


class Lookups:
    def __init__(self, process: Process, found: Chain, opened: Chain, world: World, columns: Sequence[Column]) -> None:
        self.process, self.chain, self.world, self.columns = process, found, world, columns
        # The same layers with no setting that keeps them from asking.
        self.opened: Mapping[str, Layer] = {layer.id: bare(layer) for layer in opened.layers}
        self.known: Mapping[Kind, Mapping[str, Telling]] = {
            kind: {layer.id: world.known(layer, kind) for layer in found.layers} for kind in KINDS
        }
        self.of_layer: Mapping[str, Sequence[Column]] = {
            layer.id: [column for column in columns if column.layer == layer.id] for layer in found.layers
        }

    def changed(self, change: Change) -> Lookups:
        """The same lookups where something is told otherwise than it is."""
        found = copy(self)
        found.known = {
            kind: {layer: Changed(known, change) for layer, known in layers.items()}
            for kind, layers in self.known.items()
        }
        return found

    def resolve(self, kind: Kind, key: str) -> Resolution:
        return resolve(self.chain, self.known[kind], kind, key)

    def parts(self, kind: Kind, key: str, resolution: Resolution) -> Iterator[tuple[Step, Part]]:
        """Column by column, in order."""
        for step in (*resolution.trace, *resolution.below):
            columns = self.of_layer[step.layer.id]
            if len(columns) == 1 and step.asks:
                known = self.known[kind][step.layer.id]
                asks = [(ask, known.tell(ask), True) for ask in step.asks]
                yield step, Part(columns[0], asks, asks[-1][1])
            else:
                yield from ((step, self._part(each, step, kind, key)) for each in columns)

    def _part(self, column: Column, step: Step, kind: Kind, key: str) -> Part:
        known, asks = self.known[kind][step.layer.id], self.asks(step.layer, kind, key)
        here = [(ask, known.tell(ask), ask in step.asks) for ask in asks if ask.place == column.place]
        return Part(column, here, decisive(here), None if here else self._lying(column, kind, key))

    def _lying(self, column: Column, kind: Kind, key: str) -> Told | None:
        known = self.known[kind][column.layer]
        asks = self.asks(self.opened[column.layer], kind, key)
        found = (known.tell(ask) for ask in asks if ask.place == column.place)
        return next((told for told in found if told.held), None)

    def asks(self, layer: Layer, kind: Kind, key: str) -> Sequence[Ask]:
        """What a layer would ask for an id, all of it; nothing where it does not look."""
        heard = self._heard(layer, kind, key)
        if isinstance(layer.source, Raises | CannotTell) or heard is None:
            return ()
        plan = layer.source.plan(kind, heard, layer.team)
        return plan if isinstance(plan, Sequence) else ()

    def _heard(self, layer: Layer, kind: Kind, key: str) -> str | None:
        """The id as it reaches this layer; where none does, what it would be."""
        if layer in self.chain.own or not self.chain.beyond:
            return key
        return execution_api.heard(kind, key) or key

    def reverse(self, layer: str, known: Mapping[Kind, Iterable[str]] = NOTHING_KNOWN) -> Reverse | None:
        """From what is stored to ids, as if no setting kept the layer from asking; None where that cannot be told."""
        found = self.opened.get(layer)
        if found is None or isinstance(found.source, Raises | CannotTell):
            return None
        return Reverse(found.source, known, found.team)


def lookups(deployment: Deployment, process: Process, tables: Tables) -> Lookups:
    setup = setup_of(deployment)
    places = places_of(deployment, setup.settings)
    found, opened = setup.chain(process), setup.opened().chain(process)
    world = World(deployment, tables, places, has_one_chain=not at_least(setup.settings.airflow, "3"))
    return Lookups(process, found, opened, world, columns_of(found, places))
