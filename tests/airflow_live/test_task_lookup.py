"""Which source a task of Airflow 3 gets it from: its worker's two, or the server's three behind the Execution API."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.airflow_live.lookups import AIRFLOW_3, aws_of, compare, fixed
from tests.airflow_live.worlds import WorldMaker

pytestmark = pytest.mark.airflow_live


def test_every_world_of_five_layers_is_resolved_as_airflow_does(seed: int, tmp_path: Path) -> None:
    maker = WorldMaker(seed)
    settings = maker.settings(60)
    worlds = [world for setting in settings for world in maker.task_worlds(setting)]
    known = [maker.known(case) for case in fixed() if "process" in case]
    assert len(worlds) >= 500
    with aws_of([*settings, *(setting for setting, _ in known)], tmp_path):
        won = compare(AIRFLOW_3, [*(world for _, world in known), *worlds], seed)
    assert min(won["ExecutionAPISecretsBackend"], won["SecretsManagerBackend"]) > 50
