"""Looks for canaries in whatever it is shown, and keeps a list of those that got out."""

from __future__ import annotations

import io
import logging
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from secretsui.logs import JsonFormatter, LineFormatter
from tests.canary.canaries import Finder
from tests.canary.places import Find, opened


class Watch:
    def __init__(self, names: Collection[str]) -> None:
        self.names = frozenset(names)
        self._finder = Finder(names)
        self.leaks: list[str] = []

    def look(self, where: str, content: str | bytes, *, allowed: Collection[str] = ()) -> set[str]:
        """The names of the canaries in it; those that are not `allowed` are leaks."""
        raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        found = self._finder.find(raw)
        self.leaks += [f"{name} ({encoding}) in {where}" for name, encoding in sorted(found) if name not in allowed]
        return {name for name, _ in found}

    def look_at(self, finds: Iterable[Find]) -> None:
        for where, content in finds:
            self.look(where, content)

    def answer(self, where: str, response: Any, *, allowed: Collection[str] = ()) -> set[str]:
        """As `look`, for a whole HTTP answer: only its body may hold what is allowed, and no cache may keep it."""
        for header, value in response.headers.items():
            self.look(f"header {header} of {where}", str(value))
        for cookie in response.cookies.values():
            self.look(f"cookie {cookie.key} of {where}", cookie.value)
            self.look(f"cookie {cookie.key}, opened, of {where}", opened(cookie.value))
        body = b"".join(response.streaming_content) if response.streaming else response.content
        found = self.look(f"body of {where}", body, allowed=allowed)
        if found and "no-store" not in response.headers.get("Cache-Control", ""):
            self.leaks.append(f"{', '.join(sorted(found))} may be kept by caches: {where}")
        return found


@contextmanager
def listening() -> Iterator[list[io.StringIO]]:
    """Everything that is logged, as SECRETSUI_LOG_LEVEL=DEBUG would show it, in both formats."""
    root, streams = logging.getLogger(), [io.StringIO(), io.StringIO()]
    handlers = [logging.StreamHandler(stream) for stream in streams]
    before = root.level
    for handler, formatter in zip(handlers, (LineFormatter(), JsonFormatter()), strict=True):
        handler.setFormatter(formatter)
        root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield streams
    finally:
        root.setLevel(before)
        for handler in handlers:
            root.removeHandler(handler)
