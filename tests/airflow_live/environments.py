"""Real Airflow of each generation, installed once. The lock of 3.3 is the sample stack's, the others are the lab's."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from secretsui.demo.airflow.installing import LOCK, NoAirflow, alone, cache_folder, installed

__all__ = ["LAB", "Generation", "NoAirflow", "airflow_python", "alone", "cache_folder"]

Generation = Literal[2, 3]

LAB = Path(__file__).parent / "lab"


def airflow_python(generation: Generation, overlay: str = "") -> Path:
    """The interpreter of an environment that has this Airflow; installed if need be, which takes seconds.

    An overlay is one more lock, whose pins replace those of the first.
    """
    base = LOCK if generation == 3 else LAB / "airflow2.lock.txt"
    return installed(base, *([LAB / f"airflow{generation}-{overlay}.lock.txt"] if overlay else []))
