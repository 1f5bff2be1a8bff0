"""The embedded stack as a process of its own, on a free port and an empty folder."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests

from secretsui.demo.child import ROOT
from tests.services import free_port

LINE = re.compile(r"ready at (?P<address>\S+) - user: (?P<user>\S+) - password: (?P<password>\S+) \((?P<what>[^;]+);")
# Of a machine that is busy with other tests; on an idle one a start takes a few seconds.
PATIENCE = 90


@dataclass
class Stack:
    process: subprocess.Popen[str]
    data: Path
    port: int
    line: str = ""
    errors: str = ""
    children: Sequence[psutil.Process] = field(default_factory=list)

    @property
    def told(self) -> Mapping[str, str]:
        found = LINE.search(self.line)
        assert found, (self.line, self.errors)
        return found.groupdict()

    def child(self, module: str) -> psutil.Process:
        return next(child for child in self.children if module in child.cmdline())

    def log_in(self) -> requests.Session:
        browser = requests.Session()
        login = f"{self.told['address']}accounts/login/"
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(login, timeout=10).text)
        assert token
        form = {
            "login": self.told["user"],
            "password": self.told["password"],
            "csrfmiddlewaretoken": token[1],
        }
        answer = browser.post(login, data=form, headers={"Referer": login}, timeout=20, allow_redirects=False)
        assert (answer.status_code, answer.headers.get("Location")) == (302, "/")
        return browser

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """The exit code, once nothing of the stack is left."""
        code = self.process.wait(30)
        _, alive = psutil.wait_procs(self.children, timeout=15)
        assert not alive, alive
        assert self.process.stderr
        self.errors = self.process.stderr.read()
        return code


def environment(data: Path, port: int, **more: str) -> dict[str, str]:
    dropped = {"DATABASE_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE", "MAKELEVEL", "MAKEFLAGS", "MFLAGS"}
    kept = {key: value for key, value in os.environ.items() if key not in dropped}
    return {**kept, "SECRETSUI_DATA_DIR": str(data), "PORT": str(port), "AIRFLOW": "0", **more}


@contextmanager
def started(data: Path, *, command: Sequence[str] = (), port: int = 0, **more: str) -> Iterator[Stack]:
    """Running, with its line told; whatever a test leaves of it is ended."""
    port = port or free_port()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # So it is below a shell's background job, and every child would inherit it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        command or [sys.executable, "-m", "secretsui.demo"],
        cwd=ROOT,
        env=environment(data, port, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    stack = Stack(process, data, port)
    try:
        assert process.stdout
        stack.line = process.stdout.readline()  # "" when it has ended without one
        if stack.line:
            stack.children = psutil.Process(process.pid).children(recursive=True)
        yield stack
    finally:
        _end(stack)


def refused(data: Path, port: int, **more: str) -> str:
    """What a start that must not succeed says."""
    answer = subprocess.run(
        [sys.executable, "-m", "secretsui.demo"],
        cwd=ROOT,
        env=environment(data, port, **more),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (answer.returncode, answer.stdout) == (1, ""), answer
    return answer.stderr


def answers_on(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def eventually(claim: Callable[[], object], seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.2)


def _end(stack: Stack) -> None:
    if stack.process.poll() is None:
        stack.process.terminate()
        try:
            stack.process.wait(20)
        except subprocess.TimeoutExpired:
            stack.process.kill()
            stack.process.wait()
    for child in stack.children:
        if child.is_running():
            child.kill()
    for pipe in (stack.process.stdout, stack.process.stderr):
        if pipe:
            pipe.close()
