"""Throwaway PostgreSQL and Redis servers.

    python -m tests.services run -- pytest -m "database or broker"

starts both on free ports, tells the command by DATABASE_URL and CELERY_BROKER_URL, and stops both after it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

START_SECONDS = 30
Process = subprocess.Popen[bytes]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgresql_tool(name: str) -> str | None:
    """Debian keeps the server's programs off the path."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: path.parts[-3])
    return shutil.which(name) or (str(versions[-1]) if versions else None)


def missing() -> Sequence[str]:
    wanted = {
        "PostgreSQL (initdb, postgres)": postgresql_tool("initdb") and postgresql_tool("postgres"),
        "Redis (redis-server)": shutil.which("redis-server"),
    }
    return [name for name, found in wanted.items() if not found]


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of an empty database on a server of its own."""
    initdb, server = postgresql_tool("initdb"), postgresql_tool("postgres")
    if not initdb or not server:
        raise RuntimeError("PostgreSQL was not found")
    with _folder(_postgres_user()) as home:
        run = {**_postgres_user(), "cwd": home, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        data, port = home / "data", free_port()
        subprocess.run(
            [initdb, "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"], check=True, **run
        )
        options = ["-p", str(port), "-k", str(home), "-h", "127.0.0.1", "-c", "fsync=off"]
        with _running([server, "-D", str(data), *options], stop=signal.SIGINT, **run) as process:
            _wait(process, lambda: _accepts(home, port), "PostgreSQL")
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"


@contextmanager
def redis() -> Iterator[str]:
    """The URL of a server of its own, without the number of a database."""
    port = free_port()
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    with _folder() as home, _running(command, cwd=home, stdout=subprocess.DEVNULL) as process:
        _wait(process, lambda: _pongs(port), "Redis")
        yield f"redis://127.0.0.1:{port}"


def _postgres_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextmanager
def _folder(owner: dict[str, Any] | None = None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="secretsui-service-", ignore_cleanup_errors=True) as name:
        if owner:
            os.chown(name, owner["user"], owner["group"])
        yield Path(name)


@contextmanager
def _running(command: Sequence[str], *, stop: int = signal.SIGTERM, **options: Any) -> Iterator[Process]:
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        process.send_signal(stop)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: Process, ready: Callable[[], bool], name: str) -> None:
    until = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{name} did not start")
        time.sleep(0.05)


def _accepts(home: Path, port: int) -> bool:
    """The pid file's last line says "ready" once connections are accepted."""
    try:
        lines = (home / "data" / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[3] == str(port) and lines[7].strip() == "ready"


def _pongs(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as link:
            link.sendall(b"PING\r\n")
            return link.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def run(command: Sequence[str]) -> int:
    """The exit code of `command`, run beside both servers. One that is missing is a failure in CI."""
    if lacking := missing():
        print(f"Not run on PostgreSQL and Redis: {' and '.join(lacking)} not found.", file=sys.stderr)
        return 1 if os.environ.get("CI") == "true" else 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        database, broker = stack.enter_context(postgresql()), stack.enter_context(redis())
        environment = {**os.environ, "DATABASE_URL": database, "CELERY_BROKER_URL": f"{broker}/0"}
        with _running(command, env=environment) as process:
            return process.wait()


if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[1:3] != ["run", "--"]:
        sys.exit("Usage: python -m tests.services run -- COMMAND …")
    sys.exit(run(sys.argv[3:]))
