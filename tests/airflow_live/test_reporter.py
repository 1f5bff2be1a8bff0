"""The reporter in the real Airflow: it says of an environment what secretsui itself would compute of it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest

from secretsui.core import codec, prints, uri_writer
from secretsui.core.codec_errors import CodecError
from secretsui.core.connection import Connection
from secretsui.core.dialects import RULES, Dialect
from secretsui.core.facts import facts
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.deployments import report
from secretsui.inventory.deployments.settings import settings_of
from secretsui.inventory.models import Deployment
from tests.airflow_live.cases import Maker
from tests.airflow_live.environments import LAB, Generation, NoAirflow, airflow_python
from tests.needs import need

pytestmark = pytest.mark.airflow_live

REPORTER: Final = Path(__file__).parents[2] / "docs" / "reporter"
TOKEN: Final = "a-token-of-this-deployment"
KEY: Final = "a-key-of-this-deployment"
BACKEND: Final = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
KWARGS: Final = {
    "connections_prefix": "airflow/connections",
    "variables_prefix": None,
    "aws_secret_access_key": "not-to-be-told",
    "endpoint_url": "http://user:not-to-be-told@127.0.0.1:9",
    "region_name": "eu-central-1",
}
CONFIGURED: Final = {
    "AIRFLOW__SECRETS__BACKEND": BACKEND,
    "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps(KWARGS),
    "AIRFLOW__CORE__FERNET_KEY": "bm90LWEtc2VjcmV0LW9ubHktYS10ZXN0LTAwMDAwMDA=",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPORTER),
}
PROCESSES: Final[Mapping[str, tuple[Generation, str, Dialect, str]]] = {
    "Airflow 2": (2, "worker", "2.11", "any"),
    "server of Airflow 3": (3, "server", "3.3", "server"),
    "worker of Airflow 3": (3, "worker", "3.3-sdk", "worker"),
}


def asked(process: str, home: Path, environ: Mapping[str, str], **more: Any) -> dict[str, Any]:
    generation, role, _, _ = PROCESSES[process]
    try:
        python = airflow_python(generation)
    except NoAirflow as reason:
        need(False, f"no Airflow to report from: {reason}")
    out = home / "answer.json"
    question = {"folder": str(REPORTER), "process": role, "key": KEY, "environ": environ, "out": str(out), **more}
    own = {"AIRFLOW_HOME": str(home), "PATH": os.environ["PATH"], "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [str(python), str(LAB / "reporter_oracle.py")],
        input=json.dumps(question),
        env={**own, **CONFIGURED, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, Any] = json.loads(out.read_text())
    return {**answer, "logged": done.stdout + done.stderr}


def environment(seed: int) -> Mapping[str, str]:
    maker = Maker(seed)
    texts = [maker.uri() if number % 2 else maker.json_text() for number in range(3000)]
    random = {f"AIRFLOW_CONN_N{number}": text for number, text in enumerate(texts) if can_be_set(text)}
    return {
        **random,
        "AIRFLOW_CONN_EMPTY": "",
        "AIRFLOW_CONN_BLANK": "  ",
        "AIRFLOW_CONN_lower": "http://h",
        "AIRFLOW_CONN_PLAIN": "postgres://u:p@db.example:5432/main?sslmode=require",
        "AIRFLOW_CONN_NAMED": '{"conn_type": "http", "extra": {"b": 1, "a": {"d": 1, "c": null}}}',
        "AIRFLOW_VAR_TEXT": "  as it is ",
        "AIRFLOW_VAR_EMPTY": "",
        "AIRFLOW_VAR_OBJECT": '{"b": [1, "é"],   "a": {}}',
        "AIRFLOW_VAR_NUMBER": " 1 ",
        "SECRETSUI_OTHER": "of nobody's business",
    }


def can_be_set(text: str) -> bool:
    """As a variable of a process: no NUL, and nothing that is no text."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def expected(name: str, text: str, dialect: Dialect) -> dict[str, Any]:
    if name.startswith("AIRFLOW_VAR_"):
        found = prints.fingerprinted(prints.places(Sensitive(text)), KEY.encode())
        return {"use": "usable" if text else "empty", "places": found}
    whole = {"text": Sensitive(text).fingerprint(KEY.encode())[: prints.LENGTH]}
    if not text:
        return {"use": "empty", "places": whole}
    try:
        conn = codec.decode(text, dialect)
        uri_writer.write(conn, RULES[dialect])
    except CodecError:
        return {"use": "broken", "places": whole}
    return {"use": "usable", "places": {**whole, **places(conn, text, dialect)}}


def places(conn: Connection, text: str, dialect: Dialect) -> prints.Prints:
    names_keys = text.strip().startswith("{") or "__extra__=" in text
    return prints.fingerprinted(prints.places({dialect: conn}, names_keys=names_keys), KEY.encode())


@pytest.fixture(scope="module", params=PROCESSES)
def of_random(request, tmp_path_factory, seed) -> tuple[str, Mapping[str, str], dict[str, Any]]:
    """A process, its environment and its report."""
    environ = environment(seed)
    return request.param, environ, asked(request.param, tmp_path_factory.mktemp("airflow"), environ)["report"]


def test_it_says_what_secretsui_would_compute_of_the_same_environment(of_random):
    process, environ, told = of_random
    _, _, dialect, role = PROCESSES[process]
    wanted = {name: expected(name, text, dialect) for name, text in environ.items() if name.startswith("AIRFLOW_")}
    unlike = {
        name: (environ[name], told["names"].get(name)) for name in wanted if told["names"].get(name) != wanted[name]
    }
    assert not unlike, list(unlike.items())[:3]
    assert told["names"].keys() == wanted.keys()
    assert len({entry["use"] for entry in wanted.values()}) == 3
    assert (told["version"], told["process"], told["dialect"]) == (1, role, dialect)
    assert told["key_id"] == Sensitive("key-id").fingerprint(KEY.encode())[:16]
    if dialect == "3.3":
        assert_places_are_those_of_the_index(told, environ)


