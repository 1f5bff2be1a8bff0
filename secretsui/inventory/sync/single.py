"""One record, brought up to date by itself: after an edit, or when somebody looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from secretsui.inventory.deployments import triggers
from secretsui.inventory.models import Prefix, SecretRecord, spelt
from secretsui.inventory.sync import listing, summary, values
from secretsui.inventory.sync.reading import Reader
from secretsui.inventory.sync.values import Known, Unread
from secretsui.stores.base import NotFound, SecretInfo

Learned = Mapping[str, Known | Unread]


class Source(Reader, Protocol):
    def describe(self, name: str) -> SecretInfo: ...


def refresh_one(prefix: Prefix, name: str, store: Source) -> SecretRecord | None:
    """The record as the store has the secret now; None, and no record any more, where there is none."""
    name = _indexed(prefix, name)
    try:
        info = replace(store.describe(name), name=name)
    except NotFound:
        _forget(prefix, name)
        triggers.secret_changed(prefix, name)
        return None
    learned = _learned(prefix, info, store)
    with transaction.atomic():
        record = _save(prefix, info, learned)
    triggers.secret_changed(prefix, name)
    return record


def _indexed(prefix: Prefix, name: str) -> str:
    """As the index spells it: another spelling must not become another record."""
    if spelt(prefix.store_kind, "A") == "A":
        return name
    known = SecretRecord.objects.filter(prefix=prefix, name__iexact=name).values_list("name", flat=True).first()
    return known or name


def mark_stale(prefix: Prefix, name: str) -> None:
    """What the record says may be wrong now."""
    found = SecretRecord.objects.filter(prefix=prefix, name=_indexed(prefix, name))
    with transaction.atomic():
        before = summary.facts_of(found.select_for_update())
        if before and found.update(stale=True):
            summary.replace(prefix, before, summary.facts_of(found))
    triggers.secret_changed(prefix, name)


def _forget(prefix: Prefix, name: str) -> None:
    found = SecretRecord.objects.filter(prefix=prefix, name=name)
    with transaction.atomic():
        before = summary.facts_of(found.select_for_update())
        if before:
            found.delete()
            summary.replace(prefix, before, None)


def _learned(prefix: Prefix, info: SecretInfo, store: Source) -> Learned:
    """What is new of the value; nothing is asked where nothing can be."""
    lists_versions = store.capabilities.lists_versions
    if info.deleted_at or info.disabled or (lists_versions and not info.version_id) or _is_read(prefix, info):
        return {}
    read = store.read([info.name])
    kinds = prefix.kind, prefix.store_kind
    return {name: values.learn(answer, *kinds) for batch in read for name, answer in batch.items()}


def _is_read(prefix: Prefix, info: SecretInfo) -> bool:
    """Where no version is told, by no means: a date that has just been given may not be new enough."""
    if not info.version_id:
        return False
    read = SecretRecord.objects.filter(prefix=prefix, name=info.name, value_version=info.version_id)
    return read.filter(fingerprint_key=values.key().id).exists()


def _save(prefix: Prefix, info: SecretInfo, learned: Learned) -> SecretRecord:
    known = SecretRecord.objects.select_for_update().filter(prefix=prefix, name=info.name)
    before = summary.facts_of(known)
    listing.write(prefix, [listing.News(info, listing.digest(prefix, info))], certain=True)
    values.write(prefix, learned)
    known.update(described_at=timezone.now())
    summary.replace(prefix, before, summary.facts_of(known))
    return known.get()
