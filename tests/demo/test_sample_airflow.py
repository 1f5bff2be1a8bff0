"""The stack with its real Airflow 3.3, and without a Python for it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import psutil
import pytest
import requests

from secretsui.demo import deployments
from secretsui.demo.airflow.installing import NoAirflow, find_python
from secretsui.demo.companion import ADDRESS, CREDENTIAL
from tests.demo.stack import Stack, eventually, started
from tests.demo.told import told_conflicts
from tests.needs import need

pytestmark = pytest.mark.airflow_live


def of_worker(stack: Stack, name: str) -> str:
    return stack.child("celery").environ()[name]


def resolved(stack: Stack) -> dict[str, dict[str, set[str]]]:
    """What the worker has found out from the sample AWS, the env files and the API of the real Airflow."""
    rows = (
        "SELECT process, conflict, key FROM inventory_resolvedrow AS row JOIN inventory_deployment AS d"
        " ON d.id = row.deployment_id WHERE d.name = 'halden-prod' AND conflict != 'none'"
    )
    found: dict[str, dict[str, set[str]]] = {}
    with closing(sqlite3.connect(stack.data / "secretsui.sqlite3", timeout=10)) as database:
        for process, conflict, key in database.execute(rows):
            found.setdefault(process, {}).setdefault(conflict, set()).add(key)
    return found


def answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/api/v2/monitor/health", timeout=5).ok
    except requests.ConnectionError:
        return False


def of_airflow(stack: Stack) -> psutil.Process:
    return next(
        child
        for child in psutil.Process(stack.process.pid).children(recursive=True)
        if "airflow.api_fastapi.main:app" in child.cmdline()
    )


@pytest.fixture
def python311() -> None:
    try:
        find_python()
    except NoAirflow as reason:
        need(False, str(reason))


def test_it_answers_beside_the_stack_with_the_credential_of_the_product_and_ends_with_it(tmp_path, python311):
    with started(tmp_path, AIRFLOW="1") as stack:
        address, credential = of_worker(stack, ADDRESS), of_worker(stack, CREDENTIAL)
        eventually(lambda: answers(address))
        user, _, password = credential.partition(":")
        given = requests.post(f"{address}/auth/token", json={"username": user, "password": password}, timeout=20)
        token = {"Authorization": f"Bearer {given.json()['access_token']}"}
        rows = requests.get(f"{address}/api/v2/connections", headers=token, timeout=20).json()["connections"]
        assert {"warehouse", "legacy_mssql"} <= {row["connection_id"] for row in rows}
        config = requests.get(f"{address}/api/v2/config?section=secrets", headers=token, timeout=20)
        assert "SecretsManagerBackend" in config.text
        wanted = told_conflicts(deployments.REAL)
        eventually(lambda: resolved(stack) == wanted)
        airflow = of_airflow(stack)
        assert "AIRFLOW_CONN_AWS_DEFAULT" in airflow.environ()
        assert stack.end() == 0
        assert not airflow.is_running()
    logged = [file.read_text(errors="replace") for file in (tmp_path / "logs").iterdir()]
    assert not [text for text in logged if password in text]


def test_where_it_cannot_be_installed_the_rest_runs_and_says_so(tmp_path):
    no_folder = tmp_path / "file"
    no_folder.touch()
    with started(tmp_path / "data", AIRFLOW="1", SECRETSUI_AIRFLOW_LAB=str(no_folder)) as stack:
        assert stack.process.stderr
        said = stack.process.stderr.readline()
        assert said.startswith("The sample Airflow has ended; the rest goes on without it. Its log is ")
        assert str(no_folder) in said
        stack.log_in()
        assert stack.end() == 0
