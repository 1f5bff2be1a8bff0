"""The connection builder: URIs a second against Airflow's own classes, and the server time of a preview."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from random import Random
from typing import Any

from bench import report

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS = 20_000
ROUNDS = 5
REQUESTS = 300
GENERATIONS: dict[str, Any] = {"2.11": 2, "3.3": 3, "3.3-sdk": 3}


def measure() -> None:
    random = Random(20261121)
    connections = [connection(random, number) for number in range(CONNECTIONS)]
    for dialect in GENERATIONS:
        codec(dialect, connections)
    preview()


def codec(dialect: str, connections: list[dict[str, Any]]) -> None:
    """Both sides in one process of the environment that has this Airflow."""
    from tests.airflow_live.environments import NoAirflow, airflow_python

    try:
        python = airflow_python(GENERATIONS[dialect])
    except NoAirflow as reason:
        report.line("URIs against Airflow", dialect=dialect, skipped=str(reason))
        return
    asked = json.dumps({"dialect": dialect, "rounds": ROUNDS, "connections": connections}) + "\n"
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [str(python), "-m", "bench.airflow_codec"],
        cwd=ROOT,
        input=asked,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**environment, "PYTHONPATH": str(ROOT)},
    )
    found = json.loads(done.stdout)
    for work in ("build", "parse"):
        ours, theirs = (round(CONNECTIONS / found[f"{work}_{side}"]) for side in ("ours", "theirs"))
        ratio = round(ours / theirs, 2)
        report.line(
            f"{work} URIs", dialect=dialect, per_second=ours, airflow=theirs, ratio=ratio, goal=2, holds=ratio >= 2
        )


def connection(random: Random, number: int) -> dict[str, Any]:
    """As people have them: hard passwords, mostly some extra, sometimes one that is no flat text."""
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    password = "".join(random.choice(letters + "@/:?#%&=+ ") for _ in range(random.randint(8, 24)))
    found: dict[str, Any] = {
        "conn_type": random.choice(("postgres", "mysql", "snowflake", "google_cloud_platform", "http", "aws")),
        "host": f"db-{number}.{random.choice(('example', 'eu-central-1.example.org'))}",
        "login": "".join(random.choices(letters, k=8)),
        "password": password,
        "schema": random.choice(("crm", "warehouse", "")),
        "port": random.choice((5432, 3306, 443, None)),
    }
    if random.random() < 0.7:
        found["extra"] = json.dumps(extra(random))
    return found


def extra(random: Random) -> dict[str, Any]:
    flat: dict[str, Any] = {
        "sslmode": "verify-full",
        "region_name": "eu-central-1",
        "role": f"reader {random.random()}",
    }
    nested = {"keepalives": 1, "options": {"retries": random.randint(1, 9), "hosts": ["a", "b"]}}
    return flat | nested if random.random() < 0.3 else flat


def preview() -> None:
    """Each type of the catalogue with its example, as the page sends it on a key press."""
    from django.test import Client
    from django.urls import reverse

    from bench.rows import person
    from secretsui.core import catalogue

    client = Client(headers={"host": "localhost", "HX-Request": "true"})
    client.force_login(person())
    forms = [form(each) for each in catalogue.all_types() if each.example]
    address = reverse("builder-preview")
    for sent in forms:  # the first of each type loads its parts of the catalogue
        timed(client, address, sent)
    samples = [timed(client, address, forms[number % len(forms)]) for number in range(REQUESTS)]
    found = report.percentiles([server for server, _wall in samples])
    waited = report.percentiles([wall for _server, wall in samples])["p95_ms"]
    report.line("preview", types=len(forms), **found, goal=30, holds=found["p95_ms"] <= 30, p95_wall_ms=waited)


def form(kind: Any) -> dict[str, str]:
    from secretsui.core import extras

    sent = {"conn_type": kind.conn_type, "form_type": kind.conn_type, "written_as": "json", "conn_id": "bench"}
    for name, value in kind.example.items():
        if name != "extra":
            sent[name] = str(value)
    values = kind.example.get("extra", {})
    known = {each.name: extras.to_text(each, values[each.name]) for each in kind.fields if each.name in values}
    sent |= {f"x-{name}": text for name, text in known.items() if text}
    rest = {name: value for name, value in values.items() if not known.get(name)}
    return sent | ({"extra": json.dumps(rest)} if rest else {})


def timed(client: Any, address: str, sent: dict[str, str]) -> tuple[float, float]:
    """The server's own time, and that on the clock, in which a busy machine does other things as well."""
    started, began = time.process_time(), time.perf_counter()
    answer = client.post(address, sent)
    took = time.process_time() - started, time.perf_counter() - began
    assert answer.status_code == 200, answer.status_code
    assert sent["conn_type"].encode() in answer.content, "the preview does not show the connection"
    return took
