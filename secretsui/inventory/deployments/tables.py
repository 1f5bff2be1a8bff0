"""The rows that answers are made from: all of a deployment's in memory, or each as it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Protocol, cast

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Lower, Replace

from secretsui.core.backends.source import Kind
from secretsui.inventory.deployments.told import Entry, Record
from secretsui.inventory.models import (
    Deployment,
    EnvSource,
    LayerEntry,
    LayerPlace,
    LayerState,
    Prefix,
    Refresh,
    SecretRecord,
    spelt,
)

_OF_RECORD: Final = Record._fields
_OF_ENTRY: Final = Entry._fields
CHUNK: Final = 2000
VAULT: Final = Prefix.StoreKind.VAULT


@dataclass(frozen=True, slots=True)
class Listed:
    """What a prefix says of the names that begin with `start`; `problem` if its last listing broke off."""

    id: int
    account_id: int
    region: str
    store: str
    start: str
    kind: str
    as_of: datetime | None
    problem: str

    def holds(self, name: str) -> bool:
        return spelt(self.store, name).startswith(spelt(self.store, self.start))


class Tables(Protocol):
    @property
    def prefixes(self) -> Sequence[Listed]:
        """Of the accounts and regions in which backends of the deployment look, the longest beginnings first."""
        ...

    @property
    def sources(self) -> Sequence[EnvSource]: ...

    @property
    def states(self) -> Mapping[tuple[str, str], LayerState]: ...

    def record(self, prefix: Listed, name: str) -> Record | None: ...

    def entry(self, source_id: int | None, kind: str, name: str) -> Entry | None: ...

    def misspelt(self, source_id: int, kind: str, name: str) -> Entry | None:
        """One that would have this name if it were in capitals."""
        ...

    def ids_like(self, name: str) -> Sequence[tuple[Kind, str]]:
        """Those of the matrix that differ from it in nothing but case and dashes for underscores."""
        ...


class _Small:
    """What is small enough to be read at once in any case."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment

    @cached_property
    def prefixes(self) -> Sequence[Listed]:
        places = self.deployment.places.values_list("account_id", "region").distinct()
        where = Q(pk__in=[])
        for account_id, region in places:
            where |= Q(account_id=account_id) & (Q(region=region) | Q(store_kind=VAULT))
        return listed(Prefix.objects.filter(where))

    @cached_property
    def sources(self) -> Sequence[EnvSource]:
        return list(self.deployment.sources.all())

    @cached_property
    def states(self) -> Mapping[tuple[str, str], LayerState]:
        return {(each.layer, each.kind): each for each in self.deployment.layer_states.all()}

    def ids_like(self, name: str) -> Sequence[tuple[Kind, str]]:
        spelt = Replace(Lower("key"), Value("_"), Value("-"))
        rows = self.deployment.rows.order_by("key").annotate(spelt=spelt).filter(spelt=name.lower().replace("_", "-"))
        return [(cast("Kind", kind), key) for kind, key in rows.values_list("kind", "key").distinct()]


def looking_at(prefix: Prefix) -> QuerySet[Deployment]:
    """The deployments with a backend that looks things up in the account and region of this prefix."""
    there = LayerPlace.objects.filter(account=prefix.account_id)
    if prefix.store_kind != VAULT:  # which has its mounts named by kwargs and ids
        there = there.filter(region=prefix.region)
    return Deployment.objects.filter(pk__in=there.values("deployment"))


def listed(prefixes: QuerySet[Prefix]) -> Sequence[Listed]:
    ended = Refresh.objects.filter(prefix=OuterRef("pk")).exclude(state__in=Refresh.ACTIVE).order_by("-id")
    found = [_listed(each) for each in prefixes.annotate(began=Subquery(ended.values("started_at")[:1]))]
    return sorted(found, key=lambda each: -len(each.start))


def _listed(prefix: Prefix) -> Listed:
    """A refresh that listed everything and then could not read some values has moved `as_of` on to its beginning."""
    broke_off = bool(prefix.problem) and getattr(prefix, "began", None) != prefix.as_of
    problem = "listing-failed" if broke_off else ""
    facts = prefix.pk, prefix.account_id, prefix.region, prefix.store_kind
    return Listed(*facts, prefix.start, prefix.kind, prefix.as_of, problem)


class Everything(_Small):
    """For whole matrices: two queries, whatever the number of ids."""

    @cached_property
    def records(self) -> Mapping[int, Mapping[str, Record]]:
        found: dict[int, dict[str, Record]] = {each.id: {} for each in self.prefixes}
        stores = {each.id: each.store for each in self.prefixes}
        rows = SecretRecord.objects.filter(prefix__in=list(found)).order_by().values_list(*_OF_RECORD)
        for row in rows.iterator(CHUNK):
            found[row[0]][spelt(stores[row[0]], row[1])] = Record(*row)
        return found

    @cached_property
    def entries(self) -> Mapping[tuple[int | None, str], Mapping[str, Entry]]:
        found: dict[tuple[int | None, str], dict[str, Entry]] = {}
        rows = LayerEntry.objects.filter(deployment=self.deployment).order_by().values_list(*_OF_ENTRY)
        for row in rows.iterator(CHUNK):
            entry = Entry(*row)
            found.setdefault((entry.source_id, entry.kind), {})[entry.name] = entry
        return found

    @cached_property
    def _misspelt(self) -> Mapping[tuple[int | None, str, str], Entry]:
        return {
            (*where, name.upper()): entry
            for where, entries in self.entries.items()
            for name, entry in entries.items()
            if where[0] is not None and name != name.upper()
        }

    def record(self, prefix: Listed, name: str) -> Record | None:
        return self.records[prefix.id].get(spelt(prefix.store, name))

    def entry(self, source_id: int | None, kind: str, name: str) -> Entry | None:
        return self.entries.get((source_id, kind), {}).get(name)

    def misspelt(self, source_id: int, kind: str, name: str) -> Entry | None:
        return self._misspelt.get((source_id, kind, name)) if self._misspelt else None


class OneByOne(_Small):
    """For one id: a query for each question, each asked once."""

    def __init__(self, deployment: Deployment) -> None:
        super().__init__(deployment)
        self._records: dict[tuple[int, str], Record | None] = {}
        self._entries: dict[tuple[int | None, str, str], Sequence[Entry]] = {}

    def record(self, prefix: Listed, name: str) -> Record | None:
        at = (prefix.id, name)
        if at not in self._records:
            alike = Q(name__iexact=name) if spelt(prefix.store, "A") == "a" else Q(name=name)
            row = SecretRecord.objects.filter(alike, prefix=prefix.id).values_list(*_OF_RECORD).first()
            self._records[at] = Record(*row) if row else None
        return self._records[at]

    def entry(self, source_id: int | None, kind: str, name: str) -> Entry | None:
        return next((each for each in self._like(source_id, kind, name) if each.name == name), None)

    def misspelt(self, source_id: int, kind: str, name: str) -> Entry | None:
        return next((each for each in self._like(source_id, kind, name) if each.name != name), None)

    def _like(self, source_id: int | None, kind: str, name: str) -> Sequence[Entry]:
        at = (source_id, kind, name)
        if at not in self._entries:
            alike = Q(name=name) if source_id is None else Q(name__iexact=name)
            there = LayerEntry.objects.filter(alike, deployment=self.deployment, source=source_id, kind=kind)
            self._entries[at] = [Entry(*row) for row in there.values_list(*_OF_ENTRY)]
        return self._entries[at]
