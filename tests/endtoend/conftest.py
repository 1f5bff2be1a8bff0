from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.endtoend.worker import Worker, empty_broker

Start = Callable[..., Worker]


@pytest.fixture
def start_worker(tmp_path: Path, transactional_db: None) -> Iterator[Start]:
    """Starts real workers, one after the other; all are gone afterwards."""
    empty_broker()
    started: list[Worker] = []
    with ExitStack() as stack:

        def start(*arguments: str, **environment: str) -> Worker:
            worker = Worker(tmp_path / f"worker-{len(started)}.log", *arguments, **environment)
            started.append(worker)
            return stack.enter_context(worker)

        yield start
    empty_broker()
