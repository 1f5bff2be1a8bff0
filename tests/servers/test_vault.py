"""The Vault of the tests, asked by the client's own methods, which know the real one."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import hvac
import pytest
from hvac import exceptions

from tests.servers.vault import ROOT, Server
from tests.servers.vault_policies import capabilities


@pytest.fixture
def client(vault: Server) -> Iterator[hvac.Client]:
    found = hvac.Client(url=vault.url, token=ROOT)
    yield found
    found.adapter.close()


def test_version_2_goes_through_the_life_of_a_secret(client: hvac.Client) -> None:
    kv = client.secrets.kv.v2
    kv.create_or_update_secret("a/b", {"value": "one"}, cas=0)
    kv.create_or_update_secret("a/b", {"value": "two"}, cas=1)
    with pytest.raises(exceptions.InvalidRequest, match="check-and-set parameter did not match the current version"):
        kv.create_or_update_secret("a/b", {"value": "three"}, cas=1)

    assert kv.read_secret_version("a/b", version=1, raise_on_deleted_version=True)["data"]["data"] == {"value": "one"}
    assert kv.list_secrets("")["data"]["keys"] == ["a/"]

    kv.delete_latest_version_of_secret("a/b")
    with pytest.raises(exceptions.InvalidPath):
        kv.read_secret_version("a/b", raise_on_deleted_version=True)
    deleted: dict[str, Any] = kv.read_secret_version("a/b", raise_on_deleted_version=False)["data"]
    assert (deleted["data"], deleted["metadata"]["version"]) == (None, 2)
    assert deleted["metadata"]["deletion_time"]

    kv.undelete_secret_versions("a/b", [2])
    kv.destroy_secret_versions("a/b", [1])
    versions = kv.read_secret_metadata("a/b")["data"]["versions"]
    assert [versions[each]["destroyed"] for each in ("1", "2")] == [True, False]

    kv.update_metadata("a/b", max_versions=1, custom_metadata={"owner": "me"})
    kv.create_or_update_secret("a/b", {"value": "three"})
    metadata = kv.read_secret_metadata("a/b")["data"]
    assert (list(metadata["versions"]), metadata["custom_metadata"]) == (["3"], {"owner": "me"})

    kv.delete_metadata_and_all_versions("a/b")
    with pytest.raises(exceptions.InvalidPath):
        kv.list_secrets("")


def test_version_1_keeps_one_object(client: hvac.Client) -> None:
    kv = client.secrets.kv.v1
    kv.create_or_update_secret("a/b", {"value": "one"}, mount_point="kv1")

    assert kv.read_secret("a/b", mount_point="kv1")["data"] == {"value": "one"}
    assert kv.list_secrets("a", mount_point="kv1")["data"]["keys"] == ["b"]
    with pytest.raises(exceptions.InvalidRequest, match="missing data fields"):
        kv.create_or_update_secret("empty", {}, mount_point="kv1")
    kv.delete_secret("a/b", mount_point="kv1")
    with pytest.raises(exceptions.InvalidPath):
        kv.read_secret("a/b", mount_point="kv1")


def test_check_and_set_can_be_demanded(vault: Server, client: hvac.Client) -> None:
    vault.world.engine().cas_required = True

    with pytest.raises(exceptions.InvalidRequest, match="check-and-set parameter required"):
        client.secrets.kv.v2.create_or_update_secret("a", {"value": "x"})


def test_a_token_lives_as_long_as_it_is_renewed(vault: Server) -> None:
    client = hvac.Client(url=vault.url, token=vault.world.token(ttl=60))
    vault.world.seconds += 50
    client.auth.token.renew_self()
    vault.world.seconds += 50
    assert client.auth.token.lookup_self()["data"]["ttl"] == 10

    vault.world.seconds += 10
    with pytest.raises(exceptions.Forbidden, match="invalid token"):
        client.auth.token.lookup_self()
    client.adapter.close()


@pytest.mark.parametrize(("sealed", "standby", "status"), [(False, False, 200), (False, True, 429), (True, False, 503)])
def test_health_is_told_by_its_status(vault: Server, sealed: bool, standby: bool, status: int) -> None:
    vault.world.sealed, vault.world.standby = sealed, standby
    try:
        with urllib.request.urlopen(f"{vault.url}/v1/sys/health") as response:
            found, body = response.status, json.loads(response.read())
    except urllib.request.HTTPError as error:
        with error:
            found, body = error.code, json.loads(error.read())

    assert (found, body["sealed"]) == (status, sealed)


@pytest.mark.parametrize(
    ("policy", "path", "expected"),
    [
        ({"secret/data/*": ["read"]}, "secret/data/a/b", ["read"]),
        ({"secret/data/*": ["read"]}, "secret/data", ["deny"]),
        ({"secret/data/*": ["read"]}, "secret/data/", ["read"]),
        ({"secret/data/a": ["read"], "secret/data/*": ["deny"]}, "secret/data/a", ["read"]),
        ({"secret/data/a*": ["update"], "secret/data/*": ["read"]}, "secret/data/ab", ["update"]),
        ({"secret/+/a": ["list"], "secret/data/*": ["read"]}, "secret/data/a", ["read"]),
        ({"secret/+/a": ["list"]}, "secret/x/a", ["list"]),
        ({"secret/+/a": ["list"]}, "secret/x/y/a", ["deny"]),
        ({"secret/*": ["read", "deny"]}, "secret/a", ["deny"]),
        ({}, "secret/a", ["deny"]),
    ],
)
def test_the_most_specific_rule_counts(policy: dict[str, list[str]], path: str, expected: list[str]) -> None:
    assert capabilities([policy], path) == expected


def test_rules_of_several_policies_add_up() -> None:
    assert capabilities([{"a/*": ["read"]}, {"a/*": ["list"]}], "a/b") == ["list", "read"]
    assert capabilities([{"a/*": ["read"]}, {"a/*": ["deny"]}], "a/b") == ["deny"]
