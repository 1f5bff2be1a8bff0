"""What a team gets, and what nobody gets because it could be a team's: as the real Airflow answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.airflow_live.cases import Maker
from tests.airflow_live.lookups import AIRFLOW_3, aws_of, compare
from tests.airflow_live.worlds import PARAMETER_STORE, SECRETS_MANAGER, Case, WorldMaker

pytestmark = pytest.mark.airflow_live

WORLDS = 240
TEAMS = ("red", "blue")
IDS = ["db", "db", "My_DB", "red--db", "a--b", "--", "_red___db", "db___x", "team/db"]
STARTS = {"connection": "AIRFLOW_CONN_", "variable": "AIRFLOW_VAR_"}


class TeamWorlds:
    def __init__(self, seed: int) -> None:
        maker = Maker(seed)
        self.pick, self.chance = maker.pick, maker.chance

    def world(self, number: int) -> Case:
        kind, secret_id = self.pick(["connection", "variable"]), self.pick(IDS)
        has_teams = self.chance(0.85)
        environ = {"AIRFLOW__CORE__MULTI_TEAM": str(has_teams), **dict(self.environ(kind, secret_id, number))}
        asked = {"conn_id" if kind == "connection" else "key": secret_id, "op": f"resolve_{kind}"}
        team = self.pick([*TEAMS, ""]) if has_teams else ""
        return {**asked, "team": team, "env": environ, **self.backend(kind, secret_id), **self.rows(kind, secret_id)}

    def environ(self, kind: str, secret_id: str, number: int) -> Iterator[tuple[str, str]]:
        for name in (*(f"_{team}___{secret_id}" for team in TEAMS), secret_id):
            if self.chance(0.3):
                yield (STARTS[kind] + name).upper(), self.pick(["", f"http://environment-{number}"])

    def backend(self, kind: str, secret_id: str) -> Case:
        backend = self.pick(["", SECRETS_MANAGER, PARAMETER_STORE])
        prefix = self.pick(["airflow/x", "airflow/x", ""])
        names = [*(f"{team}--{secret_id}" for team in TEAMS), secret_id]
        paths = [f"{prefix}/{name}" if prefix else name for name in names if self.chance(0.4)]
        if backend == SECRETS_MANAGER:
            stores: Case = {"secrets": {path: f"http://{path}" for path in paths}}
        else:
            stores = {"parameters": {f"/{path}": f"http://{path}" for path in paths}} if backend else {}
        return {**stores, "backend": backend, "backend_kwargs": {f"{kind}s_prefix": prefix} if backend else {}}

    def rows(self, kind: str, secret_id: str) -> Case:
        if self.chance(0.4):
            return {}
        team = {"team_name": self.pick([None, *TEAMS])}
        if kind == "connection":
            return {"metastore": [{"conn_id": secret_id, "conn_type": "http", "host": "row", **team}]}
        return {"metastore_variables": [{"key": secret_id, "val": "row", **team}]}


def test_teams_find_what_airflow_finds_for_them(seed: int, tmp_path: Path) -> None:
    maker, of_teams = WorldMaker(seed), TeamWorlds(seed)
    settings, worlds = zip(*(maker.known(of_teams.world(number)) for number in range(WORLDS)), strict=True)
    with aws_of(settings, tmp_path):
        won: Counter[str] = compare(AIRFLOW_3, worlds, seed)
    sources = ["SecretsManagerBackend", "SystemsManagerParameterStoreBackend", "EnvironmentVariablesBackend"]
    assert min(won[name] for name in [*sources, "MetastoreBackend"]) > 8
