"""The forms that Airflow itself reads, read by Airflow itself."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from secretsui.core.connection import Connection, plain
from secretsui.core.environment import variable_of
from secretsui.core.renderings import Rendering, renderings
from secretsui.core.sensitive import Sensitive
from tests.airflow_live.environments import LAB, Generation, NoAirflow, airflow_python
from tests.core import tools
from tests.core.test_renderings import HOSTILE, connection
from tests.needs import need

pytestmark = pytest.mark.airflow_live

IDS = ("crm", "-x.y", "Mixed_1")
SOUND = Connection("postgres", "db.example", Sensitive("l@"), Sensitive("p/é"), "s", 1, Sensitive('{"sslmode": "x y"}'))


def questions() -> Iterator[tuple[Connection, str, dict[str, Any]]]:
    for number, conn in enumerate([SOUND, *map(connection, HOSTILE)]):
        conn_id = IDS[number % len(IDS)]
        found = renderings(conn, conn_id=conn_id, dialect="3.3", written_as="uri")
        texts = {each.id: each.text for each in found}
        yield conn, conn_id, {"way": "python", "with": [texts["python"]]}
        yield conn, conn_id, {"way": "command", "with": [tools.arguments(texts["cli"], "airflow")[:-1]]}
        value = tools.dotenv(texts["dotenv"])[1]
        yield conn, conn_id, {"way": "environment", "with": [variable_of(conn_id), value, conn_id]}


@pytest.mark.parametrize("generation", [2, 3])
def test_airflow_reads_the_connection_from_each_form(generation: Generation, tmp_path: Path) -> None:
    try:
        python = airflow_python(generation)
    except NoAirflow as reason:
        need(False, f"no Airflow to compare with: {reason}")
    asked = list(questions())
    done = subprocess.run(
        [str(python), str(LAB / "renderings_oracle.py")],
        input="".join(json.dumps(question) + "\n" for _, _, question in asked),
        capture_output=True,
        text=True,
        env={"AIRFLOW_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    for (conn, conn_id, question), answer in zip(asked, answers, strict=True):
        extra = answer.pop("extra")
        assert json.loads(extra) == json.loads(plain(conn.extra)), question["way"]
        assert answer == {
            "conn_id": conn_id,
            "conn_type": conn.conn_type,
            "host": conn.host,
            "login": plain(conn.login),
            "password": plain(conn.password),
            "schema": conn.schema,
            "port": conn.port,
        }, question["way"]


def test_python_dotenv_reads_the_line_as_it_is_meant() -> None:
    try:
        python = airflow_python(3)  # has python-dotenv for its own API server
    except NoAirflow as reason:
        need(False, f"no Airflow to compare with: {reason}")
    found = [{each.id: each.text for each in forms(conn)} for conn in map(connection, HOSTILE)]
    script = (
        "import io, json, sys; from dotenv import dotenv_values\n"
        "for line in sys.stdin: print(json.dumps(dotenv_values(stream=io.StringIO(json.loads(line)))))"
    )
    lines = "".join(json.dumps(each["dotenv"]) + "\n" for each in found)
    done = subprocess.run([str(python), "-c", script], input=lines, capture_output=True, text=True, check=True)
    for each, line in zip(found, done.stdout.splitlines(), strict=True):
        ((name, value),) = json.loads(line).items()
        assert (name, json.loads(value)) == ("AIRFLOW_CONN_CRM", json.loads(each["json"]))


def forms(conn: Connection) -> Sequence[Rendering]:
    return renderings(conn, conn_id="crm", dialect="3.3", written_as="json")
