"""The embedded stack: sample AWS, web server and worker as children of one small process, and an Airflow beside them.

Standard library only, since this process stays beside the others for as long as they run.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Final

from secretsui.demo.child import Child
from secretsui.demo.companion import Companion
from secretsui.demo.parent import Parent
from secretsui.demo.plan import Plan, Refusal
from secretsui.demo.ports import answers, free_port

USER: Final = "admin"
START_SECONDS: Final = 60
STOP_SECONDS: Final = 8
LOOK_SECONDS: Final = 0.1
SAMPLE_AWS: Final = "sample-aws"


class Stack:
    def __init__(self, plan: Plan, listening: socket.socket) -> None:
        self.plan = plan
        self._listening = listening
        self._logs = plan.data / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._environment = plan.for_children(os.environ)
        self._children: list[Child] = []
        self._companion = Companion(self._logs) if plan.airflow else None
        self._parent = Parent()
        self._asked_to_stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
                signal.signal(number, lambda *_: self._asked_to_stop.set())

    def run(self) -> None:
        """Returns when it was asked to stop; every child has ended then."""
        try:
            if self._start():
                self._say_where()
                self._start_companion()
                while self._goes_on():
                    if self._companion:
                        self._companion.look()
        finally:
            self._stop()

    def _start(self) -> bool:
        """False when it was asked to stop on the way."""
        prepare = Child("prepare", "secretsui.demo.prepare")
        if self.plan.sample:
            port = free_port()
            self._environment["SECRETSUI_DEMO_ENDPOINT"] = f"http://127.0.0.1:{port}"
            self._add(Child(SAMPLE_AWS, "secretsui.demo.sample_aws", str(port)))
        if self._companion:
            self._environment.update(self._companion.environment)
        prepare.start(self._logs, {**self._environment, "SECRETSUI_DEMO_PASSWORD": self.plan.password})
        try:
            while prepare.exit_code() is None:
                if not self._goes_on():
                    return False
        finally:
            prepare.ask_to_stop()
            prepare.stop(monotonic() + STOP_SECONDS)
        if prepare.exit_code() != 0:
            raise Refusal(_obituary(prepare))
        self._add(_web(self._listening.fileno()), self._listening.fileno())
        self._add(_worker())
        return self._wait_for_login_page()

    def _add(self, child: Child, *pass_fds: int) -> None:
        child.start(self._logs, self._environment, pass_fds=pass_fds)
        self._children.append(child)

    def _start_companion(self) -> None:
        if self._companion:
            self._companion.start(self._environment)

    def _wait_for_login_page(self) -> bool:
        deadline = monotonic() + START_SECONDS
        while self._goes_on():
            if answers(self.plan.port, "/accounts/login/"):
                return True
            if monotonic() > deadline:
                raise Refusal(f"The login page did not answer within {START_SECONDS} seconds. See {self._logs}/web.log")
        return False

    def _say_where(self) -> None:
        what = "sample data" if self.plan.sample else "your own AWS credentials"
        print(  # noqa: T201 - the one line that `make run` is for
            f"secretsui is ready at {self.plan.address} - user: {USER} - password: {self.plan.password} "
            f"({what}; Ctrl-C stops it)",
            flush=True,
        )

    def _goes_on(self) -> bool:
        """Looks around once; the death of a child ends the stack, since the others cannot do its work."""
        if self._asked_to_stop.wait(LOOK_SECONDS) or self._parent.has_left():
            return False
        for child in self._children:
            if child.exit_code() is not None:
                raise Refusal(_obituary(child))
        return True

    def _stop(self) -> None:
        """The sample AWS last, since what the worker brings to an end may need it."""
        deadline = monotonic() + STOP_SECONDS
        users = [child for child in self._children if child.name != SAMPLE_AWS]
        users += self._companion.children if self._companion else []
        for group in (users, [child for child in self._children if child.name == SAMPLE_AWS]):
            for child in group:
                child.ask_to_stop()
            for child in group:
                child.stop(deadline)


def _web(listening: int) -> Child:
    serving = ("--bind", f"fd://{listening}", "--workers", "1", "--worker-class", "gthread", "--threads", "8")
    return Child(
        "web", "gunicorn", "secretsui.wsgi", *serving, "--preload", "--graceful-timeout", "3", "--no-control-socket"
    )


def _worker() -> Child:
    """With the scheduler inside it. What several workers would tell one another is left out: there is one."""
    alone = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    return Child(
        "worker", "celery", "-A", "secretsui", "worker", "-l", "INFO", "-B", "-P", "threads", "-c", "4", *alone
    )


def _obituary(child: Child) -> str:
    return f"{child.name} ended by itself, so everything stops. Its log is {child.log}\n{child.last_words()}".strip()


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """Taken here and handed to the web server, so that a busy port is known before anything has started."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
            listening.listen(128)
        except PermissionError:
            raise Refusal(f"Port {port} is reserved for root. Pick one from 1024 on: make run PORT=8001") from None
        except OSError:
            raise Refusal(f"Port {port} is in use. Pick another one: make run PORT={port + 1}") from None
        yield listening


@contextmanager
def _owned(data: Path) -> Iterator[None]:
    """Two stacks on one folder would share a schedule and each other's tasks."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refusal(
                f"Another secretsui runs on {data}. Stop it, or give this one its own folder in SECRETSUI_DATA_DIR."
            ) from None
        yield


def main() -> int:
    os.umask(0o077)  # the index, the logs and the keys are nobody else's to read
    try:
        plan = Plan.from_environment(os.environ)
        with _listening(plan.port) as listening, _owned(plan.data):
            Stack(plan, listening).run()
    except Refusal as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201 - a console program's answer
        return 1
    return 0
