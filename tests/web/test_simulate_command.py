from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands

MANAGE = Path(__file__).parents[2] / "manage.py"


def test_the_command_is_listed_with_the_others() -> None:
    assert get_commands()["simulate"] == "secretsui.web"


def test_its_help_tells_the_protocol(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("simulate", "--help")
    shown = capsys.readouterr().out
    assert "parse_uri" in shown
    assert "3.3-sdk" in shown


def test_it_answers_through_django_as_well() -> None:
    # Any further argument takes the way through Django, which ends in the same code.
    question = '{"op": "get_uri", "conn": {"host": "h"}, "id": 1}\n'
    done = subprocess.run(
        [sys.executable, str(MANAGE), "simulate", "--no-color"],
        input=question,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
    )
    assert done.stdout == '{"id": 1, "uri": "//h"}\n'
    assert done.stderr == ""
