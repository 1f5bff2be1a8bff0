"""The ids that a pattern is tried on: what lies in the backend, and what is known from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from secretsui.core.backends import parameter_store, secrets_manager
from secretsui.core.backends.prefixes import PLURALS
from secretsui.core.backends.source import Kind
from secretsui.core.lookup_pattern import Other, near_misses
from secretsui.core.setup.answers import CLASS_PATHS
from secretsui.core.versions import at_least
from secretsui.inventory.deployments.columns import TITLES, Column, columns
from secretsui.inventory.deployments.settings import airflow_of, processes, settings_of
from secretsui.inventory.models import Deployment, Prefix, ResolvedRow, SecretRecord
from secretsui.web.settings_form import DEPLOYMENT, PREFIX

CHUNK: Final = 2000
BESIDE: Final = "prefix"
_BACKENDS: Final = ("backend", "worker-backend")
_LIES: Final = ("wins", "wins-if", "shadowed")
_STORES: Final = {
    path: name if name != "shared-account" else secrets_manager.STORE for name, path in CLASS_PATHS.items()
}


@dataclass(frozen=True, slots=True)
class Ids:
    """`now` is the pattern of today where it is known, `per_miss` the calls of a lookup in vain.

    `is_whole`: nothing that lies in the backend is missing, as far as is known. `excluded` where the backend is shared:
    its second account is asked whatever the pattern says.
    """

    kind: Kind
    stored: Sequence[str]
    others: Sequence[Other]
    store: str
    now: str | None = None
    per_miss: int = 1
    is_whole: bool = True
    is_shared: bool = False

    @property
    def takes_patterns(self) -> bool:
        return self.store in (secrets_manager.STORE, parameter_store.STORE)


def ids_of(asked: str, kind: str, prefixes: Sequence[Prefix], deployments: Sequence[Deployment]) -> Ids:
    if asked.startswith(PREFIX):
        return _of_prefix(next(each for each in prefixes if str(each.pk) == asked.removeprefix(PREFIX)), prefixes)
    found = next(each for each in deployments if each.name == asked.removeprefix(DEPLOYMENT))
    return _of_deployment(found, "variable" if kind == "variable" else "connection")


def _of_prefix(prefix: Prefix, prefixes: Sequence[Prefix]) -> Ids:
    """Ids that are nearly the same lie under the other prefixes of this kind."""
    beside = [each for each in prefixes if each.kind == prefix.kind and each != prefix]
    stored = list(_keys([prefix]))
    near = near_misses(set(stored), [Other(key, BESIDE) for key in _keys(beside)])
    kind: Kind = "variable" if prefix.kind == "variable" else "connection"
    others = [each for each in near if each.near]
    return Ids(kind, stored, others, prefix.store_kind, is_whole=prefix.complete and not prefix.problem)


def _keys(prefixes: Sequence[Prefix]) -> Iterator[str]:
    alive = SecretRecord.objects.filter(prefix__in=prefixes, deleted_at=None).order_by()
    return alive.values_list("key", flat=True).iterator(CHUNK)


def _of_deployment(found: Deployment, kind: Kind) -> Ids:
    settings, process = settings_of(found), processes(found)[-1]
    backend = (settings.worker_backend if process == "task" else None) or settings.backend
    now = backend.kwargs.get(f"{PLURALS[kind]}_lookup_pattern") if backend else None
    layers = columns(found, process)
    rows = ResolvedRow.objects.filter(deployment=found, kind=kind, process=process).order_by()
    stored, others = [], []
    for key, cells in rows.values_list("key", "cells").iterator(CHUNK):
        lying = [column for column, cell in zip(layers, cells, strict=False) if _lies(cell)]
        if any(column.layer in _BACKENDS for column in lying):
            stored.append(key)
        elif lying:
            others.append(Other(key, _layer(lying)))
    path = backend.class_path if backend else ""
    return Ids(
        kind,
        stored,
        near_misses(set(stored), others),
        _STORES.get(path, ""),
        now if isinstance(now, str) else "",
        2 if at_least(airflow_of(found), "3") else 1,
        found.resolved_at is not None,
        path == CLASS_PATHS["shared-account"],
    )


def _lies(cell: dict[str, object]) -> bool:
    return cell["state"] in _LIES or bool(cell.get("held"))


def _layer(lying: Sequence[Column]) -> str:
    return next((each.layer for each in lying if each.layer in TITLES), lying[0].layer)
