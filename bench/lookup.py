"""Which source has an id: how fast we tell it, beside the real Airflow that looks the same ids up in the same run."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from bench import aws, report
from bench.airflow_lookup import PREFIX
from tests.airflow_live.environments import NoAirflow, airflow_python

ROOT = Path(__file__).resolve().parent.parent
GOAL = 100


def measure(count: int) -> None:
    try:
        python = str(airflow_python(3))
    except NoAirflow as reason:
        report.line("lookup against Airflow 3", skipped=str(reason))
        return
    with aws.server(count // 2, PREFIX):
        found = asked(python, count)
    # Airflow asks an AWS on this machine, call by call; we have what a refresh and a check read before.
    compare("lookup against Airflow 3 with AWS", found["aws_ours"], found["aws_theirs"], count, GOAL)
    compare("lookup against Airflow 3 with AWS, processor alone", found["aws_ours_cpu"], found["aws_theirs_cpu"], count)
    some = count * 8 // 10
    compare("lookup against Airflow 3 in memory", found["memory_ours"], found["memory_theirs"], some)
    compare("lookup by facts against Airflow 3 in memory", found["facts_ours"], found["memory_theirs"], some)


def asked(python: str, count: int) -> dict[str, Any]:
    done = subprocess.run(
        [python, "-m", "bench.airflow_lookup"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        input=json.dumps({"count": count}) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the lookups failed: {done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def compare(figure: str, ours: float, theirs: float, ids: int, goal: int | None = None) -> None:
    times = theirs / ours
    judged = {} if goal is None else {"goal": goal, "holds": times >= goal}
    report.line(figure, ids=ids, ours_s=round(ours, 3), airflow_s=round(theirs, 3), times=round(times, 1), **judged)
