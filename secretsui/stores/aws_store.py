"""What the stores of AWS have in common: how they ask, and how they page through a listing."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

from secretsui.cloud.edge import ask
from secretsui.cloud.sessions import Identity
from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import BadName, SecretInfo


class AwsStore(ABC):
    """A service of one account and region. Threads may share it; `calls` counts what was asked of AWS."""

    asked: ClassVar[str]  # the service, as the SDK names it

    def __init__(self, identity: Identity, workers: int) -> None:
        self.identity = identity
        self._workers = workers
        self._calls = 0
        self._counting = threading.Lock()

    @property
    def calls(self) -> int:
        return self._calls

    def _ask(
        self, operation: str, params: Mapping[str, Any], *, name: str = "", value: Sensitive | None = None
    ) -> dict[str, Any]:
        if ":" in name:  # an ARN, or a version: of a secret that another prefix may own
            raise BadName(name=name)
        with self._counting:
            self._calls += 1
        return ask(self.identity, operation, params, service=self.asked, name=name, value=value)

    def list(self, prefix: str) -> Iterator[Sequence[SecretInfo]]:
        """Reads one page ahead of its caller."""
        with ThreadPoolExecutor(1, thread_name_prefix=f"list-{self.asked}") as ahead:
            page, token = self._page(prefix, "")
            while token:
                following = ahead.submit(self._page, prefix, token)
                yield page
                page, token = following.result()
            yield page

    @abstractmethod
    def _page(self, prefix: str, token: str) -> tuple[Sequence[SecretInfo], str]:
        """What one call lists, and the token of the next page, "" after the last."""
