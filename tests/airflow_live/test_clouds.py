"""Google's Secret Manager and Azure's Key Vault, read as the real Airflow reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.airflow_live.cases import Maker
from tests.airflow_live.judging import check, differences
from tests.airflow_live.lookups import Lab, answers, ours
from tests.airflow_live.worlds import Case

pytestmark = pytest.mark.airflow_live

CLOUDS = Lab("3.3", "9.39.0", 3, "clouds")
GOOGLE = "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend"
AZURE = "airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend"
WORLDS = 1500
IDS = ["db", "my_db", "my-db", "My_DB", "a--b", "a__b", "red--db", "x y", "a.b", "a/b", "_", "-", "x" * 130, "\u00fc"]
PREFIXES = ["airflow-connections", "airflow_x", "a", "a-", "a--", "", "-", None]
SEPS = ["-", "_", "", "--", "x"]
TEXTS = ["http://h", '{"conn_type": "http", "host": "h"}', "", " ", "{broken", "postgres://u:p@h/d?n=1"]
FAILURES = {GOOGLE: "ServiceUnavailable", AZURE: "ServiceRequestError"}


class CloudWorlds:
    def __init__(self, seed: int) -> None:
        maker = Maker(seed)
        self.pick, self.chance = maker.pick, maker.chance

    def world(self) -> Case:
        backend, kind, secret_id = self.pick([GOOGLE, AZURE]), self.pick(["connection", "variable"]), self.pick(IDS)
        kwargs = self.kwargs(backend, f"{kind}s_prefix")
        has_teams = self.chance(0.3)
        team = self.pick(["red", "blue", ""]) if has_teams else ""
        prefix, sep = kwargs.get(f"{kind}s_prefix", f"airflow-{kind}s"), kwargs.get("sep", "-")
        names = self.names(str(prefix or ""), sep, [secret_id, f"red--{secret_id}", f"blue--{secret_id}"])
        held = {name: self.entry(backend) for name in names if self.chance(0.5)}
        environ = {"AIRFLOW__CORE__MULTI_TEAM": str(has_teams)}
        start = "AIRFLOW_CONN_" if kind == "connection" else "AIRFLOW_VAR_"
        return {
            "op": f"resolve_{kind}",
            "conn_id" if kind == "connection" else "key": secret_id,
            "team": team,
            "backend": backend,
            "backend_kwargs": kwargs,
            "google" if backend == GOOGLE else "azure": held,
            "env": {**environ, **({start + secret_id.upper(): "http://environment"} if self.chance(0.5) else {})},
        }

    def kwargs(self, backend: str, prefix: str) -> dict[str, Any]:
        given = {prefix: self.pick(PREFIXES), "sep": self.pick(SEPS)}
        chosen = {name: value for name, value in given.items() if self.chance(0.4)}
        if backend == GOOGLE:
            return chosen | ({"colour": "red"} if self.chance(0.03) else {})
        return chosen | ({"vault_url": "https://vault.example"} if self.chance(0.97) else {})

    def names(self, prefix: str, sep: str, ids: list[str]) -> Iterator[str]:
        """Joined in each way that one of the two has."""
        for each in ids:
            for start in dict.fromkeys((prefix, prefix.rstrip(sep))):
                name = f"{start}{sep}{each}"
                yield from dict.fromkeys((name, name.replace("_", sep), name.removeprefix(sep), each.replace("_", sep)))

    def entry(self, backend: str) -> Any:
        failures = [{"denied": True}, {"error": FAILURES[backend]}]
        return self.pick(failures) if self.chance(0.1) else self.pick(TEXTS)


def test_they_are_read_as_airflow_reads_them(seed: int) -> None:
    maker = CloudWorlds(seed)
    worlds = [maker.world() for _ in range(WORLDS)]
    theirs = answers(CLOUDS, worlds, "clouds_oracle.py")
    check(differences(worlds, theirs, [ours(CLOUDS, world) for world in worlds]), len(worlds), seed)
    won = Counter(answer.get("source") or answer.get("error") for answer in theirs)
    sources = ["CloudSecretManagerBackend", "AzureKeyVaultBackend", "EnvironmentVariablesBackend"]
    assert min(won[name] for name in sources) > 50
