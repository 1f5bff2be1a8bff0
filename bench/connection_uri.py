"""The whole time of `manage.py connection_uri` against Python with Airflow's class doing the same."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench import report
from tests.airflow_live.environments import Generation, NoAirflow, airflow_python

ROOT = Path(__file__).resolve().parent.parent
RUNS = 3
PASSWORD = "p@ss/word"
WANTED = "postgres://:p%40ss%2Fword@db.example:5432/crm"
SCRIPT = """
import sys
from airflow.models.connection import Connection
conn = Connection(
    conn_id="crm", conn_type="postgres", host="db.example", password=sys.stdin.read(), schema="crm", port=5432
)
print(conn.get_uri())
"""


def measure() -> None:
    options = ["--conn-type", "postgres", "--host", "db.example", "--port", "5432", "--schema", "crm"]
    ours = [sys.executable, "manage.py", "connection_uri", *options, "--password-file", "-"]
    bare = took([sys.executable, "-c", f"print({WANTED!r})"])
    mine = took(ours)
    for generation in (2, 3):
        compare(generation, mine, bare)


def compare(generation: Generation, mine: float, bare: float) -> None:
    figure = f"connection_uri against Airflow {generation}"
    try:
        python = str(airflow_python(generation))
    except NoAirflow as reason:
        report.line(figure, skipped=str(reason))
        return
    airflow = took([python, "-c", SCRIPT])
    report.ratio(figure, mine, airflow, 0.25, python_s=round(bare, 3), runs=RUNS)


def took(command: Sequence[str]) -> float:
    """The median, after a first run that fills the caches."""
    with tempfile.TemporaryDirectory(prefix="secretsui-bench-") as home:
        environment = {**os.environ, "AIRFLOW_HOME": home}
        return statistics.median([_once(command, environment) for _ in range(RUNS + 1)][1:])


def _once(command: Sequence[str], environment: Mapping[str, str]) -> float:
    started = time.perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, input=PASSWORD, capture_output=True, text=True, check=True
    )
    taken = time.perf_counter() - started
    assert done.stdout.splitlines()[-1].strip() == WANTED, "both must do the same work"
    return taken
