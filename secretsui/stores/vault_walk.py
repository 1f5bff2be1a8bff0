"""Walking the folders of a mount: Vault lists one at a time, and names only."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from secretsui.stores.base import SecretInfo

WORKERS: Final = 8
PAGE: Final = 25


@dataclass(frozen=True, slots=True)
class Found:
    """Of one step: a page, and what has to be asked next."""

    infos: Sequence[SecretInfo] = ()
    folders: Sequence[str] = ()
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Walk:
    """`keys` lists a folder, whose own folders end in a slash; `infos` tells of names."""

    keys: Callable[[str], Sequence[str]]
    infos: Callable[[Sequence[str]], Sequence[SecretInfo]]
    prefix: str

    def pages(self) -> Iterator[Sequence[SecretInfo]]:
        """At most two steps per worker are ahead of the caller. Names go before folders, so that little waits."""
        folder = self.prefix[: self.prefix.rfind("/") + 1]
        todo: deque[str | Sequence[str]] = deque([folder])
        flying: deque[Future[Found]] = deque()
        pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="walk-vault")
        try:
            while todo or flying:
                while todo and len(flying) < 2 * WORKERS:
                    flying.append(pool.submit(self._step, todo.popleft()))
                found = flying.popleft().result()
                todo.extend(found.folders)
                todo.extendleft(_chunks(found.names))
                if found.infos:
                    yield found.infos
        finally:
            pool.shutdown(cancel_futures=True)

    def _step(self, what: str | Sequence[str]) -> Found:
        if not isinstance(what, str):
            return Found(infos=self.infos(what))
        paths = [what + key for key in self.keys(what)]
        return Found(
            folders=[each for each in paths if each.endswith("/") and each.startswith(self.prefix[: len(each)])],
            names=[each for each in paths if not each.endswith("/") and each.startswith(self.prefix)],
        )


def _chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + PAGE] for start in range(0, len(names), PAGE))
