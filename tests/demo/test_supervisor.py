from __future__ import annotations

import shutil
import signal
import socket
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

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
    return sum(sample.is_of_airflow for account in ACCOUNTS for sample in story.samples(account))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for starts without sample data, of which only the first has anything to prepare."""
    return tmp_path_factory.mktemp("bare")


def test_it_fills_the_index_stops_without_a_trace_and_keeps_what_there_is_for_the_next_start(tmp_path):
    with started(tmp_path, SECRETSUI_DEMO_PASSWORD="first-of-two-words") as stack:
        assert stack.told["address"] == f"http://127.0.0.1:{stack.port}/"
        assert (stack.told["what"], stack.told["password"]) == ("sample data", "first-of-two-words")
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

        if sys.platform == "linux":  # which alone tells a process that its parent is gone
            assert again.end(signal.SIGKILL) == -signal.SIGKILL
    assert took < 30, "a second start has nothing to install, migrate or collect"


def test_the_death_of_a_child_ends_everything_with_a_sentence(bare):
    with started(bare, SAMPLE="0") as stack:
        stack.child(WEB).kill()

        assert stack.wait() == 1
        assert stack.errors.startswith("web ended by itself, so everything stops. Its log is ")
        assert str(bare / "logs" / "web.log") in stack.errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_make_alone_stops_everything(tmp_path, bare, number):
    make = shutil.which("make")
    need(make, "make is not installed")
    need(sys.platform == "linux", "only Linux shows which signals another process catches")
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"run:\n\t@exec {sys.executable} -m secretsui.demo\n")
    command = [str(make), "--no-print-directory", "-f", str(makefile), "run"]
    # Without sample data: what starts, it stops; and this way that start is seen, too.
    with started(bare, command=command, SAMPLE="0") as stack:
        assert stack.end(number) == -number


def test_without_sample_data_it_leaves_the_machines_own_aws_alone(bare):
    with started(bare, SAMPLE="0", AWS_PROFILE="of-this-person") as stack:
        assert stack.told["what"] == "your own AWS credentials"
        stack.log_in()
        assert not [child for child in stack.children if AWS in child.cmdline()]
        assert stack.child(WEB).environ()["AWS_PROFILE"] == "of-this-person"
        assert ask(stack, "SELECT count(*) FROM inventory_account") == [(0,)]

        said = refused(bare, free_port())
        assert said.startswith(f"Another secretsui runs on {bare}.")
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