def assert_places_are_those_of_the_index(told: Mapping[str, Any], environ: Mapping[str, str]) -> None:
    """Where secretsui takes a value apart at all, the same places stand for it."""
    compared = 0
    for name, entry in told["names"].items():
        found = facts(Sensitive(environ[name]), "connection", codec.decode).parts if "_CONN_" in name else {}
        if entry["use"] == "usable" and found and prints.UNTOLD not in found:
            own = prints.fingerprinted({place: text for place, text in found.items() if "@" not in place}, KEY.encode())
            assert entry["places"] == own, name
            compared += 1
    assert compared > 100


def test_it_tells_settings_without_what_is_secret_in_them(of_random):
    process, _, told = of_random
    settings = told["settings"]
    assert settings["backend"] == BACKEND
    assert settings["kwargs"] == {
        name: KWARGS[name] for name in ("connections_prefix", "region_name", "variables_prefix")
    }
    assert settings["kwarg_names"] == sorted(KWARGS)
    assert (settings["worker_backend"], settings["worker_kwargs"], settings["multi_team"]) == ("", {}, False)
    assert told["airflow"].startswith("2." if process == "Airflow 2" else "3.")
    assert told["providers"]["apache-airflow-providers-amazon"]
    assert "not-to-be-told" not in json.dumps(told)


class Listener(BaseHTTPRequestHandler):
    taken: list[tuple[str, str, dict[str, Any]]] = []
    statuses: list[int] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.taken.append((self.path, self.headers["Authorization"], json.loads(body or b"{}")))
        self.send_response(self.statuses.pop(0) if self.statuses else 204)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def listener() -> Iterator[ThreadingHTTPServer]:
    Listener.taken, Listener.statuses = [], []
    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("process", ["Airflow 2", "worker of Airflow 3"])
def test_airflow_loads_both_files_and_the_post_carries_token_and_report(process, tmp_path, listener):
    environ = {
        "SECRETSUI_REPORT_URL": f"http://127.0.0.1:{listener.server_port}/report/x/",
        "SECRETSUI_REPORT_TOKEN": "a-token",
        "SECRETSUI_REPORT_KEY": KEY,
        "AIRFLOW_CONN_DB": "postgres://u:not-to-be-told@h/db",
    }
    answer = asked(process, tmp_path, environ, loads=True, posts=1)

    assert answer["dags"] == {"errors": {}, "tasks": {"secretsui_reporter": ["report_worker"]}}
    names, errors = answer["plugins"]
    assert "secretsui_reporter" in names
    assert not [file for file in errors if "secretsui" in file]
    assert answer["posted"] == [""]
    assert Listener.taken == [("/report/x/", "Bearer a-token", answer["report"])]
    assert "not-to-be-told" not in json.dumps(Listener.taken) + answer["logged"]


def test_a_refusal_is_told_by_its_status_and_leads_nowhere_else(tmp_path, listener):
    Listener.statuses = [302, 401]
    environ = {
        "SECRETSUI_REPORT_URL": f"http://127.0.0.1:{listener.server_port}/report/x/",
        "SECRETSUI_REPORT_TOKEN": "a-token",
        "SECRETSUI_REPORT_KEY": KEY,
    }
    assert asked("worker of Airflow 3", tmp_path, environ, posts=2)["posted"] == [
        "secretsui refused the report with the status 302.",
        "secretsui refused the report with the status 401.",
    ]
    assert [path for path, _, _ in Listener.taken] == ["/report/x/", "/report/x/"]


def test_without_its_three_variables_it_names_those_that_are_missing(tmp_path):
    said = asked("worker of Airflow 3", tmp_path, {"SECRETSUI_REPORT_TOKEN": "a-token"}, posts=1)["posted"]
    assert said == [
        "Nothing was reported to secretsui: SECRETSUI_REPORT_URL, SECRETSUI_REPORT_KEY must be set.",
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("process", ["Airflow 2", "worker of Airflow 3"])
def test_secretsui_takes_the_report_of_a_real_airflow(process, tmp_path, live_server):
    deployment = Deployment.objects.create(
        name="halden-new", api="none", reporter_digest=hashlib.sha256(TOKEN.encode()).hexdigest()
    )
    environ = {
        "SECRETSUI_REPORT_URL": f"{live_server.url}/report/halden-new/",
        "SECRETSUI_REPORT_TOKEN": TOKEN,
        "SECRETSUI_REPORT_KEY": report.key(deployment).reveal(),
        "AIRFLOW_CONN_DB": "postgres://u:not-to-be-told@h/db?a=b",
        "AIRFLOW_CONN_CUT": "postgres://u:not/to-be-told@h:1/db",
        "AIRFLOW_CONN_NOTHING": "",
        "AIRFLOW_VAR_LIMIT": "5",
    }
    assert asked(process, tmp_path, environ, posts=1)["posted"] == [""]

    kept = {entry.name: entry.use["*"] for entry in deployment.entries.all()}
    assert kept == {
        "AIRFLOW_CONN_DB": "usable",
        "AIRFLOW_CONN_CUT": "broken",
        "AIRFLOW_CONN_NOTHING": "empty",
        "AIRFLOW_VAR_LIMIT": "usable",
    }
    assert [source.process for source in deployment.sources.all()] == [PROCESSES[process][3]]
    found = settings_of(deployment)
    backend = found.backend if process == "Airflow 2" else found.worker_backend
    assert backend is not None
    assert (backend.class_path, backend.kwargs["connections_prefix"]) == (BACKEND, "airflow/connections")
