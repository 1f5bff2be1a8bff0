"""One figure a line."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence


def line(figure: str, **facts: object) -> None:
    print(json.dumps({"figure": figure, **facts}), flush=True)


def ratio(figure: str, ours: float, bare: float, goal: float, **facts: object) -> None:
    """Seconds of ours against seconds of the bare program, and whether the goal holds."""
    found = round(ours / bare, 3)
    line(figure, ours_s=round(ours, 3), bare_s=round(bare, 3), ratio=found, goal=goal, holds=found <= goal, **facts)


def percentiles(samples: Sequence[float]) -> dict[str, float]:
    """p50 and p95 of seconds, in milliseconds."""
    cut = statistics.quantiles(samples, n=20, method="inclusive")
    return {"p50_ms": round(statistics.median(samples) * 1000, 1), "p95_ms": round(cut[18] * 1000, 1)}
