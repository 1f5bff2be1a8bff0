"""What listing and reading everything takes of each store: calls, against the fewest that its API allows, and time."""

from __future__ import annotations

import contextlib
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

from bench import report
from secretsui.stores.base import Store, Value

PREFIX: Final = "airflow/connections/"


class Counting(Store, Protocol):
    @property
    def calls(self) -> int: ...


@dataclass(frozen=True)
class Filled:
    """A store that holds so many entries below `prefix`, and the fewest calls that list and read them all."""

    store: Counting
    prefix: str
    floor: int


def pages_and_batches(store: Counting, count: int) -> int:
    """The floor of an API that lists in pages and reads in batches."""
    has = store.capabilities
    return math.ceil(count / has.page_size) + math.ceil(count / has.batch_size)


@contextlib.contextmanager
def _aws() -> Iterator[Any]:
    from tests.aws_server import Aws, Server, environment

    server, before = Server(), dict(os.environ)
    os.environ.update(environment(server.url, Path(os.environ["SECRETSUI_DATA_DIR"])))
    try:
        yield Aws(server)
    finally:
        server.stop()
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def secrets_manager(count: int) -> Iterator[Filled]:
    with _aws() as aws:
        aws.seed(count, PREFIX)
        store = aws.store()
        yield Filled(store, PREFIX, pages_and_batches(store, count))


@contextlib.contextmanager
def parameter_store(count: int) -> Iterator[Filled]:
    from secretsui.stores.parameter_store import ParameterStore

    with _aws() as aws:
        aws.seed_parameters(count, f"/{PREFIX}")
        store = ParameterStore(aws.identity())
        yield Filled(store, f"/{PREFIX}", pages_and_batches(store, count))


@contextlib.contextmanager
def vault(count: int, kv: int) -> Iterator[Filled]:
    """One folder is one call; then version 2 tells of each secret in a call of its own, and both read each alone."""
    from tests.servers.vault import Server

    server, mount = Server(), "secret" if kv == 2 else "kv1"
    for number in range(count):
        server.world.put(f"{PREFIX}c{number:05}", {"conn_uri": f"http://h{number}"}, mount)
    try:
        yield Filled(server.store(mount, kv, "connection"), PREFIX, 1 + count * kv)
    finally:
        server.stop()


@contextlib.contextmanager
def google(count: int) -> Iterator[Filled]:
    from tests.servers.google import google_store, serving_google

    with serving_google() as server:
        for number in range(count):
            server.put(f"airflow-connections-c{number:05}", f"http://h{number}")
        store = google_store(server)
        yield Filled(store, "airflow-connections-", pages_and_batches(store, count))


@contextlib.contextmanager
def azure(count: int) -> Iterator[Filled]:
    """What is deleted has pages of its own, one at least."""
    from tests.servers.azure import azure_store, serving_azure

    with serving_azure() as server:
        for number in range(count):
            server.put(f"airflow-connections-c{number:05}", f"http://h{number}")
        before = os.environ.get("AZURE_AUTHORITY_HOST")
        os.environ["AZURE_AUTHORITY_HOST"] = server.url
        try:
            store = azure_store(server)
            yield Filled(store, "airflow-connections-", pages_and_batches(store, count) + 1)
        finally:
            os.environ.pop("AZURE_AUTHORITY_HOST")
            if before is not None:
                os.environ["AZURE_AUTHORITY_HOST"] = before


# By the name of the store, how one is opened that holds so many entries.
STORES: Final[Mapping[str, Callable[[int], AbstractContextManager[Filled]]]] = {
    "Secrets Manager": secrets_manager,
    "Parameter Store": parameter_store,
    "Vault, version 2": partial(vault, kv=2),
    "Vault, version 1": partial(vault, kv=1),
    "Google Secret Manager": google,
    "Azure Key Vault": azure,
}


def measure(count: int = 5000) -> None:
    for name, opened in STORES.items():
        with opened(count) as filled:
            _measure(name, filled, count)


def _measure(name: str, filled: Filled, count: int) -> None:
    began, before = time.perf_counter(), filled.store.calls
    names = [info.name for page in filled.store.list(filled.prefix) for info in page]
    read = sum(isinstance(each, Value) for batch in filled.store.read(names) for each in batch.values())
    took, calls = time.perf_counter() - began, filled.store.calls - before
    if read != count:
        raise SystemExit(f"{name}: {read} of {count} entries were read")
    report.line(
        f"listing and reading {name}",
        entries=count,
        calls=calls,
        floor=filled.floor,
        holds=calls == filled.floor,
        s=round(took, 2),
    )
