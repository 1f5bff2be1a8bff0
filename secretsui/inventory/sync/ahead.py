"""Fetching ahead: the store answers while we are busy with what it answered before."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import Empty, Full, Queue
from typing import Final, Generic, TypeVar

T = TypeVar("T")
_PATIENCE: Final = 0.1


class _End:
    """After the last item; with the error that ended the source, if one did."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class _Fetcher(Generic[T]):
    def __init__(self, source: Iterator[T], depth: int) -> None:
        self._source = source
        self.items: Queue[T | _End] = Queue(depth)
        self._unwanted = threading.Event()
        self._thread = threading.Thread(target=self._fetch, name="fetch-ahead", daemon=True)
        self._thread.start()

    def _fetch(self) -> None:
        end = _End()
        try:
            for item in self._source:
                if not self._put(item):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again where the items are taken
            end = _End(error)
        self._put(end)

    def _put(self, item: T | _End) -> bool:
        while not self._unwanted.is_set():
            try:
                self.items.put(item, timeout=_PATIENCE)
            except Full:
                continue
            return True
        return False

    def stop(self) -> None:
        self._unwanted.set()
        while not self.items.empty():
            try:
                self.items.get_nowait()
            except Empty:
                break
        self._thread.join()


def ahead(source: Iterator[T], depth: int) -> Iterator[T]:
    """The items of `source`, of which a thread fetches up to `depth` before they are asked for; then its error, if any.

    `source` runs in that thread and so must not use the database.
    """
    fetcher = _Fetcher(source, depth)
    try:
        while not isinstance(item := fetcher.items.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        fetcher.stop()
