"""The stores that the contract test runs against: how a test opens an empty one, and how that one spells things."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pytest

from secretsui.stores.base import Store


def _parameter_store(request: pytest.FixtureRequest) -> Store:
    from secretsui.stores.parameter_store import ParameterStore

    return ParameterStore(request.getfixturevalue("aws").identity())


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
    moves_back: bool = False  # an old version that is put back keeps its id; otherwise its text becomes a new version


CASES: Final[Mapping[str, Case]] = {
    "secrets-manager": Case(lambda request: request.getfixturevalue("aws").store(), moves_back=True),
    "parameter-store": Case(_parameter_store, name=lambda name: f"/{name}", no_version="7777"),
}
