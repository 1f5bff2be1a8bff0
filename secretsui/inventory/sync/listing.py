"""Metadata: from the pages of a listing to records."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final, NamedTuple

from django.db import transaction
from django.utils import timezone

from secretsui.inventory import places
from secretsui.inventory.clean import fit, storable
from secretsui.inventory.models import Prefix, SecretRecord, spelt
from secretsui.inventory.search_text import compose
from secretsui.inventory.sync import summary
from secretsui.inventory.sync.progress import Progress
from secretsui.inventory.sync.upsert import KEY, upsert
from secretsui.inventory.sync.values import key
from secretsui.stores.base import Capabilities, SecretInfo

# How far the service's listing may be behind its other answers.
LAG: Final = timedelta(minutes=5)
# A value that was read so shortly after it changed is read again: the two clocks need not agree.
MARGIN: Final = timedelta(seconds=10)
# No prefix with an id of Airflow behind it is longer; what is, Airflow cannot look up.
LONGEST: Final = 512
# Raised where a record keeps something else of the same metadata, so that all are written again.
REVISION: Final = 2
TEXTS: Final = (
    *("arn", "description", "version_id", "kms_key_id", "owning_service", "primary_region", "value_type", "tier"),
)
FACTS: Final = (
    *(
        "rotation",
        "disabled",
        "created_at",
        "changed_at",
        "accessed_at",
        "rotated_at",
        "next_rotation_at",
        "deleted_at",
    ),
)
COLUMNS: Final = (*KEY, "key", *TEXTS, *FACTS, "tags", "search", "listing", "stale", "used_at")
_VERSION: Final = TEXTS.index("version_id")
_texts, _facts = attrgetter(*TEXTS), attrgetter(*FACTS)


class Known(NamedTuple):
    """A record as it was when the listing began."""

    pk: int
    listing: str
    stale: bool
    value_version: str
    fingerprint_key: str
    version_id: str
    changed_at: datetime | None
    value_read_at: datetime | None

    def has_read(self, info: SecretInfo) -> bool:
        """By the version; where the list tells none, by the date, if there is one."""
        if not self.value_version or self.fingerprint_key != key().id:
            return False
        if info.version_id:
            return self.value_version == info.version_id
        if info.changed_at is None or info.changed_at != self.changed_at or self.value_read_at is None:
            return False
        # Where the reading that followed a change failed, the record has lost its version.
        if self.version_id != self.value_version:
            return False
        return self.value_read_at > info.changed_at + MARGIN


class News(NamedTuple):
    """What a page says of one secret; `is_read` where its current value is known already."""

    info: SecretInfo
    digest: str
    is_read: bool = False

    def is_known(self, known: Known | None) -> bool:
        return known is not None and known.listing == self.digest


class There(NamedTuple):
    """What a record says as it is about to be written."""

    endpoint: str
    value_version: str
    changed_at: datetime | None
    described_at: datetime | None
    value_read_at: datetime | None
    used_at: datetime | None
    description: str
    tags: Mapping[str, str]
    kms_key_id: str
    tier: str

    def described(self, info: SecretInfo) -> SecretInfo:
        """With what only a description tells, as it was when there was one."""
        return replace(info, description=self.description, tags=self.tags, kms_key_id=self.kms_key_id, tier=self.tier)

    def is_ahead(self, info: SecretInfo, lately: datetime | None) -> bool:
        if not (lately and self.described_at and self.changed_at and info.changed_at):
            return False
        return self.described_at > lately and self.changed_at > info.changed_at

    def used(self, info: SecretInfo) -> datetime | None:
        """The last access that our own reading does not explain. Of a day on which we read, nobody can tell."""
        seen, ours = info.accessed_at, self.value_read_at
        if seen is None or (ours and (ours - LAG).date() <= seen.date() <= ours.date()):
            return self.used_at
        return max(seen, self.used_at or seen)


NOWHERE: Final = There("", "", None, None, None, None, "", {}, "", "")


class Listing:
    """One listing of a prefix, page by page; each page is written whole or not at all."""

    def __init__(self, prefix: Prefix, progress: Progress) -> None:
        self.prefix, self.progress = prefix, progress
        self._elsewhere = tuple(self._spelt(start) for start in places.narrower(prefix))
        rows = SecretRecord.objects.filter(prefix=prefix).order_by().values_list("name", "pk", *Known._fields[1:])
        self.unseen = {name: Known(*known) for name, *known in rows.iterator(2000)}

    def take(self, page: Iterable[SecretInfo], *, told: Capabilities) -> Sequence[str]:
        """The names whose values are new. `told` says what a page of this store tells."""
        infos = {each.name: each for each in page if self._belongs(each.name)}
        known = {name: self.unseen.pop(name) for name in infos if name in self.unseen}
        read = {name for name, each in known.items() if each.has_read(infos[name])}
        news = [News(info, digest(self.prefix, info), name in read) for name, info in infos.items()]
        changed = [each for each in news if not each.is_known(known.get(each.info.name))]
        confirmed = [each.pk for each in known.values() if each.stale]
        self.progress.listed += len(infos)
        if changed or confirmed or self.progress.is_due:
            self._write(changed, confirmed, told)
        return [name for name, info in infos.items() if name not in read and _has_value(info, told.lists_versions)]

    def _belongs(self, name: str) -> bool:
        return len(name) <= LONGEST and not self._spelt(name).startswith(self._elsewhere)

    def _spelt(self, name: str) -> str:
        return spelt(self.prefix.store_kind, name)

    def _write(self, changed: Sequence[News], confirmed: Sequence[int], told: Capabilities) -> None:
        with transaction.atomic():
            self.progress.save()
            write(self.prefix, changed, has_details=told.lists_details)
            if confirmed:
                SecretRecord.objects.filter(pk__in=confirmed).update(stale=False)


def write(prefix: Prefix, news: Sequence[News], *, certain: bool = False, has_details: bool = True) -> None:
    """Insert or update the records of these secrets; what is known of a value stays, and so do details without news.

    A listing may be behind: unless `certain`, a record that was asked for by itself lately and says more is kept.
    """
    names = [each.info.name for each in news]
    rows = SecretRecord.objects.filter(prefix=prefix, name__in=names).order_by()
    there = {name: There(*known) for name, *known in rows.values_list("name", *There._fields)}
    lately = None if certain else timezone.now() - LAG
    fresh = [(each, there.get(each.info.name, NOWHERE)) for each in news]
    kept = [(each, old) for each, old in fresh if not old.is_ahead(each.info, lately)]
    infos = (each.info if has_details else old.described(each.info) for each, old in kept)
    upsert(COLUMNS, [_row(prefix, each, info, old) for (each, old), info in zip(kept, infos, strict=True)])


def _row(prefix: Prefix, news: News, info: SecretInfo, old: There) -> Sequence[object]:
    texts = [fit(SecretRecord, field, text) for field, text in zip(TEXTS, _texts(info), strict=True)]
    if news.is_read and not info.version_id:
        texts[_VERSION] = old.value_version
    tags = {storable(key): storable(value) for key, value in info.tags.items()}
    search = compose(info.name, texts[TEXTS.index("description")], tags, old.endpoint)
    return (
        prefix.pk,
        info.name,
        prefix.key_of(info.name),
        *texts,
        *_facts(info),
        tags,
        search,
        news.digest,
        False,
        old.used(info),
    )


def digest(prefix: Prefix, info: SecretInfo) -> str:
    facts = (REVISION, prefix.start, _texts(info), _facts(info), sorted(info.tags.items()))
    return hashlib.blake2b(repr(facts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _has_value(info: SecretInfo, lists_versions: bool) -> bool:
    """Whether there may be a value to read. A version that is not told where others are is none, unless nothing is."""
    if info.deleted_at or info.disabled:
        return False
    return bool(info.version_id) or not lists_versions or not (info.created_at or info.changed_at)


def remove_missing(listing: Listing) -> None:
    """After a complete listing: what it did not have is gone, and what lies here belongs to no wider prefix."""
    lately = timezone.now() - LAG
    with transaction.atomic():
        listing.progress.save()
        for some in _slices(listing.unseen):
            # Too new for the listing, perhaps; if it is gone, it will be missing again next time.
            SecretRecord.objects.filter(pk__in=some).exclude(described_at__gt=lately).delete()
        for wider in places.wider(listing.prefix):
            _hand_over(wider, listing.prefix.start)


def mark_missing(listing: Listing) -> None:
    """After a listing that broke off: what it did not reach stays, marked as not confirmed."""
    with transaction.atomic():
        listing.progress.save()
        for some in _slices(listing.unseen):
            SecretRecord.objects.filter(pk__in=some).update(stale=True)


def _hand_over(wider: Prefix, start: str) -> None:
    begins = "startswith" if spelt(wider.store_kind, "A") == "A" else "istartswith"
    deleted, _ = SecretRecord.objects.filter(prefix=wider, **{f"name__{begins}": start}).delete()
    if deleted:
        Prefix.objects.filter(pk=wider.pk).update(summary=summary.count(wider))


def _slices(unseen: dict[str, Known]) -> Iterator[Sequence[int]]:
    ids = [each.pk for each in unseen.values()]
    return (ids[start : start + 500] for start in range(0, len(ids), 500))
