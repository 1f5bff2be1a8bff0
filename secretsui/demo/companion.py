"""The sample Airflow beside the stack, which waits neither for its installation nor for its answers."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from secretsui.demo.child import Child
from secretsui.demo.plan import new_password
from secretsui.demo.ports import answers, free_port

CREDENTIAL: Final = "SECRETSUI_CREDENTIAL_SAMPLE_AIRFLOW"
ADDRESS: Final = "SECRETSUI_DEMO_AIRFLOW"
_HEALTH: Final = "/api/v2/monitor/health"
_MAX_WORDS: Final = 300


class Companion:
    """Its end is told in one line and ends nothing else."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._port = free_port()
        self._password = new_password()
        self._airflow = Child("airflow", "secretsui.demo.airflow.serving", str(self._port))
        self._check = Child("check", "secretsui.demo.airflow.checking")
        self._has_ended = False

    @property
    def environment(self) -> Mapping[str, str]:
        """What leads the product there: an address to keep, and a credential that is nowhere else."""
        return {ADDRESS: f"http://127.0.0.1:{self._port}", CREDENTIAL: f"admin:{self._password}"}

    @property
    def children(self) -> list[Child]:
        return [self._check, self._airflow]

    def start(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._airflow.start(self._logs, environment)

    def look(self) -> None:
        """As soon as it answers, secretsui is told to read it."""
        if self._has_ended:
            return
        if self._airflow.exit_code() is not None:
            self._has_ended = True
            self._say()
        elif not self._check.pid and answers(self._port, _HEALTH):
            self._check.start(self._logs, self._environment)

    def _say(self) -> None:
        reason = self._airflow.last_words().rpartition("\n")[2][:_MAX_WORDS]
        words = f"The sample Airflow has ended; the rest goes on without it. Its log is {self._airflow.log}: {reason}"
        print(words, file=sys.stderr, flush=True)  # noqa: T201 - a console program's word
