"""In an environment that has Airflow: how fast it builds and parses URIs, and how fast we do, in turns.

Reads {"dialect", "rounds", "connections"} as one JSON line and answers with the best seconds of each side. Airflow's
encryption and its masking of logs are switched off, as neither is part of reading or writing.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any

from secretsui.core import codec, construct
from secretsui.core.codec import Dialect

Work = Callable[[], object]


def main() -> None:
    asked = json.loads(sys.stdin.readline())
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Airflow talks while it is imported
    with tempfile.TemporaryDirectory(prefix="secretsui-bench-airflow-") as home:
        os.environ.update(
            AIRFLOW_HOME=home,
            AIRFLOW__CORE__FERNET_KEY="",
            AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{home}/bench.db",
            AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR",
        )
        found = measure(asked["dialect"], asked["connections"], asked["rounds"])
    answers.write(json.dumps(found) + "\n")
    answers.close()


def measure(dialect: Dialect, connections: Sequence[dict[str, Any]], rounds: int) -> dict[str, float]:
    theirs = airflow_class(dialect)
    built_by_them = [theirs(conn_id="bench", **fields) for fields in connections]
    built_by_us = [construct.construct(fields, dialect) for fields in connections]
    uris = [conn.get_uri() for conn in built_by_them]
    assert uris == [codec.to_uri(conn, dialect).reveal() for conn in built_by_us]
    assert len(set(uris)) == len(uris), "a cache would answer"
    works: dict[str, Work] = {
        "build_theirs": lambda: [conn.get_uri() for conn in built_by_them],
        "build_ours": lambda: [codec.to_uri(conn, dialect) for conn in built_by_us],
        "parse_theirs": lambda: [_parse(theirs, dialect, uri) for uri in uris],
        "parse_ours": lambda: [codec.from_uri(uri, dialect) for uri in uris],
    }
    samples = [{name: timed(work) for name, work in works.items()} for _ in range(rounds)]
    return {name: min(sample[name] for sample in samples) for name in works}


def airflow_class(dialect: Dialect) -> Any:
    """Its masker collects every password in one growing regular expression, which no task ever has so many of."""
    if dialect == "3.3-sdk":
        importlib.import_module("airflow.models.connection")  # sets Airflow up
        module = importlib.import_module("airflow.sdk.definitions.connection")
    else:
        module = importlib.import_module("airflow.models.connection")
    for name in ("airflow.utils.log.secrets_masker", "airflow._shared.secrets_masker.secrets_masker"):
        try:
            masker = importlib.import_module(name)
        except ImportError:
            continue
        masker.SecretsMasker.add_mask = _add_no_mask
        return module.Connection
    raise ImportError("This Airflow has no masker where one is known to be.")


def _add_no_mask(*_words: object, **_options: object) -> None:
    pass


def _parse(theirs: Any, dialect: Dialect, uri: str) -> object:
    return theirs.from_uri(uri, conn_id="bench") if dialect == "3.3-sdk" else theirs(conn_id="bench", uri=uri)


def timed(work: Work) -> float:
    """The processor's time: a busy machine would take more of the one side than of the other."""
    gc.collect()
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
