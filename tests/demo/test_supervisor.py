from __future__ import annotations

import shutil
import signal
import socket
import sqlite3
import sys
import time
from contextlib import closing

import pytest

from secretsui.demo import story
from secretsui.demo.accounts import ACCOUNTS
from tests.demo.stack import Stack, eventually, refused, started
from tests.needs import need
from tests.services import free_port

WEB, WORKER, AWS = "gunicorn", "celery", "secretsui.demo.sample_aws"


def ask(stack: Stack, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(stack.data / "secretsui.sqlite3", timeout=10)) as database:
        return database.execute(question).fetchall()


def index(stack: Stack) -> int:
    return int(str(ask(stack, "SELECT count(*) FROM inventory_secretrecord")[0][0]))


def told_secrets() -> int:
    return sum(sample.name.startswith("airflow/") for account in ACCOUNTS for sample in story.samples(account))


def test_it_starts_logs_in_fills_the_index_and_stops_without_a_trace(tmp_path):
    with started(tmp_path) as stack:
        assert stack.told["address"] == f"http://127.0.0.1:{stack.port}/"
        assert stack.told["what"] == "sample data"
        browser = stack.log_in()
        eventually(lambda: index(stack) == told_secrets())
        eventually(lambda: {row[0] for row in ask(stack, "SELECT state FROM inventory_refresh")} == {"done"})
        page = browser.get(f"{stack.told['address']}secrets/?q=warehouse_readonly", timeout=10)
        assert page.status_code == 200
        assert "warehouse_readonly" in page.text
        assert [name for name in (WEB, WORKER, AWS) if stack.child(name)] == [WEB, WORKER, AWS]

        assert stack.end() == 0
        assert stack.process.stdout
        assert stack.process.stdout.read() == ""


def test_a_second_start_keeps_what_there_is_and_says_its_new_password(tmp_path):
    with started(tmp_path, SECRETSUI_DEMO_PASSWORD="first-of-two-words") as stack:
        assert stack.told["password"] == "first-of-two-words"
        eventually(lambda: index(stack) == told_secrets())
        eventually(lambda: {row[0] for row in ask(stack, "SELECT state FROM inventory_refresh")} == {"done"})
        stack.end()
    reads = "SELECT count(*) FROM access_accessevent WHERE action = 'read-batch'"
    before = ask(stack, reads)
    collected = (tmp_path / "static" / ".collected").stat().st_mtime_ns
    prefixes = ask(stack, "SELECT id, path FROM inventory_prefix ORDER BY id")

    began = time.monotonic()
    with started(tmp_path) as again:
        took = time.monotonic() - began
        again.log_in()
        assert again.told["password"] != "first-of-two-words"
        assert ask(again, "SELECT id, path FROM inventory_prefix ORDER BY id") == prefixes
        assert (tmp_path / "static" / ".collected").stat().st_mtime_ns == collected
        latest = "SELECT count(*) FROM inventory_refresh WHERE state = 'done' GROUP BY prefix_id"
        eventually(lambda: {row[0] for row in ask(again, latest)} == {2})
        assert ask(again, reads) == before, "the same versions were read again"
    assert took < 30, "a second start has nothing to install, migrate or collect"


def test_the_death_of_a_child_ends_everything_with_a_sentence(tmp_path):
    with started(tmp_path) as stack:
        stack.child(WEB).kill()

        assert stack.wait() == 1
        assert stack.errors.startswith("web ended by itself, so everything stops. Its log is ")
        assert str(tmp_path / "logs" / "web.log") in stack.errors


def test_nothing_stays_behind_when_the_supervisor_is_killed(tmp_path):
    need(sys.platform == "linux", "only Linux tells a process that its parent is gone")
    with started(tmp_path) as stack:
        assert stack.end(signal.SIGKILL) == -signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_make_alone_stops_everything(tmp_path, number):
    make = shutil.which("make")
    need(make, "make is not installed")
    need(sys.platform == "linux", "only Linux shows which signals another process catches")
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"run:\n\t@exec {sys.executable} -m secretsui.demo\n")
    command = [str(make), "--no-print-directory", "-f", str(makefile), "run"]
    # Without sample data: what starts, it stops; and this way that start is seen, too.
    with started(tmp_path / "data", command=command, SAMPLE="0") as stack:
        assert stack.end(number) == -number


def test_without_sample_data_it_leaves_the_machines_own_aws_alone(tmp_path):
    with started(tmp_path, SAMPLE="0", AWS_PROFILE="of-this-person") as stack:
        assert stack.told["what"] == "your own AWS credentials"
        stack.log_in()
        assert not [child for child in stack.children if AWS in child.cmdline()]
        assert stack.child(WEB).environ()["AWS_PROFILE"] == "of-this-person"
        assert ask(stack, "SELECT count(*) FROM inventory_account") == [(0,)]

        said = refused(tmp_path, free_port())
        assert said.startswith(f"Another secretsui runs on {tmp_path}.")
        assert "SECRETSUI_DATA_DIR" in said


def test_a_busy_port_is_a_sentence_with_a_remedy(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert refused(tmp_path, port) == f"Port {port} is in use. Pick another one: make run PORT={port + 1}\n"


def test_a_failed_preparation_is_named_with_its_log(tmp_path):
    said = refused(tmp_path, free_port(), SAMPLE="0", DATABASE_URL=f"sqlite:///{tmp_path}/missing/folder.sqlite3")
    assert said.startswith("prepare ended by itself")
    assert str(tmp_path / "logs" / "prepare.log") in said
