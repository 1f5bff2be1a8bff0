"""The values of one refresh: asked for where they are new, and written a few hundred at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from django.db import transaction

from secretsui.inventory import allowance
from secretsui.inventory.models import Prefix
from secretsui.inventory.sync import values
from secretsui.inventory.sync.progress import Progress
from secretsui.inventory.sync.values import Answer, Known, Unread
from secretsui.stores.base import Capabilities, StoreError

# So many names are asked of the store at once (a multiple of every store's batches), and so many answers are written in
# one transaction.
ASKED: Final = 1000
WRITTEN: Final = 400
# What concerns the whole store: the rest need not be asked.
GENERAL: Final = ("throttled", "expired", "unavailable")


class Reader(Protocol):
    @property
    def capabilities(self) -> Capabilities: ...

    def read(self, names: Sequence[str]) -> Iterator[Mapping[str, Answer]]: ...


class Reading:
    """`error` is the first that was met, `broke_off` whether it concerned all, so that the rest was not asked."""

    def __init__(self, prefix: Prefix, store: Reader, progress: Progress) -> None:
        self.prefix, self.store, self.progress = prefix, store, progress
        self.error: StoreError | None = None
        self.broke_off = False
        self._wanted: list[str] = []

    def want(self, names: Sequence[str]) -> None:
        """Reads them as soon as there are enough, so that no call to the service is less than full."""
        self.progress.to_read += len(names)
        self._wanted += names
        while len(self._wanted) >= ASKED:
            self._ask()

    def finish(self) -> None:
        """Reads the rest."""
        while self._wanted:
            self._ask()

    def _ask(self) -> None:
        names, self._wanted = self._wanted[:ASKED], self._wanted[ASKED:]
        if self.broke_off:
            return
        try:
            allowance.take(self.prefix, "read", math.ceil(len(names) / self.store.capabilities.batch_size))
            self._read(names)
        except StoreError as error:
            self.error, self.broke_off = error, True

    def _read(self, names: Sequence[str]) -> None:
        waiting: dict[str, Known | Unread] = {}
        for batch in self.store.read(names):
            for name, answer in batch.items():
                self._note(answer)
                waiting[name] = values.learn(answer, self.prefix.kind, self.prefix.store_kind)
            if len(waiting) >= WRITTEN:
                self._write(waiting)
                waiting = {}
        self._write(waiting)

    def _note(self, answer: Answer) -> None:
        if not isinstance(answer, StoreError):
            return
        self.progress.unreadable += 1
        general = answer.kind in GENERAL
        if self.error is None or (general and not self.broke_off):
            self.error = answer
        self.broke_off = self.broke_off or general

    def _write(self, learned: Mapping[str, Known | Unread]) -> None:
        if learned:
            self.progress.read += len(learned)
            with transaction.atomic():
                self.progress.save()
                values.write(self.prefix, learned)
