"""No process of ours outlives the one that started it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def bound_to_parent() -> Callable[[], None] | None:
    """What a child calls first, so that it gets SIGTERM when its parent is gone, even if that was killed.

    None where only Linux can: elsewhere such a child has to be ended by hand. Ready made, because a child between fork
    and exec must not load anything.
    """
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def bind() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # gone before it could be asked for
            os.kill(os.getpid(), signal.SIGTERM)

    return bind
