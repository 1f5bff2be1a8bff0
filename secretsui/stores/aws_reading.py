"""Reading many values: in batches, a few at a time, with an answer of its own for every name."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from secretsui.cloud.edge import Ask
from secretsui.cloud.sessions import Identity
from secretsui.cloud.translate import Fault, of_fault
from secretsui.stores import aws_entries
from secretsui.stores.base import Denied, Expired, StoreError, Throttled, Unavailable, Value

BATCH: Final = 20
Answers = dict[str, Value | StoreError]
# What concerns the service or our credentials, not one secret: asking for each secret alone would not help.
_GENERAL: Final = (Expired, Throttled, Unavailable)


class Reading:
    """One `read`: what its batches learn from each other.

    A batch that is refused as a whole is read one by one, and so are all after it. After `workers` batches in a row
    that failed for a general reason, which the SDK has retried already, the rest gets that error without being asked.
    """

    def __init__(self, ask: Ask, identity: Identity, workers: int) -> None:
        self._ask, self._identity, self._workers = ask, identity, workers
        self._one_by_one = False
        self._failures = 0
        self._last_failure: StoreError | None = None

    def batches(self, names: Sequence[str]) -> Iterator[Answers]:
        """In the order of `names`; at most two batches per worker are read ahead of the caller."""
        chunks = _chunks(names)
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
        token: dict[str, str] = {}
        try:
            while True:
                page = self._ask("batch_get_secret_value", {"SecretIdList": list(names), **token})
                answers |= self._answered(page, names)
                if not page.get("NextToken"):
                    break
                token = {"NextToken": page["NextToken"]}
        except _GENERAL as error:
            return dict.fromkeys(names, error) | answers
        except StoreError as refused:
            self._one_by_one = isinstance(refused, Denied)
        # Whatever the service left out is asked for alone, which says why.
        return answers | self._singles([name for name in names if name not in answers])

    def _answered(self, page: Mapping[str, Any], names: Sequence[str]) -> Answers:
        answers: Answers = {}
        for entry in page.get("SecretValues", ()):
            asked = entry["Name"] if entry["Name"] in names else entry["ARN"]
            answers[asked] = aws_entries.value(entry)
        for entry in page.get("Errors", ()):
            name = _asked(entry.get("SecretId", ""), names)
            answers[name] = of_fault(
                Fault(
                    code=entry.get("ErrorCode", ""),
                    message=entry.get("Message", ""),
                    operation="GetSecretValue",
                    identity=self._identity,
                    name=name,
                )
            )
        return {name: answer for name, answer in answers.items() if name in names}

    def _singles(self, names: Sequence[str]) -> Answers:
        answers: Answers = {}
        for name in names:
            answers[name] = self.single(name)
            if isinstance(answers[name], _GENERAL):
                return dict.fromkeys(names, answers[name]) | answers
        return answers

    def single(self, name: str) -> Value | StoreError:
        try:
            return aws_entries.value(self._ask("get_secret_value", {"SecretId": name}, name=name))
        except StoreError as error:
            return error


def _chunks(names: Sequence[str]) -> list[tuple[str, ...]]:
    once = list(dict.fromkeys(names))
    return [tuple(once[start : start + BATCH]) for start in range(0, len(once), BATCH)]


def _asked(secret_id: str, names: Sequence[str]) -> str:
    """The name of ours that an error speaks of, perhaps by its ARN, which ends in the name and six letters."""
    if secret_id in names:
        return secret_id
    tail = secret_id.split(":", 6)[-1]
    return next((name for name in names if tail in (name, f"{name}{tail[-7:]}")), secret_id)
