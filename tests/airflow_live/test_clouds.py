"""Google's Secret Manager and Azure's Key Vault, read as the real Airflow reads them through the vendors' clients."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.airflow_live.cases import Maker
from tests.airflow_live.clouds_of_worlds import (
    DENIED,
    DISABLED_IN_AZURE,
    DISABLED_IN_GOOGLE,
    FAILED_IN_AZURE,
    FAILED_IN_GOOGLE,
    Clouds,
    serving_clouds,
)
from tests.airflow_live.judging import check, differences
from tests.airflow_live.lookups import Lab, answers, ours
from tests.airflow_live.worlds import Case

pytestmark = pytest.mark.airflow_live

CLOUDS = Lab("3.3", "9.39.0", 3, "clouds")
GOOGLE = "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend"
AZURE = "airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend"
SETTINGS = 34  # of each of the two
WORLDS_OF_A_SETTING = 9
LEGAL = {"google": re.compile(r"[A-Za-z0-9_-]{1,255}"), "azure": re.compile(r"[0-9A-Za-z-]{1,127}")}
IDS = ["db", "my_db", "my-db", "My_DB", "a--b", "a__b", "red--db", "x y", "a.b", "a/b", "_", "-", "x" * 130, "\u00fc"]
PREFIXES = ["airflow-connections", "airflow_x", "a", "a-", "a--", "", "-", None]
SEPS = ["-", "_", "", "--", "x"]
TEXTS = ["http://h", '{"conn_type": "http", "host": "h"}', "", " ", "{broken", "postgres://u:p@h/d?n=1"]
FAILURES: dict[str, Any] = {
    GOOGLE: [DENIED, FAILED_IN_GOOGLE, DISABLED_IN_GOOGLE],
    AZURE: [DENIED, FAILED_IN_AZURE, DISABLED_IN_AZURE],
}


class CloudWorlds:
    def __init__(self, seed: int) -> None:
        maker = Maker(seed)
        self.pick, self.chance = maker.pick, maker.chance

    def setting(self, backend: str) -> list[Case]:
        """Worlds with the same kwargs of this backend, and the same secrets where it looks."""
        kind = self.pick(["connection", "variable"])
        ids = [self.pick(IDS) for _ in range(WORLDS_OF_A_SETTING)]
        kwargs = self.kwargs(backend, f"{kind}s_prefix")
        prefix, sep = kwargs.get(f"{kind}s_prefix", f"airflow-{kind}s"), kwargs.get("sep", "-")
        asked = [f"{start}{each}" for each in dict.fromkeys(ids) for start in ("", "red--", "blue--")]
        names = dict.fromkeys(self.names(str(prefix or ""), sep, asked))
        held = {name: self.entry(backend) for name in names if self.chance(0.5)}
        has_teams = self.chance(0.3)
        same = {
            "backend": backend,
            "backend_kwargs": kwargs,
            "google" if backend == GOOGLE else "azure": held,
        }
        return [self.lookup(kind, each, has_teams=has_teams) | same for each in ids]

    def lookup(self, kind: str, secret_id: str, *, has_teams: bool) -> Case:
        start = "AIRFLOW_CONN_" if kind == "connection" else "AIRFLOW_VAR_"
        own = {start + secret_id.upper(): "http://environment"} if self.chance(0.5) else {}
        return {
            "op": f"resolve_{kind}",
            "conn_id" if kind == "connection" else "key": secret_id,
            "team": self.pick(["red", "blue", ""]) if has_teams else "",
            "env": {"AIRFLOW__CORE__MULTI_TEAM": str(has_teams), **own},
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
        return self.pick(FAILURES[backend]) if self.chance(0.1) else self.pick(TEXTS)


def served(setting: list[Case], clouds: Clouds) -> list[Case]:
    """The same worlds where their secrets lie in a service."""
    first = setting[0]
    is_google = first["backend"] == GOOGLE
    field = "google" if is_google else "azure"
    legal = {name: found for name, found in first[field].items() if LEGAL[field].fullmatch(name)}
    # Azure tells no A from an a, and has one secret of all that differ in nothing else. Google keeps nothing empty.
    one_of_each = legal if is_google else {name.lower(): name for name in legal}.values()
    held = {name: legal[name] for name in one_of_each if legal[name] or not is_google}
    place = clouds.google(held) if is_google else clouds.azure(held)
    if not is_google and "vault_url" not in first["backend_kwargs"]:
        del place["vault_url"]
    return [{**world, field: held, "backend_kwargs": {**world["backend_kwargs"], **place}} for world in setting]


def test_they_are_read_as_airflow_reads_them(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    maker = CloudWorlds(seed)
    with serving_clouds() as (clouds, environ):
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        settings = [maker.setting(backend) for backend in (GOOGLE, AZURE) for _ in range(SETTINGS)]
        worlds = [world for each in settings for world in served(each, clouds)]
        theirs = answers(CLOUDS, worlds, "clouds_oracle.py")
    check(differences(worlds, theirs, [ours(CLOUDS, world) for world in worlds]), len(worlds), seed)
    won = Counter(answer.get("source") or answer.get("error") for answer in theirs)
    sources = ["CloudSecretManagerBackend", "AzureKeyVaultBackend", "EnvironmentVariablesBackend"]
    assert min(won[name] for name in sources) > 40
