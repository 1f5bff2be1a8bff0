"""The ids of a matrix: whatever lies in one of the layers, under the name by which it would be asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final

from secretsui.airflow.environment import kind_of
from secretsui.core.backends.azure import STORE as AZURE
from secretsui.core.backends.source import Kind
from secretsui.core.reverse import NOTHING_KNOWN, Reverse, Stored
from secretsui.inventory.deployments.columns import Column
from secretsui.inventory.deployments.lookups import KINDS, Lookups
from secretsui.inventory.deployments.tables import Everything, Listed
from secretsui.inventory.deployments.whereabouts import mount_of
from secretsui.inventory.models import Kind as StoredKind

Id = tuple[Kind, str]
ENVIRONMENTS: Final = ("worker-environment", "environment")


def ids(all_lookups: Sequence[Lookups], tables: Everything) -> Sequence[Id]:
    """Of all processes of a deployment, each once."""
    found = dict.fromkeys(_of_rows(tables))
    found |= dict.fromkeys(_of_stores(all_lookups, tables, found, shares_names=False))
    settings = [_of_settings(lookups, found, tables) for lookups in all_lookups]
    found |= {id_: None for each in settings for id_ in each}
    # Last, as a name that several ids share is of those that are known.
    found |= dict.fromkeys(_of_stores(all_lookups, tables, found, shares_names=True))
    return sorted(found)


def _of_stores(
    all_lookups: Sequence[Lookups], tables: Everything, found: Collection[Id], *, shares_names: bool
) -> Iterator[Id]:
    known = _by_kind(found) if shares_names else NOTHING_KNOWN
    for lookups in all_lookups:
        for column in lookups.columns:
            if (column.store == AZURE) == shares_names and (reverse := lookups.reverse(column.layer, known)):
                for prefix in _prefixes(lookups, column):
                    names = tables.records[prefix.id]
                    yield from _of_names(lookups, reverse, column, prefix, names)


def of_secret(lookups: Lookups, prefix_id: int, name: str, kinds: Sequence[Kind] = ()) -> Mapping[Id, str]:
    """The ids for which this secret is looked up, each with the first column that does.

    Without `kinds`, only those of what its prefix is said to hold.
    """
    found: dict[Id, str] = {}
    for column in lookups.columns:
        for listed in _prefixes(lookups, column):
            if listed.id == prefix_id:
                known = _sharing(lookups, listed, name)
                if reverse := lookups.reverse(column.layer, known):
                    names = _of_names(lookups, reverse, column, listed, [name], kinds)
                    found = dict.fromkeys(names, column.id) | found
    return found


def _prefixes(lookups: Lookups, column: Column) -> Sequence[Listed]:
    return lookups.world.prefixes_of(lookups.opened[column.layer], column.place)


def _sharing(lookups: Lookups, prefix: Listed, name: str) -> Mapping[Kind, Iterable[str]]:
    """The ids of the matrix that may lead to this name: of Azure several, elsewhere it is told by the name alone."""
    if prefix.store != AZURE:
        return NOTHING_KNOWN
    return _by_kind(lookups.world.tables.ids_like(name[len(prefix.start) :]))


def _by_kind(ids: Iterable[Id]) -> Mapping[Kind, Sequence[str]]:
    listed = list(ids)
    return {kind: [key for each, key in listed if each == kind] for kind in KINDS}


def _of_names(
    lookups: Lookups,
    reverse: Reverse,
    column: Column,
    prefix: Listed,
    names: Iterable[str],
    kinds: Sequence[Kind] = (),
) -> Iterator[Id]:
    """Whatever a prefix is said to hold is taken for that, wherever else it might be looked for."""
    kinds = kinds or [kind for kind in KINDS if prefix.kind in (kind, StoredKind.OTHER)]
    mount = mount_of(lookups.opened[column.layer].source, prefix.region)
    shown = None if prefix.store == AZURE else 1
    for name in names:
        for kind in kinds:
            found = reverse.ids(Stored(kind, name, column.place, mount))
            yield from ((kind, key) for key in found[:shown])


def _of_rows(tables: Everything) -> Iterator[Id]:
    """Rows of the database, and objects: whatever is named by its id."""
    for kind in KINDS:
        yield from ((kind, name) for name in tables.entries.get((None, kind), ()))
        for source in (each for each in tables.sources if each.form == each.Form.OBJECTS):
            names = tables.entries.get((source.pk, kind), ())
            yield from ((kind, name) for name in names if kind_of(name) != kind)


def _of_settings(lookups: Lookups, known: Collection[Id], tables: Everything) -> Iterator[Id]:
    """A name in capitals is for the known ids that lead there, else most likely for one in small letters."""
    by_kind = _by_kind(known)
    for layer in ENVIRONMENTS:
        reverse = lookups.reverse(layer, by_kind)
        sources = lookups.world.environments[layer].sources
        for source_id, kind in product(sources, KINDS):
            if reverse:
                for name in tables.entries.get((source_id, kind), ()):
                    found = [(kind, key) for key in reverse.ids(Stored(kind, name.upper()))]
                    yield from [each for each in found if each in known] or found[:1]
