"""Memory of the whole embedded stack, as `make run` starts it: at rest, and while it refreshes 10,000 secrets."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import boto3
import psutil
import requests

from bench import report

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "bench-only-password-417"
REST_SECONDS = 10
MORE_SECRETS = 10_000
MB = 1_000_000
_TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def measure() -> None:
    with tempfile.TemporaryDirectory(prefix="secretsui-memory-") as home, stack(Path(home)) as (parent, address):
        person = sign_in(address)
        wait_until_quiet(Path(home), 1)
        time.sleep(REST_SECONDS)
        rest = weigh(parent)
        total = sum(rest.values())
        report.line("memory at rest", mb=total, goal=350, holds=total <= 350, processes=rest)
        fill(parent)
        before, peak = refresh(parent, person, address, Path(home))
        growth = {name: peak[name] - before.get(name, 0) for name in peak}
        total = sum(peak.values()) - sum(before.values())
        report.line(
            "memory growth in a refresh", mb=total, goal=100, holds=total <= 100, secrets=MORE_SECRETS, processes=growth
        )


@contextmanager
def stack(home: Path) -> Iterator[tuple[psutil.Process, str]]:
    environment = {
        **os.environ,
        "PORT": str(free_port()),
        "SECRETSUI_DATA_DIR": str(home),
        "SECRETSUI_DEMO_PASSWORD": PASSWORD,
        "AIRFLOW": "0",  # the product's memory, not that of Airflow
    }
    environment.pop("AWS_ENDPOINT_URL", None)
    child = subprocess.Popen(
        [sys.executable, "-m", "secretsui.demo"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        found = re.search(r"http://\S+", said := child.stdout.readline())
        assert found, said
        yield psutil.Process(child.pid), found[0]
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(30)


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def sign_in(address: str) -> requests.Session:
    person = requests.Session()
    login = f"{address}accounts/login/"
    form = {"login": "admin", "password": PASSWORD, "csrfmiddlewaretoken": token(person.get(login).text)}
    answer = person.post(login, data=form, headers={"Referer": login})
    assert answer.ok, answer.status_code
    assert "sessionid" in person.cookies, "the password of the bench was not accepted"
    return person


def token(page: str) -> str:
    found = _TOKEN.search(page)
    assert found, "no form on the page"
    return found[1]


def weigh(parent: psutil.Process) -> dict[str, int]:
    """Megabytes (proportional set size) of each process of the stack; what two share counts half in each."""
    sizes: dict[str, int] = {}
    for process in [parent, *parent.children(recursive=True)]:
        try:
            pss = process.memory_full_info().pss
            sizes[f"{process.pid} {' '.join(process.cmdline())[-60:]}"] = round(pss / MB)
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return sizes


def fill(parent: psutil.Process) -> None:
    """More secrets into the sample's first account, over its own API; its memory is not part of the growth."""
    from secretsui.demo.accounts import ACCOUNTS, AMBIENT

    told = ACCOUNTS[0]
    worker = next(child for child in parent.children(recursive=True) if "celery" in " ".join(child.cmdline()))
    endpoint = worker.environ()["SECRETSUI_DEMO_ENDPOINT"]
    keys: dict[str, Any] = {
        "endpoint_url": endpoint,
        "region_name": told.regions[0],
        "aws_access_key_id": AMBIENT["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": AMBIENT["AWS_SECRET_ACCESS_KEY"],
    }
    role = boto3.client("sts", **keys).assume_role(
        RoleArn=told.role_arn, RoleSessionName="bench", **({"ExternalId": told.external_id} if told.external_id else {})
    )["Credentials"]
    keys |= {"aws_access_key_id": role["AccessKeyId"], "aws_secret_access_key": role["SecretAccessKey"]}
    store = boto3.client("secretsmanager", aws_session_token=role["SessionToken"], **keys)

    def create(number: int) -> None:
        store.create_secret(
            Name=f"airflow/connections/bench_{number:06d}", SecretString=f"postgres://u:p-{number}@db.example/warehouse"
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(create, range(MORE_SECRETS)))


def refresh(
    parent: psutil.Process, person: requests.Session, address: str, home: Path
) -> tuple[dict[str, int], dict[str, int]]:
    """The weights just before, and the heaviest moment of the refresh; process by process."""
    done = runs(home)
    before = weigh(parent)
    heaviest = dict(before)
    over = threading.Event()

    def watch() -> None:
        nonlocal heaviest
        while not over.wait(0.2):
            now = weigh(parent)
            heaviest = max(heaviest, now, key=lambda each: sum(each.values()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    page = person.get(f"{address}secrets/").text
    answer = person.post(
        f"{address}inventory/refresh/", data={"csrfmiddlewaretoken": token(page)}, headers={"Referer": address}
    )
    assert answer.ok, answer.status_code
    wait_until_quiet(home, done + 1)
    over.set()
    watcher.join()
    assert query(home, "SELECT count(*) FROM inventory_secretrecord") > MORE_SECRETS, (
        "the refresh missed the new secrets"
    )
    return before, heaviest


def query(home: Path, sql: str) -> int:
    import sqlite3

    with sqlite3.connect(home / "secretsui.sqlite3", timeout=20) as database:
        return int(database.execute(sql).fetchone()[0])


def runs(home: Path) -> int:
    return query(home, "SELECT count(*) FROM inventory_refresh")


def wait_until_quiet(home: Path, at_least: int) -> None:
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        active = query(home, "SELECT count(*) FROM inventory_refresh WHERE state IN ('queued', 'running')")
        if runs(home) >= at_least and not active:
            return
        time.sleep(0.3)
    raise TimeoutError("The refresh did not end within four minutes.")
