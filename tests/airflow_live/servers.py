"""API servers of real Airflow on this machine: users and rows of `lab/seed.py`, everybody's password is their name.

    with serving(3, AIRFLOW__API__EXPOSE_CONFIG="True") as server:
        ApiV2(server.url, ...)

`airflow2` and `airflow3` are fixtures with one server each for all tests of a session; what a test adds to its rows is
for that test to remove.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from secretsui.demo.airflow.installing import digest, is_complete, mark_complete
from secretsui.orphans import bound_to_parent
from tests.airflow_live.environments import LAB, Generation, NoAirflow, airflow_python, alone, cache_folder
from tests.needs import need
from tests.services import free_port

USERS = ("admin", "op", "user", "viewer")
START_SECONDS = 120  # six on an idle machine
JWT_SECRET = "lab-only-not-a-secret-but-64-bytes-long-to-please-hs512-signatures"
SEED = LAB / "seed.py"
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


@dataclass(frozen=True)
class Server:
    url: str
    home: Path
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def insert(self, table: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Straight into the metadata database, unencrypted: thousands in no time."""
        rows = [{"is_encrypted": 0, **row} for row in rows]
        names = ", ".join(f'"{name}"' for name in rows[0])
        values = ", ".join(f":{name}" for name in rows[0])
        self.write(f"INSERT INTO {table} ({names}) VALUES ({values})", rows)

    def write(self, statement: str, rows: Iterable[Mapping[str, object]] = ({},)) -> None:
        with closing(sqlite3.connect(self.home / "airflow.db", timeout=30)) as database, database:
            database.executemany(statement, rows)


@contextmanager
def serving(generation: Generation, **settings: str) -> Iterator[Server]:
    """A server with a fresh copy of the template database; any AIRFLOW__ variable may be given."""
    python = airflow_python(generation)
    made = _template(generation, python)
    with tempfile.TemporaryDirectory(prefix="secretsui-airflow-", ignore_cleanup_errors=True) as folder:
        home, port = Path(folder), free_port()
        shutil.copy(made / "airflow.db", home)
        # The API shows no section that this file lacks, even if variables set all of it.
        (home / "airflow.cfg").write_text("[core]\n[secrets]\n[workers]\n")
        (home / "passwords.json").write_text(json.dumps({user: user for user in USERS}))
        process = _start(generation, python, home, port, settings)
        try:
            yield Server(_answering(generation, port, process, home), home, process)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="session")
def airflow2() -> Iterator[Server]:
    with _needed(2) as server:
        yield server


@pytest.fixture(scope="session")
def airflow3() -> Iterator[Server]:
    with _needed(3) as server:
        yield server


@contextmanager
def _needed(generation: Generation) -> Iterator[Server]:
    try:
        airflow_python(generation)
    except NoAirflow as reason:
        need(False, f"no Airflow to ask: {reason}")
    with serving(generation) as server:
        yield server


def _template(generation: Generation, python: Path) -> Path:
    """A migrated and filled database, made once per environment."""
    folder = cache_folder() / f"database-{python.parent.parent.name}-{digest(SEED)}"
    with alone(cache_folder() / f"database{generation}.lock"):
        if not is_complete(folder):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            environment = _environment(generation, folder)
            _run([str(python.with_name("airflow")), "db", "migrate"], environment)
            _run([str(python), str(SEED)], environment)
            mark_complete(folder)
    return folder


def _run(command: list[str], environment: Mapping[str, str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]


def _environment(generation: Generation, home: Path) -> dict[str, str]:
    """What the template and the servers need. The keys are fixed and worthless: a copied database stays readable."""
    return {
        **{name: os.environ[name] for name in _KEPT if name in os.environ},
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__FERNET_KEY": "bGFiLW9ubHkta2V5LW5vdC1hLXNlY3JldC0wMDAwMDA=",
        **(_of_2() if generation == 2 else _of_3(home)),
    }


def _of_2() -> Mapping[str, str]:
    return {
        "AIRFLOW__WEBSERVER__SECRET_KEY": "lab-only-not-a-secret",
        "AIRFLOW__API__AUTH_BACKENDS": "airflow.api.auth.backend.basic_auth,airflow.api.auth.backend.session",
        "AIRFLOW__METRICS__TIMER_UNIT_CONSISTENCY": "True",
    }


def _of_3(home: Path) -> Mapping[str, str]:
    return {
        "AIRFLOW_API_APPS": "core",
        "AIRFLOW__API__SECRET_KEY": "lab-only-not-a-secret",
        "AIRFLOW__API_AUTH__JWT_SECRET": JWT_SECRET,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{user}:{user}" for user in USERS),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
    }


def _start(
    generation: Generation, python: Path, home: Path, port: int, settings: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    if generation == 2:
        command = ["gunicorn", "-w", "1", "--threads", "4", "-b", f"127.0.0.1:{port}", "airflow.www.app:cached_app()"]
    else:
        command = ["uvicorn", "--host", "127.0.0.1", "--port", str(port), "airflow.api_fastapi.main:app"]
    with (home / "server.log").open("wb") as log:
        return subprocess.Popen(
            [str(python.with_name(command[0])), *command[1:]],
            cwd=home,
            env={**_environment(generation, home), **settings},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=bound_to_parent(),  # noqa: PLW1509 - tests have one thread
        )


def _answering(generation: Generation, port: int, process: subprocess.Popen[bytes], home: Path) -> str:
    url = f"http://127.0.0.1:{port}"
    until = time.monotonic() + START_SECONDS
    while not _answers(f"{url}/api/v{generation - 1}/version"):
        if process.poll() is not None or time.monotonic() > until:
            pytest.fail(f"Airflow {generation} did not come up: {(home / 'server.log').read_text()[-2000:]}")
        time.sleep(0.1)
    return url


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
