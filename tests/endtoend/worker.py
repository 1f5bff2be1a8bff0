"""A real Celery worker in a process of its own, on the test's database, broker and AWS."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
READY = "ready."
PATIENCE = 40.0


def database_url() -> str:
    """The address of the test database, for another process."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    return f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


def environment(**more: str) -> dict[str, str]:
    """This process's own, which names the data folder, the keys and the sample AWS."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "secretsui.settings",
        "DATABASE_URL": database_url(),
        "PYTHONUNBUFFERED": "1",
        **more,
    }


class Worker:
    """Use as a context manager: it is ready inside, and gone after."""

    def __init__(self, log: Path, *arguments: str, pool: str = "threads", **more: str) -> None:
        self.log = log
        command = [sys.executable, "-m", "celery", "-A", "secretsui", "worker", "-P", pool, "-c", "2"]
        self._command = [*command, "-n", f"test-{os.getpid()}@%h", *arguments]
        self._environment = environment(**more)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Worker:
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        process = self._process
        try:
            wait(lambda: READY in self.said() or process.poll() is not None, "the worker")
            assert process.poll() is None, self.said()
        except AssertionError:
            self.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """At once: a worker that is asked to go waits some seconds for nothing."""
        self.kill()

    def kill(self) -> None:
        """As a power failure: nothing is tidied up."""
        assert self._process
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


def wait(until: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, f"waited {seconds:.0f} seconds for {what}"
        time.sleep(0.05)


def empty_broker() -> None:
    """Messages of other tests are none of ours."""
    if str(settings.CELERY_BROKER_URL).startswith("redis"):
        import redis

        with redis.Redis.from_url(settings.CELERY_BROKER_URL) as client:
            client.flushdb()
        return
    for path in Path(settings.BROKER_DIR).rglob("*"):
        if path.is_file():
            path.unlink()
