"""From what is known of the layers to the matrix: every id of a deployment, or one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from secretsui.core.backends.source import Kind
from secretsui.core.chain import Process
from secretsui.inventory.deployments import alike
from secretsui.inventory.deployments.alike import Facts, Rows, facts_of
from secretsui.inventory.deployments.cells import Row, row
from secretsui.inventory.deployments.explained import Asked, Explained
from secretsui.inventory.deployments.ids import Id, ids, of_secret
from secretsui.inventory.deployments.lookups import KINDS, Change, Lookups, Part, lookups
from secretsui.inventory.deployments.settings import processes
from secretsui.inventory.deployments.tables import Everything, OneByOne
from secretsui.inventory.deployments.told import Held, absent
from secretsui.inventory.models import Deployment, ResolvedRow, SecretRecord
from secretsui.inventory.sync.upsert import upsert

KEY: Final = ("deployment_id", "process", "kind", "key")
SOME: Final = 500
CHUNK: Final = 2000
MANY: Final = 1000

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
        conflict=one.conflict,
        winner=one.winner,
        is_certain=one.is_certain,
        conn_type=held.conn_type if held else "",
        owner=held.owner if held else "",
        asked={part.column.id: list(_asked(part)) for _, part in one.parts},
        diffs=one.diffs,
        next_winner=_next(found, one),
    )


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
            prefix=told.prefix,
        )


def _next(found: Lookups, one: Row) -> str:
    if one.won is None:
        return ""
    return row(found.changed(_without(one.won)), one.kind, one.key).winner


def gone(found: Lookups, kind: Kind, key: str, column: str) -> Change:
    """As if what lies in this column were deleted."""
    parts = row(found, kind, key).parts
    told = next((part.decisive or part.lying for _, part in parts if part.column.id == column), None)
    return _without(told.held) if told and told.held else lambda _ask, told: told


def _without(held: Held) -> Change:
    """Nothing where this lies, in whichever layers that is."""
    return lambda _ask, told: absent(told.as_of, told.prefix) if _is(told.held, held) else told


def _is(one: Held | None, other: Held) -> bool:
    return one is not None and one.identity == other.identity


def resolve_all(deployment: Deployment) -> int:
    """Write the rows of every process anew, and the summary. How many ids there are.

    Everything is worked out before the first row is written, so that the tables are locked for the writing alone.
    """
    began = timezone.now()
    tables = Everything(deployment)
    all_lookups = [lookups(deployment, process, tables) for process in processes(deployment)]
    known = ids(all_lookups, tables)
    _write(deployment, began, alike.rows(all_lookups, known))
    _catch_up(deployment, _changed_since(tables))
    return len(known)


def _changed_since(tables: Everything) -> Collection[tuple[int, str]]:
    """Secrets that were written, looked at or deleted while all this was worked out: their rows were overwritten."""
    then = {
        (each.prefix_id, each.name): (each.stale, each.deleted_at, each.described_at)
        for records in tables.records.values()
        for each in records.values()
    }
    there = SecretRecord.objects.filter(prefix__in=list(tables.records)).order_by()
    now = there.values_list("prefix_id", "name", "stale", "deleted_at", "described_at")
    changed = {(prefix_id, name) for prefix_id, name, *facts in now if then.pop((prefix_id, name), ()) != tuple(facts)}
    return changed | then.keys()


def _catch_up(deployment: Deployment, changed: Collection[tuple[int, str]]) -> None:
    """Of many the schedule has everything resolved again."""
    if len(changed) > MANY:
        Deployment.objects.filter(pk=deployment.pk).update(changed_at=timezone.now())
        return
    for prefix_id, name in changed:
        resolve_secret(deployment, prefix_id, name)


def resolve_secret(deployment: Deployment, prefix_id: int, name: str) -> bool:
    """Only the rows of the ids that one secret is for; not done while somebody writes all of them."""
    tables, rows = OneByOne(deployment), []
    for process in processes(deployment):
        found = lookups(deployment, process, tables)
        rows += [_resolved(deployment, found, row(found, *id_)) for id_ in _touched(found, deployment, prefix_id, name)]
    with transaction.atomic():
        locked = Deployment.objects.select_for_update(skip_locked=True).filter(pk=deployment.pk)
        if not locked:
            return False
        for each in rows:
            _replace(each)
        Deployment.objects.filter(pk=deployment.pk).update(summary=_counted(deployment))
    return True


def _touched(found: Lookups, deployment: Deployment, prefix_id: int, name: str) -> Iterable[Id]:
    """Also ids of another kind that read it, as variables do in a shared account; they have their rows already."""
    meant = of_secret(found, prefix_id, name)
    rows = deployment.rows.filter(process=found.process)
    others = of_secret(found, prefix_id, name, KINDS).keys() - meant.keys()
    return [*meant, *(each for each in others if rows.filter(kind=each[0], key=each[1]).exists())]


def _replace(new: ResolvedRow) -> None:
    """A row for which nothing lies anywhere any more goes."""
    ResolvedRow.objects.filter(deployment=new.deployment, process=new.process, kind=new.kind, key=new.key).delete()
    if any(cell["state"] in FOUND or cell.get("held") for cell in new.cells):
        new.save()


def _counted(deployment: Deployment) -> Mapping[str, Any]:
    groups = deployment.rows.order_by().values_list("process", "conflict").annotate(number=Count("pk"))
    return _summary(groups)


def _resolved(deployment: Deployment, found: Lookups, one: Row) -> ResolvedRow:
    facts = facts_of(found, one)._asdict()
    return ResolvedRow(deployment=deployment, process=found.process, kind=one.kind, key=one.key, **facts)


def _write(deployment: Deployment, began: datetime, rows: Rows) -> None:
    """Unless somebody has meanwhile written what is younger."""
    with transaction.atomic():
        locked = Deployment.objects.select_for_update().get(pk=deployment.pk)
        if locked.resolved_at and locked.resolved_at > began:
            return
        _put(deployment, rows)
        summary = _summary((process, facts.conflict, 1) for (process, _, _), facts in rows.items())
        Deployment.objects.filter(pk=deployment.pk).update(resolved_at=began, summary=summary)
    deployment.resolved_at, deployment.summary = began, summary


def _put(deployment: Deployment, rows: Rows) -> None:
    """In the place of those that are there; only what differs from them is written."""
    there = ResolvedRow.objects.filter(deployment=deployment).order_by()
    same: set[tuple[Process, Kind, str]] = set()
    gone: list[int] = []
    for pk, process, kind, key, *facts in there.values_list("pk", *KEY[1:], *Facts._fields).iterator(CHUNK):
        known = rows.get((process, kind, key))
        if known is None:
            gone.append(pk)
        elif known == tuple(facts):
            same.add((process, kind, key))
    for start in range(0, len(gone), SOME):
        ResolvedRow.objects.filter(pk__in=gone[start : start + SOME]).delete()
    news = [(deployment.pk, *key, *facts) for key, facts in rows.items() if key not in same]
    upsert((*KEY, *Facts._fields), news, model=ResolvedRow, key=KEY)


def _summary(groups: Iterable[tuple[str, str, int]]) -> Mapping[str, Any]:
    found: dict[str, Counter[str]] = {}
    for process, conflict, number in groups:
        found.setdefault(process, Counter())[conflict] += number
    return {process: {"ids": each.total(), "conflicts": dict(each)} for process, each in found.items()}
