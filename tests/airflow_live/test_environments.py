from __future__ import annotations

import sys
from pathlib import Path

import pytest

from secretsui.demo.airflow import installing
from secretsui.demo.airflow.installing import LOCK, NoAirflow
from tests.airflow_live.environments import LAB


def test_an_interpreter_that_does_not_run_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shim = tmp_path / "python3.11"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setattr(installing, "PYTHON", installing.version_of(sys.executable))
    monkeypatch.setattr(installing, "pythons", lambda: iter([str(shim), sys.executable]))
    assert installing.find_python() == sys.executable


def test_without_the_right_interpreter_the_reason_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installing, "pythons", lambda: iter([]))
    with pytest.raises(NoAirflow, match=r"need Python 3\.11"):
        installing.find_python()


def test_a_failing_command_is_quoted_by_its_last_line() -> None:
    script = "import sys; sys.exit('first\\nno index')"
    with pytest.raises(NoAirflow, match="no index"):
        installing.run([sys.executable, "-c", script])


@pytest.mark.parametrize("lock", [LOCK, *sorted(LAB.glob("*.lock.txt"))], ids=lambda path: path.name)
def test_a_lock_pins_and_says_nothing_else(lock: Path) -> None:
    lines = lock.read_text(encoding="utf-8").splitlines()
    is_overlay = "-" in lock.name
    assert len(lines) > (0 if is_overlay else 100)
    assert [line for line in lines if line.count("==") != 1 or " " in line] == []
