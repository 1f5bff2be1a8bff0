"""The ids of a matrix: whatever lies in one of the layers, under the name by which it would be asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final

from secretsui.airflow.environment import kind_of
from secretsui.core.backends.source import Kind
from secretsui.core.reverse import Stored
from secretsui.inventory.deployments.columns import Column
from secretsui.inventory.deployments.lookups import KINDS, Lookups
from secretsui.inventory.deployments.tables import Everything, Listed
from secretsui.inventory.models import Kind as StoredKind

Id = tuple[Kind, str]
ENVIRONMENTS: Final = ("worker-environment", "environment")


def ids(all_lookups: Sequence[Lookups], tables: Everything) -> Sequence[Id]:
    """Of all processes of a deployment, each once."""
    found = dict.fromkeys(_of_rows(tables))
    for lookups in all_lookups:
        for column in lookups.columns:
            for prefix in lookups.world.prefixes_of(column.layer, column.place):
                found |= dict.fromkeys(_of_names(lookups, column, prefix, tables.records[prefix.id]))
    settings = [_of_settings(lookups, found, tables) for lookups in all_lookups]
    return sorted({**found, **{id_: None for each in settings for id_ in each}})


def of_secret(lookups: Lookups, prefix_id: int, name: str, kinds: Sequence[Kind] = ()) -> Mapping[Id, str]:
    """The ids for which this secret is looked up, each with the first column that does.

    Without `kinds`, only those of what its prefix is said to hold.
    """
    found: dict[Id, str] = {}
    for column in lookups.columns:
        for listed in lookups.world.prefixes_of(column.layer, column.place):
            if listed.id == prefix_id:
                found = dict.fromkeys(_of_names(lookups, column, listed, [name], kinds), column.id) | found
    return found


def _of_names(
    lookups: Lookups, column: Column, prefix: Listed, names: Iterable[str], kinds: Sequence[Kind] = ()
) -> Iterator[Id]:
    """Whatever a prefix is said to hold is taken for that, wherever else it might be looked for."""
    reverse = lookups.reverse(column.layer)
    kinds = kinds or [kind for kind in KINDS if prefix.kind in (kind, StoredKind.OTHER)]
    if reverse is None:
        return
    for name in names:
        for kind in kinds:
            yield from ((kind, key) for key in reverse.ids(Stored(kind, name, column.place))[:1])


def _of_rows(tables: Everything) -> Iterator[Id]:
    """Rows of the database, and objects: whatever is named by its id."""
    for kind in KINDS:
        yield from ((kind, name) for name in tables.entries.get((None, kind), ()))
        for source in (each for each in tables.sources if each.form == each.Form.OBJECTS):
            names = tables.entries.get((source.pk, kind), ())
            yield from ((kind, name) for name in names if kind_of(name) != kind)


def _of_settings(lookups: Lookups, known: Collection[Id], tables: Everything) -> Iterator[Id]:
    """A name in capitals is for the known ids that lead there, else most likely for one in small letters."""
    by_kind = {kind: [key for each, key in known if each == kind] for kind in KINDS}
    for layer in ENVIRONMENTS:
        reverse = lookups.reverse(layer, by_kind)
        sources = lookups.world.environments[layer].sources
        for source_id, kind in product(sources, KINDS):
            if reverse:
                for name in tables.entries.get((source_id, kind), ()):
                    found = [(kind, key) for key in reverse.ids(Stored(kind, name.upper()))]
                    yield from [each for each in found if each in known] or found[:1]
