"""Realistic files, and what a report says in a form that is easy to compare."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from secretsui.airflow.environment import EnvironmentReport, Value
from secretsui.core.sensitive import Sensitive

DATA = Path(__file__).parent / "data"


def text(name: str) -> str:
    return (DATA / name).read_text()


def answer(name: str) -> Any:
    return json.loads(text(name))


def plain(value: Value) -> Any:
    return value.reveal() if isinstance(value, Sensitive) else value


def values(report: EnvironmentReport, component: str = "") -> dict[str, Any]:
    return {each.name: plain(each.value) for each in report.entries if each.component == component}


def origins(report: EnvironmentReport, component: str = "") -> dict[str, tuple[str, int]]:
    return {each.name: (each.source, each.line) for each in report.entries if each.component == component}


def problems(report: EnvironmentReport) -> list[tuple[str, int]]:
    return [(each.code, each.line) for each in report.problems]


def gaps(report: EnvironmentReport) -> list[tuple[str, str, str]]:
    return [(each.reason, each.component, each.where) for each in report.gaps]
