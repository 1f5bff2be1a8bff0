"""The schedule inside a worker, as `make run` starts it."""

from __future__ import annotations

import sys
from subprocess import Popen

import psutil

from secretsui.demo.child import ROOT
from tests.demo.stack import environment, eventually
from tests.needs import need


def test_the_schedule_ends_with_a_worker_that_was_killed(tmp_path):
    need(sys.platform == "linux", "only Linux tells a process that its parent is gone")
    schedule = ("-B", "-s", str(tmp_path / "beat-schedule"))
    command = [sys.executable, "-m", "celery", "-A", "secretsui", "worker", *schedule, "-P", "threads", "-c", "1"]
    with (tmp_path / "log").open("wb") as log:
        worker = Popen([*command, "-Q", "of-nobody"], cwd=ROOT, env=environment(tmp_path, 0), stdout=log, stderr=log)
    try:
        eventually(lambda: list(tmp_path.glob("beat-schedule*")) or worker.poll() is not None)
        schedulers = psutil.Process(worker.pid).children(recursive=True)
        assert schedulers, (tmp_path / "log").read_text()
    finally:
        worker.kill()
        worker.wait()
    _, alive = psutil.wait_procs(schedulers, timeout=15)
    for each in alive:
        each.kill()
    assert not alive
