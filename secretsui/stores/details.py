"""What no list tells of secrets: asked for each of them, a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Literal

from secretsui.stores.base import Store, StoreError

Detail = Literal["describe", "versions", "policy"]
# By kind what the store answered: SecretInfo, Versions, the text of a policy; or why it did not.
Details = Mapping[Detail, Any]
WORKERS: Final = 6


def read(store: Store, names: Sequence[str], asked: Sequence[Detail]) -> Mapping[str, Details]:
    ways: Mapping[Detail, Callable[[str], object]] = {
        "describe": store.describe,
        "versions": store.versions,
        "policy": store.resource_policy,
    }

    def of(name: str) -> Details:
        return {each: _answer(ways[each], name) for each in asked}

    with ThreadPoolExecutor(WORKERS, thread_name_prefix="details") as pool:
        return dict(zip(names, pool.map(of, names), strict=True))


def _answer(way: Callable[[str], object], name: str) -> object:
    try:
        return way(name)
    except StoreError as error:
        return error
