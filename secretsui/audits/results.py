"""What became of a try to send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from secretsui.audits.models import Delivery


@dataclass(frozen=True, slots=True)
class Result:
    """`code` is the server's, `problem` a sentence; `wait` is what the server asked for."""

    state: Delivery.State
    code: str = ""
    problem: str = ""
    wait: timedelta | None = None
