"""Which source has it: in every random world our answer is that of the real Airflow, and so is the way to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.airflow_live.lookups import (
    AIRFLOW_2,
    AIRFLOW_3,
    AIRFLOW_3_SHARED,
    Lab,
    aws_of,
    compare,
    fixed,
)
from tests.airflow_live.worlds import PARAMETER_STORE, SECRETS_MANAGER, SHARED, Case, WorldMaker

pytestmark = pytest.mark.airflow_live


@dataclass(frozen=True, slots=True)
class Stage:
    usual: list[Case]
    shared: list[Case]
    fixed: list[Case]


@pytest.fixture(scope="module")
def stage(seed: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    maker = WorldMaker(seed)
    usual, shared = maker.settings(210), maker.settings(20, [SHARED])
    known = [maker.known(case) for case in fixed() if "process" not in case]
    with aws_of([*usual, *shared, *(setting for setting, _ in known)], tmp_path_factory.mktemp("aws")):
        yield Stage(
            [world for setting in usual for world in maker.worlds(setting)],
            [world for setting in shared for world in maker.worlds(setting)],
            [world for _, world in known],
        )


@pytest.mark.parametrize("lab", [AIRFLOW_2, AIRFLOW_3], ids=lambda lab: lab.airflow)
def test_every_world_is_resolved_as_airflow_does(lab: Lab, stage: Stage, seed: int) -> None:
    assert len(stage.usual) >= 2000
    asked = Counter(world.get("backend") for world in stage.usual)
    assert min(asked[backend] for backend in (SECRETS_MANAGER, PARAMETER_STORE, SHARED)) >= 300
    won = compare(lab, [*stage.fixed, *stage.shared, *stage.usual], seed)
    sources = ["SecretsManagerBackend", "SystemsManagerParameterStoreBackend", "MetastoreBackend"]
    assert min(won[name] for name in [*sources, "EnvironmentVariablesBackend"]) > 50
    assert (won["SharedSecretsManagerBackend"] > 50) is (lab is AIRFLOW_2)
    assert won["AirflowConfigException"] > 0


def test_the_backend_of_a_shared_account_works_with_an_older_provider(stage: Stage, seed: int) -> None:
    assert compare(AIRFLOW_3_SHARED, [*stage.fixed, *stage.shared], seed)["SharedSecretsManagerBackend"] > 50
