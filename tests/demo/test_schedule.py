"""The schedule inside a worker, as `make run` starts it."""

from __future__ import annotations

import sys
from subprocess import Popen, run

import psutil

from secretsui.demo.child import ROOT
from tests.demo.stack import environment, eventually
from tests.needs import need


def test_the_schedule_ends_with_a_worker_that_was_killed(tmp_path):
    need(sys.platform == "linux", "only Linux tells a process that its parent is gone")
    here = environment(tmp_path, 0)
    run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=here, check=True)
    command = [sys.executable, "-m", "celery", "-A", "secretsui", "worker", "-B", "-P", "threads", "-c", "1"]
    with (tmp_path / "log").open("wb") as log:
        worker = Popen([*command, "-Q", "of-nobody"], cwd=ROOT, env=here, stdout=log, stderr=log)
    try:
        eventually(lambda: "beat: Starting" in (tmp_path / "log").read_text() or worker.poll() is not None)
        schedulers = psutil.Process(worker.pid).children(recursive=True)
        assert schedulers, (tmp_path / "log").read_text()
    finally:
        worker.kill()
        worker.wait()
    _, alive = psutil.wait_procs(schedulers, timeout=15)
    for each in alive:
        each.kill()
    assert not alive
