"""Whether the `make` that started the supervisor still wants it."""

from __future__ import annotations

import os
import signal
from pathlib import Path


class Parent:
    """make passes SIGTERM on, yet on a SIGINT that reaches make alone it waits for its child without telling it.

    What can be seen then is that make no longer catches the signal. A make that is gone needs nothing any more.
    """

    def __init__(self) -> None:
        self._watched = "MAKELEVEL" in os.environ
        self._pid = os.getppid()
        self._caught = self._catches_interrupt()

    def has_left(self) -> bool:
        if not self._watched:
            return False
        return os.getppid() != self._pid or (self._caught and not self._catches_interrupt())

    def _catches_interrupt(self) -> bool:
        try:
            status = Path(f"/proc/{self._pid}/status").read_text()
        except OSError:
            return False
        mask = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")), "0")
        return bool(int(mask, 16) >> (signal.SIGINT - 1) & 1)
