"""The ids of a matrix: whatever lies in one of the layers, under the name by which it would be asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from secretsui.core.backends.prefixes import joined
from secretsui.core.backends.secrets_manager import SecretsManager
from secretsui.core.backends.shared_account import SharedSecretsManager
from secretsui.core.backends.source import Kind, Source
from secretsui.core.environment import CONNECTIONS, VARIABLES
from secretsui.inventory.deployments.columns import Column
from secretsui.inventory.deployments.lookups import Lookups
from secretsui.inventory.deployments.tables import Everything, Listed
from secretsui.inventory.models import Kind as StoredKind
from secretsui.inventory.models import Prefix

Id = tuple[Kind, str]
STARTS: Final[Mapping[Kind, str]] = {"connection": CONNECTIONS, "variable": VARIABLES}


def ids(all_lookups: Sequence[Lookups], tables: Everything) -> Sequence[Id]:
    """Of all processes of a deployment, each once."""
    found = dict.fromkeys(_of_secrets(all_lookups, tables))
    found |= dict.fromkeys(_of_rows(tables))
    return sorted({**found, **dict.fromkeys(_of_settings(found, tables))})


def _of_secrets(all_lookups: Sequence[Lookups], tables: Everything) -> Iterator[Id]:
    for lookups in all_lookups:
        for column in lookups.columns:
            source = lookups.source(column)
            for prefix in lookups.world.prefixes_of(column.layer, column.place):
                yield from of_names(source, column, prefix, tables.records[prefix.id])


def of_secret(lookups: Lookups, prefix: Prefix, name: str) -> Mapping[Id, str]:
    """The ids for which this secret is looked up, each with the first column that does."""
    found: dict[Id, str] = {}
    for column in lookups.columns:
        for listed in lookups.world.prefixes_of(column.layer, column.place):
            if listed.id == prefix.pk:
                found = dict.fromkeys(of_names(lookups.source(column), column, listed, [name]), column.id) | found
    return found


def of_names(source: Source | None, column: Column, prefix: Listed, names: Iterable[str]) -> Iterator[Id]:
    """The ids for which these secrets are asked for in this column."""
    starts = {kind: start for kind in STARTS if (start := _start(source, column, kind)) is not None}
    fitting = {kind: start for kind, start in starts.items() if prefix.kind in (kind, StoredKind.OTHER)}
    for name in names:
        for kind, start in fitting.items():
            if name.startswith(start) and len(name) > len(start):
                yield kind, name[len(start) :]


def _start(source: Source | None, column: Column, kind: Kind) -> str | None:
    """What the names of all secrets of one kind begin with; None where there are none in this place."""
    if column.place == "shared":
        return _of_shared(source) if kind == "connection" else None
    if not isinstance(source, SecretsManager) or (isinstance(source, SharedSecretsManager) and kind != "connection"):
        return None
    prefix = source.prefixes[kind]
    return joined(prefix, source.sep, "") if prefix else ""


def _of_shared(source: Source | None) -> str | None:
    if not isinstance(source, SharedSecretsManager):
        return None
    return joined(source.shared_prefix, source.sep, "")


def _of_rows(tables: Everything) -> Iterator[Id]:
    """Rows of the database, and objects: whatever is named by its id."""
    settings = {each.pk for each in tables.sources if each.form != each.Form.OBJECTS}
    for (source_id, kind), entries in tables.entries.items():
        for known in STARTS:
            if source_id not in settings and kind == known:
                yield from ((known, name) for name in entries)


def _of_settings(known: Iterable[Id], tables: Everything) -> Iterator[Id]:
    """An environment has names in capitals: of known ids where one has this name, else the id in small letters."""
    capitals: dict[Id, list[str]] = {}
    for kind, key in known:
        capitals.setdefault((kind, key.upper()), []).append(key)
    settings = {each.pk for each in tables.sources if each.form != each.Form.OBJECTS}
    for (source_id, stored), entries in tables.entries.items():
        for kind, start in STARTS.items():
            if source_id in settings and stored == kind:
                yield from (id_ for name in entries for id_ in _of_setting(kind, name.removeprefix(start), capitals))


def _of_setting(kind: Kind, rest: str, capitals: Mapping[Id, Sequence[str]]) -> Iterable[Id]:
    known = capitals.get((kind, rest.upper()))
    return [(kind, key) for key in known] if known else [(kind, rest.lower())]
