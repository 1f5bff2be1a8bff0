from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from secretsui.core.codec import Dialect
from tests.airflow_live.environments import LAB, Generation, NoAirflow, airflow_python
from tests.airflow_live.servers import airflow2, airflow3  # noqa: F401 - fixtures
from tests.needs import need

Ask = Callable[[Dialect, Sequence[Mapping[str, Any]]], list[dict[str, Any]]]

GENERATIONS: Mapping[Dialect, Generation] = {"2.11": 2, "3.3": 3, "3.3-sdk": 3}


@pytest.fixture(scope="session")
def ask_airflow() -> Ask:
    """Questions in, the answers of the real Airflow out, in order."""

    def ask(dialect: Dialect, questions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        try:
            python = airflow_python(GENERATIONS[dialect])
        except NoAirflow as reason:
            need(False, f"no Airflow to compare with: {reason}")
        impl = {"impl": "sdk"} if dialect == "3.3-sdk" else {}
        lines = "".join(json.dumps({**question, **impl}) + "\n" for question in questions)
        return answers_of([str(python), str(LAB / "backend_oracle.py")], lines)

    return ask


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
