"""What the rules look at of deployments: settings, how well layers are known, and what each id resolves to."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from secretsui.audits import roles
from secretsui.core import environment as names
from secretsui.core.chain import Process
from secretsui.core.rules.estate import Cell, Deployment, Entry, Id, LayerFacts, View
from secretsui.inventory import models
from secretsui.inventory.deployments.columns import Column, columns_of, places_of
from secretsui.inventory.deployments.knowledge import READERS, Environment, environment
from secretsui.inventory.deployments.settings import Setup, processes, setup_of
from secretsui.inventory.models import EnvSource, Kind, LayerEntry, ResolvedRow
from secretsui.inventory.models.layers import Layer

CHUNK: Final = 2000
KINDS: Final = (Kind.CONNECTION.value, Kind.VARIABLE.value)
STARTS: Final[Mapping[str, str]] = {"connection": names.CONNECTIONS, "variable": names.VARIABLES}
UNTOLD: Final = ("no-source", "no-report")
# Nobody said how the layer could be known, or that it is known whole: nothing has gone wrong.
NOT_ENTERED: Final = (*UNTOLD, "no-api", "not-whole")
# What stands in them is not written down by anybody: it is what a process has, or what a service keeps.
NOT_WRITTEN: Final = (EnvSource.Form.REPORTER, EnvSource.Form.OBJECTS)
KWARGS: Final = "BACKEND_KWARGS"
NO_IDENTITY: Final = roles.Identity(None, roles.NOT_TOLD)
Failed = Mapping[tuple[str, int], str]
Columns = Mapping[Process, Sequence[Column]]
Entries = Mapping[tuple[str, str, str], Sequence[Entry]]


def build(failed: Failed) -> Sequence[Deployment]:
    found = models.Deployment.objects.prefetch_related("sources", "layer_states")
    identities = roles.known()
    return [
        _deployment(each, failed.get(("deployment", each.pk), ""), identities.get(each.pk, NO_IDENTITY))
        for each in found
    ]


def _deployment(row: models.Deployment, problem: str, identity: roles.Identity) -> Deployment:
    setup = setup_of(row)
    places = places_of(row, setup.settings)
    columns = {process: columns_of(setup.chain(process), places) for process in processes(row)}
    settings = [each for each in row.sources.all() if each.form != EnvSource.Form.OBJECTS]
    environments = {
        layer: environment(settings if len(columns) == 1 else [each for each in settings if each.process in readers])
        for layer, readers in READERS.items()
    }
    return Deployment(
        name=row.name,
        stage=row.stage,
        platform=row.platform,
        settings=setup.settings,
        ids=list(_ids(row, columns)),
        layers=list(_layers(row, environments, columns, problem)),
        places={
            column.id: (column.account, column.address)
            for each in columns.values()
            for column in each
            if column.address
        },
        environ=_environ(setup, environments, "environment"),
        worker_environ=_environ(setup, environments, "worker-environment"),
        kwargs_texts={
            name: str(text) for each in settings for name, text in each.settings.items() if name.endswith(KWARGS)
        },
        untold=setup.untold,
        identity=identity.policies,
        identity_problem=identity.problem or roles.NOT_TOLD,
    )


def _environ(setup: Setup, environments: Mapping[str, Environment], layer: str) -> Mapping[str, str] | None:
    if environments[layer].gap in UNTOLD:
        return None
    return setup.settings.environ if layer == "environment" else setup.settings.worker_environ


def _layers(
    row: models.Deployment, environments: Mapping[str, Environment], columns: Columns, problem: str
) -> Iterator[LayerFacts]:
    """`problem` is why this deployment's part of the audit failed as a whole."""
    asked = {column.layer for each in columns.values() for column in each}
    states = {state.kind: state for state in row.layer_states.all() if state.layer == Layer.METASTORE}
    for kind in KINDS:
        state = states.get(kind)
        if state is not None:
            went_wrong = state.error or ("failed" if state.problem else problem)
            yield LayerFacts(Layer.METASTORE, kind, state.as_of, went_wrong)
        else:
            has_api = row.api != models.Deployment.Api.NONE
            yield LayerFacts(Layer.METASTORE, kind, None, problem or ("never-read" if has_api else "no-api"))
        for layer, known in environments.items():
            if layer in asked:
                yield LayerFacts(layer, kind, known.as_of, known.gap)


