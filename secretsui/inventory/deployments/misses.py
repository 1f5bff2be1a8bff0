"""Why a task does not find an id: what is nearly it, over everything that is known."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

from secretsui.core import near as nearness
from secretsui.core.backends.prefixes import PLURALS
from secretsui.core.backends.source import Kind
from secretsui.core.near import Known, Near, Where
from secretsui.inventory.deployments.columns import Column, columns
from secretsui.inventory.deployments.explained import Cell
from secretsui.inventory.deployments.lookups import KINDS
from secretsui.inventory.deployments.settings import processes, settings_of
from secretsui.inventory.models import Deployment, Prefix, ResolvedRow, SecretRecord
from secretsui.inventory.models import Kind as StoredKind

CHUNK: Final = 2000
_OF_ROW: Final = ("process", "kind", "key", "winner", "cells")
Secret = tuple[int | None, str]


@dataclass(frozen=True, slots=True)
class Miss:
    """Something of nearly this name. `why` is a word of `core.near`; with a `prefix`, it is the secret `name` there.

    `layer` is the column of this deployment that holds it, "" where it lies elsewhere.
    """

    kind: str
    key: str
    why: str
    layer: str = ""
    name: str = ""
    prefix: int | None = None
    account: str = ""
    region: str = ""


def near(deployment: Deployment, kind: Kind, key: str) -> Sequence[Miss]:
    """The nearest first, of all that is indexed: also what this deployment never asks for."""
    here = list(_here(deployment))
    seen = {(miss.prefix, miss.name) for each in here if (miss := cast("Miss", each.held)).prefix}
    known = [*here, *_elsewhere(deployment, kind, seen)]
    return [_miss(each) for each in nearness.near(kind, key, known, _starts(deployment))]


def _miss(found: Near) -> Miss:
    return replace(cast("Miss", found.known.held), why=found.why)


def _starts(deployment: Deployment) -> Sequence[str]:
    backend = settings_of(deployment).backend
    kwargs = backend.kwargs if backend else {}
    given = [kwargs.get(f"{plural}_{word}") for plural in PLURALS.values() for word in ("prefix", "path")]
    own = Prefix.objects.filter(account__looked_up_by__deployment=deployment).values_list("path", flat=True)
    return sorted({each for each in (*given, *own) if isinstance(each, str) and each})


def _here(deployment: Deployment) -> Iterator[Known]:
    """What the matrix has, whichever process it is of."""
    rows = ResolvedRow.objects.filter(deployment=deployment).order_by("-process").values_list(*_OF_ROW)
    ids = {process: [each.id for each in columns(deployment, process)] for process in processes(deployment)}
    met: set[tuple[str, str]] = set()
    for process, kind, key, winner, cells in rows.iterator(CHUNK):
        if (kind, key) not in met and process in ids:
            met.add((kind, key))
            yield Known(_kind(kind), key, "" if winner else _where(cells), _lying(kind, key, ids[process], cells))


def _where(cells: Sequence[Cell]) -> Where:
    if any(cell["state"] == "deleted" for cell in cells):
        return "pending-deletion"
    return "pattern" if any(cell.get("reason") == "pattern" and cell.get("held") for cell in cells) else ""


def _lying(kind: str, key: str, ids: Sequence[str], cells: Sequence[Cell]) -> Miss:
    """In the first column in which something lies."""
    pairs = zip(ids, cells, strict=False)
    layer, cell = next(((column, cell) for column, cell in pairs if _lies(cell)), ("", Cell()))
    return Miss(kind, key, "", layer, cell.get("name", ""), cell.get("prefix"))


def _lies(cell: Cell) -> bool:
    return cell["state"] in ("wins", "wins-if", "shadowed") or bool(cell.get("held"))


def _elsewhere(deployment: Deployment, kind: Kind, seen: Collection[Secret]) -> Iterator[Known]:
    """Secrets of all accounts and regions that no id of this deployment leads to."""
    places = {each for process in processes(deployment) for each in columns(deployment, process) if each.account}
    prefixes = {each.pk: each for each in Prefix.objects.select_related("account")}
    for prefix_id, name, key in SecretRecord.objects.order_by().values_list("prefix_id", "name", "key").iterator(CHUNK):
        prefix = prefixes.get(prefix_id)
        if prefix is not None and (prefix_id, name) not in seen and prefix.kind in (*KINDS, StoredKind.OTHER):
            held = Miss(prefix.kind, key, "", "", name, prefix_id, prefix.account.name, prefix.region)
            yield Known(
                kind if prefix.kind == StoredKind.OTHER else _kind(prefix.kind), key, _far(prefix, places), held
            )


def _kind(stored: str) -> Kind:
    return "variable" if stored == StoredKind.VARIABLE else "connection"


def _far(prefix: Prefix, places: Collection[Column]) -> Where:
    if any(each.covers(prefix) for each in places):
        return "other-prefix" if prefix.path else "prefix-missing"
    stores = {each.store for each in places if each.account == prefix.account.name}
    if not stores:
        return "other-account"
    return "other-region" if stores & {"", prefix.store_kind} else "other-store"
