"""How many codec cases a second `manage.py simulate` answers, as a whole process, start and exit included."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from bench import report

ROOT = Path(__file__).resolve().parent.parent
CASES = 100_000


def measure() -> None:
    text = "".join(case(number) for number in range(CASES))
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "manage.py", "simulate"], cwd=ROOT, input=text, text=True, capture_output=True, check=True
    )
    took = time.perf_counter() - started
    answers = done.stdout.splitlines()
    assert len(answers) == CASES
    assert not any('"error"' in answer for answer in answers), "every case here is one that Airflow reads"
    rate = round(CASES / took)
    report.line("simulate", cases=CASES, per_second=rate, goal=20_000, holds=rate >= 20_000)


def case(number: int) -> str:
    dialect = ("2.11", "3.3", "3.3-sdk")[number % 3]
    conn = {
        "conn_type": "postgres",
        "login": f"user{number}",
        "password": f"p@ss/{number}?%",
        "host": "db.example",
        "port": 5432,
        "schema": "crm",
        "extra": '{"sslmode": "verify-full", "n": 1}' if number % 2 else '{"sslmode": "require"}',
    }
    uri = f"postgres://user{number}:p%40ss%2F{number}@db.example:5432/crm?sslmode=require"
    operations = (
        {"op": "get_uri", "conn": conn},
        {"op": "as_json", "conn": conn},
        {"op": "parse_uri", "uri": uri},
        {"op": "from_json", "text": json.dumps({**conn, "extra": {"sslmode": "require"}})},
    )
    return json.dumps({"id": number, "airflow": dialect, **operations[number // 3 % 4]}) + "\n"
