"""Reading many values: in batches, a few at a time, with an answer of its own for every name."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from secretsui.stores.base import Denied, Expired, StoreError, Throttled, Unavailable, Value

Answers = dict[str, Value | StoreError]
# What concerns the service or our credentials, not one secret: asking for each secret alone would not help.
_GENERAL: Final = (Expired, Throttled, Unavailable)


@dataclass(frozen=True, slots=True)
class Ways:
    """How a service is asked for values: for some at once, page by page, and for one."""

    batch: Callable[[Sequence[str]], Iterator[Mapping[str, Value | StoreError]]]
    single: Callable[[str], Value]
    size: int  # names in a batch


class Reading:
    """One `read`: what its batches learn from each other.

    A batch that is refused as a whole is read one by one, and so are all after it. After `workers` batches in a row
    that failed for a general reason, which the SDK has retried already, the rest gets that error without being asked.
    """

    def __init__(self, ways: Ways, workers: int) -> None:
        self._ways, self._workers = ways, workers
        self._one_by_one = False
        self._failures = 0
        self._last_failure: StoreError | None = None

    def batches(self, names: Sequence[str]) -> Iterator[Answers]:
        """In the order of `names`; at most two batches per worker are read ahead of the caller."""
        chunks = _chunks(names, self._ways.size)
        if len(chunks) <= 1:
            yield from map(self._chunk, chunks)
            return
        waiting: deque[Future[Answers]] = deque()
        pool = ThreadPoolExecutor(min(self._workers, len(chunks)), thread_name_prefix="read-secrets")
        try:
            for chunk in chunks:
                waiting.append(pool.submit(self._chunk, chunk))
                if len(waiting) >= 2 * self._workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _chunk(self, names: Sequence[str]) -> Answers:
        if self._failures >= self._workers and self._last_failure is not None:
            return dict.fromkeys(names, self._last_failure)
        answers = self._singles(names) if self._one_by_one or len(names) == 1 else self._batch(names)
        general = next((each for each in answers.values() if isinstance(each, _GENERAL)), None)
        self._failures = self._failures + 1 if general is not None else 0
        self._last_failure = general
        return answers

    def _batch(self, names: Sequence[str]) -> Answers:
        answers: Answers = {}
        try:
            for page in self._ways.batch(names):
                answers |= {name: answer for name, answer in page.items() if name in names}
        except _GENERAL as error:
            return dict.fromkeys(names, error) | answers
        except StoreError as refused:
            self._one_by_one = isinstance(refused, Denied)
        # Whatever the service left out is asked for alone, which says why.
        return answers | self._singles([name for name in names if name not in answers])

    def _singles(self, names: Sequence[str]) -> Answers:
        answers: Answers = {}
        for name in names:
            answers[name] = self.single(name)
            if isinstance(answers[name], _GENERAL):
                return dict.fromkeys(names, answers[name]) | answers
        return answers

    def single(self, name: str) -> Value | StoreError:
        try:
            return self._ways.single(name)
        except StoreError as error:
            return error


def _chunks(names: Sequence[str], size: int) -> list[tuple[str, ...]]:
    once = list(dict.fromkeys(names))
    return [tuple(once[start : start + size]) for start in range(0, len(once), size)]
