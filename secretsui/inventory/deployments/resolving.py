"""From what is known of the layers to the matrix: every id of a deployment, or one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from secretsui.core.backends.source import Kind
from secretsui.core.chain import Process
from secretsui.inventory.clean import fit
from secretsui.inventory.deployments import severity
from secretsui.inventory.deployments.cells import Row, row
from secretsui.inventory.deployments.explained import Asked, Explained
from secretsui.inventory.deployments.ids import ids
from secretsui.inventory.deployments.lookups import Lookups, Part, lookups
from secretsui.inventory.deployments.settings import processes
from secretsui.inventory.deployments.tables import Everything, OneByOne
from secretsui.inventory.models import Deployment, ResolvedRow

SOME: Final = 500

FOUND: Final = frozenset({"wins", "wins-if", "shadowed"})


def resolve_one(deployment: Deployment, process: Process, kind: Kind, key: str) -> Explained:
    """Any id, also one that lies nowhere, as the tables have it now."""
    return explain(lookups(deployment, process, OneByOne(deployment)), kind, key)


def explain(found: Lookups, kind: Kind, key: str) -> Explained:
    one = row(found, kind, key)
    held = one.first_held()
    return Explained(
        process=found.process,
        kind=kind,
        key=key,
        resolution=one.resolution,
        columns=found.columns,
        cells=one.cells,
        conflict=_conflict(found, one),
        winner=one.winner,
        is_certain=one.is_certain,
        conn_type=held.conn_type if held else "",
        owner=held.owner if held else "",
        asked={part.column.id: list(_asked(part)) for _, part in one.parts},
        diffs=one.diffs,
        next_winner=_next(one),
    )


def _conflict(found: Lookups, one: Row) -> str:
    return severity.judge([one.cells[column.id] for column in found.columns if column.id in one.cells])


def _asked(part: Part) -> Iterator[Asked]:
    for ask, told, is_sent in part.asks:
        yield Asked(
            column=part.column.id,
            store=ask.store,
            name=ask.name,
            mount=ask.mount,
            is_sent=is_sent,
            state=told.answer.state,
            reason=told.reason,
            as_of=told.as_of.isoformat(timespec="seconds") if told.as_of else "",
            prefix=told.held.prefix if told.held else None,
        )


def _next(one: Row) -> str:
    """Whoever is next behind the winner with something to use."""
    behind = iter(one.cells)
    for column in behind:
        if column == one.winner:
            break
    return next((column for column in behind if one.cells[column]["state"] in FOUND), "")


def resolve_all(deployment: Deployment) -> int:
    """Write the rows of every process anew, and the summary. How many ids there are.

    Everything is worked out before the first row is written, so that the tables are locked for the writing alone.
    """
    began = timezone.now()
    tables = Everything(deployment)
    all_lookups = [lookups(deployment, process, tables) for process in processes(deployment)]
    known = ids(all_lookups, tables)
    rows = [_resolved(deployment, each, row(each, *id_)) for each in all_lookups for id_ in known]
    _write(deployment, began, rows)
    return len(known)


def _resolved(deployment: Deployment, found: Lookups, one: Row) -> ResolvedRow:
    conflict, held = _conflict(found, one), one.first_held()
    conn_type, owner = (held.conn_type, fit(ResolvedRow, "owner", held.owner)) if held else ("", "")
    return ResolvedRow(
        deployment=deployment,
        process=found.process,
        kind=one.kind,
        key=one.key,
        rank=severity.CONFLICTS.index(conflict),
        conflict=conflict,
        winner=one.winner,
        is_certain=one.is_certain,
        conn_type=conn_type,
        owner=owner,
        cells=[one.cells[column.id] for column in found.columns],
        search="\n".join((one.key, conn_type, owner)).lower(),
    )


def _write(deployment: Deployment, began: datetime, rows: Sequence[ResolvedRow]) -> None:
    """Unless somebody has meanwhile written what is younger."""
    with transaction.atomic():
        locked = Deployment.objects.select_for_update().get(pk=deployment.pk)
        if locked.resolved_at and locked.resolved_at > began:
            return
        ResolvedRow.objects.filter(deployment=deployment).delete()
        ResolvedRow.objects.bulk_create(rows, batch_size=SOME)
        summary = _summary(rows)
        Deployment.objects.filter(pk=deployment.pk).update(resolved_at=began, summary=summary)
    deployment.resolved_at, deployment.summary = began, summary


def _summary(rows: Iterable[ResolvedRow]) -> Mapping[str, Any]:
    conflicts: dict[str, Counter[str]] = {}
    for each in rows:
        conflicts.setdefault(each.process, Counter())[each.conflict] += 1
    return {process: {"ids": sum(found.values()), "conflicts": dict(found)} for process, found in conflicts.items()}
