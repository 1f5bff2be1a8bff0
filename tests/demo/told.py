"""The conflicts that docs/demo.md tells of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

Told = Mapping[str, Mapping[str, set[str]]]

DOCUMENT = Path(__file__).parents[2] / "docs" / "demo.md"
_ROW = re.compile(r"\| `(?P<name>[\w-]+)` \| `(?P<conflict>[\w-]+)` \| (?P<ids>.+) \|")


def told_conflicts(deployment: str) -> Told:
    """Ids by process and conflict; some are those of tasks alone."""
    told: dict[str, dict[str, set[str]]] = {"server": {}, "task": {}}
    for row in _ROW.finditer(DOCUMENT.read_text()):
        if row["name"] == deployment:
            for_all, _, for_tasks = row["ids"].partition("for tasks")
            told["server"][row["conflict"]] = _ids(for_all)
            told["task"][row["conflict"]] = _ids(for_all) | _ids(for_tasks)
    return told


def _ids(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))
