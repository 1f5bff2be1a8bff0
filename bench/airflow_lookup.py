"""In an environment that has Airflow: how fast it finds connections by their ids, and how fast we tell which it finds.

Reads {"count"} as one JSON line and answers with seconds. The AWS that its environment leads to holds the first half of
the ids, the environment and the metadata database the others, some of them a second time. Twice Airflow is asked: first
with that AWS, then with one that is a dictionary, and ids that no database is asked for.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from bench.airflow_codec import airflow_class, timed
from secretsui.core import codec
from secretsui.core.backends.source import Backend
from secretsui.core.chain import Settings, chain
from secretsui.core.connection import FIELDS, Connection, plain
from secretsui.core.lookup import ABSENT, Answer, Knowledge, Resolution, resolve
from secretsui.core.sensitive import Sensitive

BACKEND: Final = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
PREFIX: Final = "airflow/connections"
ROUNDS: Final = 3
Texts = Mapping[str, Mapping[str, str]]


def main() -> None:
    asked = json.loads(sys.stdin.readline())
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Airflow talks while it is imported
    with tempfile.TemporaryDirectory(prefix="secretsui-bench-airflow-") as home:
        os.environ.update(
            AIRFLOW_HOME=home,
            AIRFLOW__CORE__FERNET_KEY="",
            AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{home}/bench.db",
            AIRFLOW__LOGGING__LOGGING_LEVEL="CRITICAL",
            AIRFLOW__SECRETS__BACKEND=BACKEND,
            AIRFLOW__SECRETS__BACKEND_KWARGS=json.dumps({"connections_prefix": PREFIX}),
        )
        answers.write(json.dumps(measure(asked["count"])) + "\n")
    answers.close()


def measure(count: int) -> dict[str, float]:
    airflow = airflow_class("3.3")
    ids = [f"c{number:05}" for number in range(count)]
    half, most = count // 2, count * 8 // 10
    texts: Texts = {
        "backend": {each: secret(number) for number, each in enumerate(ids[:half])},
        "environment": {each: uri(each, "env.example") for each in ids[count * 4 // 10 : most]},
        "metastore": {each: uri(each, "row.example") for each in ids[count * 7 // 10 :]},
    }
    os.environ.update({f"AIRFLOW_CONN_{name.upper()}": text for name, text in texts["environment"].items()})
    write_rows(airflow, texts["metastore"])
    known = Known(texts)
    gc.freeze()  # else the size of Airflow itself would count against whoever makes more objects
    return {**with_aws(airflow, known, ids), **in_memory(airflow, known, texts["backend"], ids[:most])}


def secret(number: int) -> str:
    """As the sample AWS is seeded."""
    return f"postgres://u{number}:pw@db{number}.example:5432/main"


def uri(name: str, host: str) -> str:
    return f"postgres://user-{name}:p%40{name}@{host}:5432/crm?sslmode=require"


def write_rows(airflow: Any, texts: Mapping[str, str]) -> None:
    settings = importlib.import_module("airflow.settings")
    tables = [table for table in airflow.metadata.tables.values() if table.name in ("connection", "team")]
    airflow.metadata.create_all(settings.engine, tables=tables)
    session = settings.Session()
    session.add_all(airflow(conn_id=name, uri=text) for name, text in texts.items())
    session.commit()
    session.close()


def with_aws(airflow: Any, known: Known, ids: Sequence[str]) -> dict[str, float]:
    """By the clock on the wall, as Airflow waits for AWS; `cpu` is what each process does meanwhile."""
    airflow.get_connection_from_secrets(ids[0])  # the first one makes the client
    started, worked = time.perf_counter(), time.process_time()
    theirs = [fields_of(airflow.get_connection_from_secrets(each)) for each in ids]
    cpu, took = time.process_time() - worked, time.perf_counter() - started
    require_same(theirs, resolved(known.values, ids))
    ours = [clocked(lambda: resolved(known.values, ids)) for _ in range(ROUNDS)]
    return {
        "aws_theirs": took,
        "aws_theirs_cpu": cpu,
        "aws_ours": statistics.median(wall for wall, _ in ours),
        "aws_ours_cpu": statistics.median(processor for _, processor in ours),
    }


def clocked(work: Callable[[], object]) -> tuple[float, float]:
    gc.collect()
    started, worked = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - worked


def in_memory(airflow: Any, known: Known, secrets: Mapping[str, str], ids: Sequence[str]) -> dict[str, float]:
    """The processor's time of both, in turns; and that of telling the source alone."""
    configuration = importlib.import_module("airflow.configuration")
    backend = next(each for each in configuration.secrets_backend_list if type(each).__name__ in BACKEND)
    backend.client = Memory({f"{PREFIX}/{name}": text for name, text in secrets.items()})
    theirs = [fields_of(airflow.get_connection_from_secrets(each)) for each in ids]
    require_same(theirs, resolved(known.values, ids))
    works: dict[str, Callable[[], object]] = {
        "memory_theirs": lambda: [airflow.get_connection_from_secrets(each) for each in ids],
        "memory_ours": lambda: resolved(known.values, ids),
        "facts_ours": lambda: resolved(known.facts, ids),
    }
    samples = [{name: timed(work) for name, work in works.items()} for _ in range(ROUNDS)]
    return {name: min(sample[name] for sample in samples) for name in works}


