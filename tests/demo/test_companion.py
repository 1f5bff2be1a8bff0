"""The sample Airflow beside the stack, without a real one: what happens when it cannot be had."""

from __future__ import annotations

import sys
from pathlib import Path
from time import monotonic

import pytest

from secretsui.demo.companion import ADDRESS, CREDENTIAL, Companion
from tests.demo.stack import eventually


@pytest.fixture
def beside(tmp_path: Path) -> Companion:
    return Companion(tmp_path)


def runs(beside: Companion, script: str) -> None:
    beside._airflow.command = [sys.executable, "-c", script]
    beside.start({})


def test_its_end_is_told_once_in_one_line_with_its_last_words(beside, capsys, tmp_path):
    runs(beside, "import sys; print('first', flush=True); sys.exit('no Python 3.11 was found')")
    eventually(lambda: beside._airflow.exit_code() is not None)

    beside.look()
    beside.look()

    assert capsys.readouterr().err == (
        "The sample Airflow has ended; the rest goes on without it. "
        f"Its log is {tmp_path}/airflow.log: no Python 3.11 was found\n"
    )


def test_endless_last_words_are_cut(beside, capsys):
    runs(beside, "import sys; sys.exit('x' * 10_000)")
    eventually(lambda: beside._airflow.exit_code() is not None)
    beside.look()
    assert len(capsys.readouterr().err) < 600


def test_its_credential_is_new_each_time_and_named_as_the_product_may_resolve_it(beside, tmp_path):
    told = beside.environment
    assert told.keys() == {ADDRESS, CREDENTIAL}
    assert CREDENTIAL.startswith("SECRETSUI_CREDENTIAL_")
    user, _, password = told[CREDENTIAL].partition(":")
    assert (user, len(password) >= 16) == ("admin", True)
    assert Companion(tmp_path).environment[CREDENTIAL] != told[CREDENTIAL]


def test_while_it_runs_nothing_is_said(beside, capsys):
    runs(beside, "import signal; signal.pause()")
    beside.look()
    for child in beside.children:
        child.ask_to_stop()
        child.stop(monotonic() + 10)
    assert capsys.readouterr().err == ""


def test_its_password_is_no_argument_that_a_list_of_processes_would_show(beside):
    password = beside.environment[CREDENTIAL].partition(":")[2]
    assert not [part for part in beside._airflow.command if password in part]
