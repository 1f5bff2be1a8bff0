from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands

MANAGE = Path(__file__).parents[2] / "manage.py"


def test_the_command_is_listed_with_the_others() -> None:
    assert get_commands()["connection_uri"] == "secretsui.web"


def test_its_help_names_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("connection_uri", "--help")
    shown = capsys.readouterr().out
    assert "--password-file" in shown
    assert "--password " not in shown


def test_it_can_be_called_from_code(capfd: pytest.CaptureFixture[str]) -> None:
    call_command("connection_uri", "--conn-type", "http", "--host", "h")
    assert capfd.readouterr().out == "http://h\n"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["--port", "x"], 2), (["--conn-type", "http", "--host", "H", "--check"], 1)],
)
def test_it_fails_as_a_command_does(arguments: list[str], status: int) -> None:
    with pytest.raises(CommandError) as failure:
        call_command("connection_uri", *arguments)
    assert failure.value.returncode == status


def test_a_shell_gets_the_command_itself_through_django_too() -> None:
    line = "from django.core.management import execute_from_command_line as run; import sys; run(sys.argv)"
    done = subprocess.run(
        [sys.executable, "-c", line, "connection_uri", "--port", "c4nary"],
        cwd=MANAGE.parent,
        capture_output=True,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
    )
    assert done.returncode == 2
    assert "c4nary" not in done.stderr
