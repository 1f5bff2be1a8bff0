"""One refresh of one prefix, from its claim to its end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from django.db import Error, connection
from django.utils import timezone

from secretsui.inventory import allowance
from secretsui.inventory.models import Refresh
from secretsui.inventory.sync.ahead import ahead
from secretsui.inventory.sync.closing import Ending, Failure, close, close_as_failed
from secretsui.inventory.sync.listing import Listing, mark_missing, remove_missing
from secretsui.inventory.sync.progress import Closed, Counting, Progress, heartbeat
from secretsui.inventory.sync.reading import Reading
from secretsui.stores.base import Capabilities, SecretInfo, StoreError, Value

logger = logging.getLogger(__name__)

PAGES_AHEAD: Final = 20
NOT_WRITTEN: Final = Failure(
    "The records could not be written; they are as before or newer.",
    "Check the database and the space on its disk, then refresh again.",
)
CRASHED: Final = Failure(
    "The refresh stopped on an error of its own; the records are as before or newer.",
    "Refresh again; if it stays, the worker's log names the place.",
)


class Source(Counting, Protocol):
    """What a refresh needs of a store."""

    @property
    def capabilities(self) -> Capabilities: ...

    def list(self, prefix: str) -> Iterator[Sequence[SecretInfo]]: ...

    def read(self, names: Sequence[str]) -> Iterator[Mapping[str, Value | StoreError]]: ...


def run(refresh: Refresh, store: Source, watch: Callable[[Progress], None] | None = None) -> Refresh:
    """The refresh as it ended. One that is not queued any more (a task delivered twice) is left alone.

    A `StoreError` or a database error becomes the row's state and words; it is not raised.
    """
    try:
        if _claim(refresh):
            with heartbeat(refresh):
                close(refresh, _work(refresh, store, watch))
    except Closed:
        logger.warning("refresh was closed by somebody else refresh=%s", refresh.pk)
    except Error:
        logger.exception("refresh failed on the database refresh=%s", refresh.pk)
        _close_if_possible(refresh, NOT_WRITTEN)
    except BaseException:
        _close_if_possible(refresh, CRASHED)
        raise
    return refresh


def _claim(refresh: Refresh) -> bool:
    now = timezone.now()
    queued = Refresh.objects.filter(pk=refresh.pk, state=Refresh.State.QUEUED)
    claimed = queued.update(state=Refresh.State.RUNNING, started_at=now, beat_at=now)
    refresh.refresh_from_db()
    return bool(claimed)


def _work(refresh: Refresh, store: Source, watch: Callable[[Progress], None] | None) -> Ending:
    prefix, progress = refresh.prefix, Progress(refresh, store, watch=watch)
    listing, reading = Listing(prefix, progress), Reading(prefix, store, progress)
    try:
        told = store.capabilities
        for page in ahead(store.list(prefix.start), PAGES_AHEAD):
            allowance.take(prefix, "list")
            reading.want(listing.take(page, told=told))
    except StoreError as error:
        mark_missing(listing)
        state = Refresh.State.PARTIAL if progress.listed else Refresh.State.FAILED
        return Ending(state, Failure.of(error))
    remove_missing(listing)
    reading.finish()
    progress.save()
    state = Refresh.State.PARTIAL if reading.broke_off else Refresh.State.DONE
    return Ending(state, _unread(reading), listed=True)


def _unread(reading: Reading) -> Failure | None:
    error, progress = reading.error, reading.progress
    if error is None:
        return None
    left = progress.unreadable + progress.to_read - progress.read
    words = f"{left} of {progress.to_read} new values could not be read. {error.sentence}"
    return Failure(words, error.remedy, error.code, error.kind)


def _close_if_possible(refresh: Refresh, failure: Failure) -> None:
    """Where not even this can be written, the sweep closes the refresh later."""
    try:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        close_as_failed(refresh, failure)
    except Error:
        logger.exception("refresh left to the sweep refresh=%s", refresh.pk)
