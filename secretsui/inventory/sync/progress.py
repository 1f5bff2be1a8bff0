"""How far a refresh is, for whoever watches, and its signs of life."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from django.db import Error, connections
from django.db.models import Model
from django.utils import timezone

from secretsui.inventory.models import Refresh

logger = logging.getLogger(__name__)

SAVE_SECONDS: Final = 0.5
BEAT_SECONDS: Final = 20.0
# After this long the beats end, so that the sweep closes what hangs.
LONGEST_SECONDS: Final = 4 * 3600.0


class Closed(Exception):
    """The refresh was closed by somebody else, say the sweep: its worker must not write any more."""


class Counting(Protocol):
    @property
    def calls(self) -> int:
        """How much was asked of the service."""
        ...


@dataclass
class Progress:
    refresh: Refresh
    store: Counting
    listed: int = 0
    to_read: int = 0
    read: int = 0
    unreadable: int = 0
    saved_at: float = 0.0
    watch: Callable[[Progress], None] | None = None  # of whoever shows the refresh as a part of something else

    @property
    def is_due(self) -> bool:
        return time.monotonic() - self.saved_at > SAVE_SECONDS

    def save(self) -> None:
        """Call it first in every transaction that writes records: it makes sure that the refresh is still ours."""
        mine = Refresh.objects.filter(pk=self.refresh.pk, state=Refresh.State.RUNNING)
        if not mine.update(
            listed=self.listed,
            to_read=self.to_read,
            read=self.read,
            unreadable=self.unreadable,
            calls=self.store.calls,
            beat_at=timezone.now(),
        ):
            raise Closed
        self.saved_at = time.monotonic()
        if self.watch:
            self.watch(self)


@contextmanager
def heartbeat(job: Model, alive: str = Refresh.State.RUNNING) -> Iterator[None]:
    """Signs of life (`beat_at`) also while the store or Airflow lets us wait, from a thread of their own.

    They end when the row's state is not `alive` any more.
    """
    stop = threading.Event()
    arguments = (type(job), job.pk, alive, stop)
    thread = threading.Thread(target=_beat, args=arguments, name=f"heartbeat-{job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _beat(table: type[Model], job_id: int, alive: str, stop: threading.Event) -> None:
    left = LONGEST_SECONDS
    while left > 0 and not stop.wait(BEAT_SECONDS):
        left -= BEAT_SECONDS
        try:
            table._default_manager.filter(pk=job_id, state=alive).update(beat_at=timezone.now())  # noqa: SLF001 - documented API
        except Error:
            logger.exception("no sign of life written %s=%s", table.__name__.lower(), job_id)
        finally:
            connections.close_all()