def _ids(row: models.Deployment, columns: Columns) -> Iterator[Id]:
    entries, cells = _entries(row), _Cells()
    views: dict[tuple[str, str], dict[Process, View]] = {}
    resolved = ResolvedRow.objects.filter(deployment=row, process__in=list(columns)).order_by()
    wanted = ("kind", "key", "process", "conflict", "winner", "is_certain", "cells")
    for *said, is_certain, kept in resolved.values_list(*wanted).iterator(CHUNK):
        kind, key, process, conflict, winner = map(sys.intern, said)  # a row brings its own copy of each word
        found = tuple(
            cells.of(column.id, cell) for column, cell in zip(columns[cast("Process", process)], kept, strict=False)
        )
        views.setdefault((kind, key), {})[cast("Process", process)] = cells.view(
            View(conflict, winner, is_certain, found)
        )
    for (kind, key), of_processes in views.items():
        yield Id(row.name, cast("Any", kind), key, of_processes, tuple(_lying(entries, kind, key)))


class _Cells:
    """Most cells of a matrix are alike, and most ids are seen alike: each is kept once."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Cell] = {}
        self._views: dict[View, View] = {}

    def of(self, column: str, kept: Mapping[str, Any]) -> Cell:
        if "name" in kept or "age" in kept:
            return _cell(column, kept)
        alike = (column, *((name, tuple(said) if name == "fields" else said) for name, said in kept.items()))
        if alike not in self._known:
            self._known[alike] = _cell(column, kept)
        return self._known[alike]

    def view(self, view: View) -> View:
        """One without a cell of its own is that of many ids."""
        if any(cell.name or cell.changed_at for cell in view.cells):
            return view
        return self._views.setdefault(view, view)


def _cell(column: str, kept: Mapping[str, Any]) -> Cell:
    age = kept.get("age") if kept["state"] != "failed" else None
    return Cell(
        column=column,
        state=kept["state"],
        compared=kept.get("compared", ""),
        fields=tuple(kept.get("fields", ())),
        reason=kept.get("reason", ""),
        held=kept.get("held", False),
        name=sys.intern(kept.get("name", "")),
        changed_at=datetime.fromisoformat(age) if age else None,
    )


def _entries(row: models.Deployment) -> Entries:
    """By layer, kind and name; of an environment the name in capitals, as Airflow asks for it."""
    forms = {source.pk: source.form for source in row.sources.all()}
    fields = ("layer", "kind", "name", "source_id", "line", "held_in", "conn_type", "fingerprints", "use")
    found: dict[tuple[str, str, str], list[Entry]] = {}
    rows = LayerEntry.objects.filter(deployment=row).order_by()
    for layer, kind, name, source, line, held_in, conn_type, prints, use in rows.values_list(*fields).iterator(CHUNK):
        form = forms.get(source, "")
        is_told = use != {"*": "unknown"} and not held_in
        is_environment = layer in (Layer.ENVIRONMENT, Layer.WORKER_ENVIRONMENT)
        entry = Entry(layer, name, form, line, bool(form) and form not in NOT_WRITTEN and is_told, conn_type, prints)
        found.setdefault((layer, kind, name.upper() if is_environment else name), []).append(entry)
    return found


def _lying(entries: Entries, kind: str, key: str) -> Iterable[Entry]:
    for layer in (Layer.METASTORE, Layer.ENVIRONMENT_MANAGER):
        yield from entries.get((layer, kind, key), ())
    for layer in (Layer.ENVIRONMENT, Layer.WORKER_ENVIRONMENT):
        yield from entries.get((layer, kind, STARTS[kind] + key.upper()), ())