class Memory:
    """A client of Secrets Manager without a service."""

    class exceptions:  # noqa: N801 - as in botocore
        ResourceNotFoundException = type("ResourceNotFoundException", (Exception,), {})
        InvalidParameterException = InvalidRequestException = DecryptionFailure = InternalServiceError = (
            ResourceNotFoundException
        )

    def __init__(self, held: Mapping[str, str]) -> None:
        self.held = held

    def get_secret_value(self, *, SecretId: str) -> Mapping[str, str]:  # noqa: N803
        try:
            return {"SecretString": self.held[SecretId]}
        except KeyError:
            raise self.exceptions.ResourceNotFoundException from None


class Known:
    """What we know of the three stores, from what was read of them before: the values, and that they can be read."""

    def __init__(self, texts: Texts) -> None:
        names = {
            "backend": {f"{PREFIX}/{each}": each for each in texts["backend"]},
            "environment": {f"AIRFLOW_CONN_{each.upper()}": each for each in texts["environment"]},
            "metastore": {each: each for each in texts["metastore"]},
        }
        values = {
            layer: {name: text_of(layer, texts[layer][each]) for name, each in found.items()}
            for layer, found in names.items()
        }
        self.values = {layer: told(held) for layer, held in values.items()}
        self.facts = {layer: told_facts(held) for layer, held in values.items()}


def text_of(layer: str, text: str) -> Sensitive | Connection:
    return codec.from_uri(text, "3.3") if layer == "metastore" else Sensitive(text)


def resolved(known: Mapping[str, Knowledge], ids: Iterable[str]) -> list[Resolution]:
    asked = chain(Settings("3.3", Backend(BACKEND, {"connections_prefix": PREFIX}, "9.39")), "server")
    return [resolve(asked, known, "connection", each) for each in ids]


def told(held: Mapping[str, Sensitive | Connection]) -> Knowledge:
    return lambda ask: Answer("present", held[ask.name]) if ask.name in held else ABSENT


def told_facts(held: Mapping[str, object]) -> Knowledge:
    return lambda ask: Answer("present", use="usable") if ask.name in held else ABSENT


def fields_of(conn: Any) -> list[object]:
    """In clear, and without the object, which would be a burden to whoever is measured next."""
    values = (getattr(conn, name) for name in FIELDS)
    return [plain(value) if isinstance(value, Sensitive) else value for value in values]


def require_same(theirs: Sequence[Sequence[object]], ours: Sequence[Resolution]) -> None:
    assert theirs == [fields_of(each.value) for each in ours], "both must do the same work"


if __name__ == "__main__":
    main()
