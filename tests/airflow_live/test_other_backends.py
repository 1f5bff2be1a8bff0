"""Vault and local files, read as the real Airflow reads them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.airflow_live.judging import check, differences
from tests.airflow_live.lookups import AIRFLOW_2, AIRFLOW_3, Lab, answers, ours
from tests.airflow_live.vault_of_worlds import TOKEN, VAULT, VaultMaker, serving
from tests.airflow_live.worlds import Case
from tests.servers.vault import Server

pytestmark = pytest.mark.airflow_live

FILES = "airflow.secrets.local_filesystem.LocalFilesystemBackend"
OBJECTS: dict[str, Any] = {
    "secret/connections/uri": {"conn_uri": "postgresql://u:p@h"},
    "secret/connections/fields": {"conn_type": "a-b", "host": "h", "port": "5", "extra": {"a": 1}},
    "secret/connections/strange": {"user": "u"},
    "secret/connections/empty": {},
    "secret/connections/blank": {"conn_uri": " "},
    "secret/connections/number": {"conn_uri": 5},
    "secret/connections/denied": "denied",
    "secret/variables/text": {"value": "x"},
    "secret/variables/blank": {"value": ""},
    "secret/variables/number": {"value": 5},
    "secret/variables/other": {"text": "x"},
    "secret/uri": {"conn_uri": "", "host": "h"},
    "secret/all/uri": {"conn_uri": "http://all"},
    "kv/connections/uri": {"host": "kv"},
    "kv/uri": {"host": "kv alone"},
}
KWARGS: list[dict[str, Any]] = [
    {},
    {"connections_path": "", "variables_path": "variables/"},
    {"connections_path": None, "variables_path": None},
    {"connections_path": ["nowhere", "connections/"], "variables_path": []},
    {"connections_path": "nowhere", "global_secrets_path": "all/"},
    {"mount_point": None},
    {"mount_point": ""},
    {"mount_point": "kv"},
    {"connections_path": 5},
    {"config_path": [5]},
    {"auth_type": "approle"},
    {"auth_type": "magic"},
    {"kv_engine_version": 3},
    {"token": ""},
]
SETTINGS = 40  # of eight worlds each
CONNECTIONS = ["uri", "fields", "strange", "empty", "blank", "number", "denied", "absent", "kv/uri", "a b"]
VARIABLES = ["text", "blank", "number", "other", "absent"]
ENTRIES: dict[str, Any] = {
    "connections.json": {
        "uri": "http://h",
        "json": '{"conn_type": "http"}',
        "fields": {"conn_type": "a-b", "host": "h", "port": 5, "extra_dejson": {"a": 1}},
        "one": ["http://one"],
    },
    "broken.json": {"uri": "http://h", "strange": {"colour": "red"}},
    "variables.json": {"text": "x", "blank": ""},
}


def asked(backend: str, kwargs: dict[str, Any], connections: list[str], variables: list[str]) -> Iterator[Case]:
    world = {"backend": backend, "backend_kwargs": kwargs, "env": {"AIRFLOW_CONN_STRANGE": "http://environment"}}
    yield from ({"op": "resolve_connection", "conn_id": each, **world} for each in connections)
    yield from ({"op": "resolve_variable", "key": each, **world} for each in variables)


def of_vault(url: str) -> list[Case]:
    kwargs = [{"url": url, "token": TOKEN, **each} for each in KWARGS]
    return [world for each in kwargs for world in asked(VAULT, each, CONNECTIONS, VARIABLES)]


def of_files(folder: Path) -> list[Case]:
    for name, entries in ENTRIES.items():
        (folder / name).write_text(json.dumps(entries))
    kwargs: list[dict[str, Any]] = [
        {"connections_file_path": f"{folder}/connections.json", "variables_file_path": f"{folder}/variables.json"},
        {"connections_file_path": f"{folder}/broken.json"},
        {"colour": "red"},
        {},
    ]
    ids = (["uri", "json", "fields", "one", "absent"], ["text", "blank", "absent"])
    return [world for each in kwargs for world in asked(FILES, each, *ids)]


@pytest.mark.parametrize("lab", [AIRFLOW_2, AIRFLOW_3], ids=lambda lab: lab.airflow)
def test_they_are_read_as_airflow_reads_them(lab: Lab, tmp_path: Path) -> None:
    with serving(OBJECTS) as url:
        worlds = [*of_vault(url), *of_files(tmp_path)]
        theirs = answers(lab, worlds)
    readable = {f"{tmp_path}/{name}": entries for name, entries in ENTRIES.items() if name != "broken.json"}
    mine = [ours(lab, {**world, "vault": OBJECTS, "files": readable}) for world in worlds]
    check(differences(worlds, theirs, mine), len(worlds), 0)
    won = Counter(answer.get("source") or answer.get("error") for answer in theirs)
    assert (won["VaultBackend"] > 15, won["VaultError"] > 30, won["LocalFilesystemBackend"]) == (True, True, 6)


@pytest.mark.parametrize(
    ("lab", "hashicorp"),
    [(Lab("2.11", "8.29.0", 2, "vault"), "4.7.0"), (AIRFLOW_3, "4.8.4")],
    ids=["hashicorp-4.7", "hashicorp-4.8"],
)
def test_random_vaults_are_read_as_airflow_reads_them(lab: Lab, hashicorp: str, tmp_path: Path, seed: int) -> None:
    server = Server()
    try:
        worlds = VaultMaker(seed, server, tmp_path, knows_lists=hashicorp != "4.7.0").worlds(SETTINGS)
        theirs = answers(lab, worlds)
    finally:
        server.stop()
    providers = {"apache-airflow-providers-hashicorp": hashicorp}
    mine = [ours(lab, {**world, "providers": providers}) for world in worlds]
    check(differences(worlds, theirs, mine), len(worlds), seed)
    won = Counter(answer.get("source") for answer in theirs)
    assert won["VaultBackend"] > len(worlds) / 10
    assert won[None] > len(worlds) / 10
