from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from secretsui.core.codec import Dialect
from tests.airflow_live.environments import LAB, Generation, NoAirflow, airflow_python
from tests.airflow_live.servers import airflow2, airflow3  # noqa: F401 - fixtures
from tests.needs import need

Ask = Callable[[Dialect, Sequence[Mapping[str, Any]]], list[dict[str, Any]]]

GENERATIONS: Mapping[Dialect, Generation] = {"2.11": 2, "3.3": 3, "3.3-sdk": 3}


@pytest.fixture(scope="package")
def ask_airflow() -> Iterator[Ask]:
    """Questions in, the answers of the real Airflow out, in order. Each is started once, which takes seconds."""
    started: dict[Dialect, Oracle] = {}

    def ask(dialect: Dialect, questions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        if dialect not in started:
            started[dialect] = Oracle(_python_of(dialect))
        impl = {"impl": "sdk"} if dialect == "3.3-sdk" else {}
        return started[dialect].ask([json.dumps({**question, **impl}) for question in questions])

    yield ask
    for oracle in started.values():
        oracle.stop()


def _python_of(dialect: Dialect) -> Path:
    try:
        return airflow_python(GENERATIONS[dialect])
    except NoAirflow as reason:
        need(False, f"no Airflow to compare with: {reason}")
        raise


class Oracle:
    """A process with an Airflow in it, which answers line by line."""

    def __init__(self, python: Path) -> None:
        environment = {name: text for name, text in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        self._process = subprocess.Popen(
            [str(python), str(LAB / "backend_oracle.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def ask(self, lines: Sequence[str]) -> list[dict[str, Any]]:
        assert self._process.stdin
        assert self._process.stdout
        asking = Thread(target=self._write, args=["".join(f"{line}\n" for line in lines)])
        asking.start()
        answers = [self._process.stdout.readline() for _ in lines]
        asking.join()
        assert all(answers), "this Airflow has ended; its last words are on the error stream"
        return [json.loads(answer, parse_constant=str) for answer in answers]

    def _write(self, text: str) -> None:
        assert self._process.stdin
        with suppress(BrokenPipeError):  # it has ended; the missing answers tell
            self._process.stdin.write(text)
            self._process.stdin.flush()

    def stop(self) -> None:
        with suppress(BrokenPipeError):
            self._process.communicate()


def answers_of(command: Sequence[str], lines: str) -> list[dict[str, Any]]:
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(command, input=lines, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    # NaN as a word, so that it equals itself.
    return [json.loads(line, parse_constant=str) for line in done.stdout.splitlines()]


@pytest.fixture(scope="session")
def seed() -> int:
    """The same in CI each time; elsewhere a new one each time, unless it is asked for."""
    usual = 20261121 if os.environ.get("CI") == "true" else int.from_bytes(os.urandom(4))
    chosen = int(os.environ.get("SECRETSUI_SEED") or usual)
    print(f"SECRETSUI_SEED={chosen}")
    return chosen


@pytest.fixture(scope="session")
def count() -> int:
    return int(os.environ.get("SECRETSUI_AIRFLOW_CASES") or 10_000)
