"""Lookups in worlds, as a real Airflow answers them and as we do."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from secretsui.core import simulate
from tests.airflow_live.aws_of_worlds import serving
from tests.airflow_live.conftest import answers_of
from tests.airflow_live.environments import LAB, Generation, NoAirflow, airflow_python
from tests.airflow_live.judging import check, differences
from tests.airflow_live.worlds import Case, Setting
from tests.aws_server import environment
from tests.needs import need

# We cannot tell what a class of somebody's own does; without it Airflow does not even start, and the lab has none.
NOT_INSTALLED = {"error": "AirflowConfigException"}
FIXED = Path(__file__).parent / "fixed_worlds.jsonl"


@dataclass(frozen=True, slots=True)
class Lab:
    """One installed Airflow, and which amazon provider it has."""

    airflow: str
    amazon: str
    generation: Generation
    overlay: str = ""


AIRFLOW_2 = Lab("2.11", "8.29.0", 2)
AIRFLOW_3 = Lab("3.3", "9.39.0", 3)
AIRFLOW_3_SHARED = Lab("3.3", "9.25.0", 3, "shared")


@contextlib.contextmanager
def aws_of(settings: Sequence[Setting], folder: Path) -> Iterator[None]:
    """The secrets of the settings, where every process that is started meanwhile finds them."""
    with pytest.MonkeyPatch.context() as patch, serving(settings) as url:
        for name, value in environment(url, folder).items():
            patch.setenv(name, value)
        yield


def compare(lab: Lab, worlds: Sequence[Case], seed: int) -> Counter[str]:
    """How often each source won."""
    theirs = answers(lab, worlds)
    check(differences(worlds, theirs, [ours(lab, world) for world in worlds]), len(worlds), seed)
    return Counter(each.get("source") or each.get("error", "") for each in theirs)


def answers(lab: Lab, worlds: Sequence[Case], oracle: str = "lookup_oracle.py") -> list[dict[str, Any]]:
    try:
        python = airflow_python(lab.generation, lab.overlay)
    except NoAirflow as reason:
        need(False, f"no Airflow to compare with: {reason}")
    lines = "".join(json.dumps(world) + "\n" for world in worlds)
    return [without_words(each) for each in answers_of([str(python), str(LAB / oracle)], lines)]


def without_words(answer: dict[str, Any]) -> dict[str, Any]:
    traces = [name for name in ("trace", "server_trace") if name in answer]
    return {**answer, **{name: [_outcome(step) for step in answer[name]] for name in traces}}


def _outcome(step: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in step.items() if name != "message"}


def ours(lab: Lab, world: Case) -> dict[str, Any]:
    line = json.dumps({**world, "airflow": lab.airflow, "amazon": lab.amazon})
    answer = dict(json.loads(simulate.answer_line(line.encode()), parse_constant=str))
    return {**answer, **NOT_INSTALLED} if answer.get("error") == "CannotTell" else answer


def fixed() -> list[Case]:
    """Worlds that once were answered in two ways, or nearly."""
    return [json.loads(line) for line in FIXED.read_text(encoding="utf-8").splitlines()]
