"""The stores that the contract test runs against: how a test opens an empty one, and how that one spells things."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pytest

from secretsui.stores.base import Store
from tests.servers.azure import azure_store
from tests.servers.google import google_store


def _parameter_store(request: pytest.FixtureRequest) -> Store:
    from secretsui.stores.parameter_store import ParameterStore

    return ParameterStore(request.getfixturevalue("aws").identity())


def _google(request: pytest.FixtureRequest) -> Store:
    return google_store(request.getfixturevalue("google"))


def _vault(kv: int) -> Callable[[pytest.FixtureRequest], Store]:
    def opened(request: pytest.FixtureRequest) -> Store:
        from tests.servers.vault import Server

        server: Server = request.getfixturevalue("vault")
        return server.store("secret" if kv == 2 else "kv1", kv)

    return opened


def _azure(request: pytest.FixtureRequest) -> Store:
    return azure_store(request.getfixturevalue("azure"))


def _as_it_is(name: str) -> str:
    return name


@dataclass(frozen=True)
class Case:
    """What a store's capabilities do not tell, and a test needs to know."""

    open: Callable[[pytest.FixtureRequest], Store]
    name: Callable[[str], str] = _as_it_is  # a path with slashes, as this store spells it
    no_version: str = str(uuid.UUID(int=7, version=4))  # well-formed, and nobody's
    keeps_empty: bool = False
    tells_letter_case: bool = True  # A and a are two names
    dates_values: bool = True  # a value that is read comes with the time of its version
    moves_back: bool = False  # an old version that is put back keeps its id; otherwise its text becomes a new version


CASES: Final[Mapping[str, Case]] = {
    "secrets-manager": Case(lambda request: request.getfixturevalue("aws").store(), moves_back=True),
    "azure": Case(
        _azure,
        name=lambda name: name.replace("/", "-"),
        no_version="0" * 32,
        keeps_empty=True,
        tells_letter_case=False,
    ),
    "google": Case(_google, name=lambda name: name.replace("/", "-"), no_version="7777", dates_values=False),
    "vault-2": Case(_vault(2), no_version="7777", keeps_empty=True),
    "vault-1": Case(_vault(1), keeps_empty=True),
    "parameter-store": Case(_parameter_store, name=lambda name: f"/{name}", no_version="7777"),
}
