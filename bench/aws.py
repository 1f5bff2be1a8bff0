"""The server that both sides of a comparison talk to: the tests' sample AWS in a process of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.aws_server import REGION, environment

__all__ = ["REGION", "server"]


@contextlib.contextmanager
def server(count: int, prefix: str, *more: str) -> Iterator[str]:
    """The address of a server that holds `count` connections under `prefix`; the environment leads there meanwhile."""
    command = [sys.executable, "-m", "tests.aws_server", "--seed", str(count), "--prefix", f"{prefix}/", *more]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    before = dict(os.environ)
    try:
        assert child.stdout is not None
        address = child.stdout.readline().strip()
        assert address.startswith("http"), "the server did not start"
        os.environ.update(environment(address, Path(os.environ["SECRETSUI_DATA_DIR"])))
        yield address
    finally:
        child.terminate()
        child.wait(10)
        os.environ.clear()
        os.environ.update(before)
