"""A full conflict report over 10,000 ids and 3 deployments, against reading and writing the same rows and no more.

And how many calls it takes to read as many rows of an Airflow.
"""

from __future__ import annotations

import math
import os
import time
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from bench import report

IDS: Final = 10_000
ROUNDS: Final = 3
BACKEND: Final = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
# One with the single chain of Airflow 2, two with the two of Airflow 3.
VERSIONS: Final = ("2.11.2", "3.2.2", "3.3.2")
BATCH: Final = 500
# No Airflow gives more rows at a time, unless it is told to.
PAGE: Final = 100


def measure() -> None:
    deployments = filled()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(timed(lambda: resolved(deployments)))
        theirs.append(timed(lambda: bare(deployments)))
    facts = {"ids": IDS, "deployments": len(deployments), "rows": rows_of(deployments).count()}
    report.ratio("conflict report", min(ours), min(theirs), 4, **facts)
    calls, pages = called()
    extra = round(calls / pages, 3)
    report.line("reading Airflow's rows", ids=IDS, calls=calls, floor=pages, ratio=extra, goal=1.1, holds=extra <= 1.1)
    peak, floor = weighed(lambda: resolved(deployments)), weighed(lambda: bare(deployments))
    ratio = round(peak / floor, 2)
    report.line(
        "conflict report: memory",
        mb=round(peak / 1e6),
        bare_mb=round(floor / 1e6),
        ratio=ratio,
        goal=3,
        holds=ratio <= 3,
    )


def timed(work: Callable[[], object]) -> float:
    """Seconds of the processor, which all of it takes in this process."""
    started = time.process_time()
    work()
    return time.process_time() - started


def weighed(work: Callable[[], object]) -> int:
    """The most bytes of Python objects at one time."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def resolved(deployments: Sequence[Any]) -> None:
    from secretsui.inventory.deployments import resolving

    for each in deployments:
        assert resolving.resolve_all(each) == IDS


def bare(deployments: Sequence[Any]) -> None:
    """What cannot be spared: the facts are read, and the finished rows replace those before."""
    from django.db import transaction

    from secretsui.inventory.deployments.told import Entry, Record
    from secretsui.inventory.models import LayerEntry, ResolvedRow, SecretRecord

    for each in deployments:
        facts = list(SecretRecord.objects.order_by().values_list(*Record._fields))
        facts += list(LayerEntry.objects.filter(deployment=each).order_by().values_list(*Entry._fields))
        rows = list(ResolvedRow.objects.filter(deployment=each))
        for row in rows:
            row.pk = None
        with transaction.atomic():
            ResolvedRow.objects.filter(deployment=each).delete()
            ResolvedRow.objects.bulk_create(rows, batch_size=BATCH)


def called() -> tuple[int, int]:
    """The calls of a check by which a deployment with so many connections is read, and the pages that hold them."""
    from secretsui.access.deployment_door import open_deployment
    from secretsui.access.door import Job
    from secretsui.inventory.models import Check, Deployment
    from tests.airflow_double import PASSWORD, Airflow, connection, running

    os.environ["SECRETSUI_CREDENTIAL_BENCH"] = f"bench:{PASSWORD}"
    airflow = Airflow([connection(f"warehouse_{number:05}") for number in range(IDS)])
    with running(airflow) as server:
        found = Deployment.objects.create(
            name="called", api="v2", api_url=server.url, credential="env:SECRETSUI_CREDENTIAL_BENCH"
        )
        check = open_deployment(Job("bench"), found).collect(Check.objects.create(deployment=found))
    assert (check.state, check.rows) == ("done", IDS), check.problem
    return check.calls, math.ceil(IDS / PAGE)


def rows_of(deployments: Sequence[Any]) -> Any:
    from secretsui.inventory.models import ResolvedRow

    return ResolvedRow.objects.filter(deployment__in=deployments)


def filled() -> Sequence[Any]:
    """Half of the ids are secrets, most of the rest rows; a third of the rows shadow, or are shadowed by, another."""
    from secretsui.inventory.models import Account, Prefix, SecretRecord

    account = Account.objects.create(name="conflicts", region="eu-central-1")
    now = datetime.now(UTC)
    prefix = Prefix.objects.create(
        account=account, region=account.region, path="airflow/connections", kind="connection", as_of=now, complete=True
    )
    secrets = (secret(prefix, number) for number in range(IDS // 2))
    SecretRecord.objects.bulk_create(secrets, batch_size=BATCH)
    return [deployment(version, prefix, now) for version in VERSIONS]


def secret(prefix: Any, number: int) -> Any:
    from secretsui.inventory.models import SecretRecord

    key = f"warehouse_{number:05}"
    return SecretRecord(
        prefix=prefix, name=prefix.name_of(key), key=key, tags={"owner": f"team-{number % 20}"}, **learned(number, "p")
    )


def learned(number: int, password: str) -> dict[str, Any]:
    """As a refresh leaves it; one of a hundred is broken."""
    from secretsui.core.sensitive import Sensitive
    from secretsui.inventory.sync import values
    from secretsui.stores.base import Value

    port = "port" if number % 100 == 7 else "5432"
    text = Sensitive(f"postgres://reader:{password}-{number}@db-{number % 97}.example:{port}/warehouse?sslmode=require")
    known = values.learn(Value("bench", "v1", text), "connection")
    assert isinstance(known, values.Known)
    return known._asdict()


def deployment(version: str, prefix: Any, now: datetime) -> Any:
    from secretsui.inventory.models import Deployment, EnvSource, LayerEntry, LayerPlace, LayerState

    found = Deployment.objects.create(
        name=f"airflow-{version.replace('.', '-')}", airflow_version=version, backend_class=BACKEND, api="none"
    )
    LayerPlace.objects.create(deployment=found, layer="backend", account=prefix.account, region=prefix.region)
    for kind in ("connection", "variable"):
        LayerState.objects.create(deployment=found, layer="metastore", kind=kind, as_of=now, tried_at=now)
    source = EnvSource.objects.create(deployment=found, form="env-file", as_of=now)
    LayerEntry.objects.bulk_create(rows(found), batch_size=BATCH)
    LayerEntry.objects.bulk_create(settings(found, source), batch_size=BATCH)
    return found


def rows(found: Any) -> Sequence[Any]:
    """Of a third of the secrets, half of them with another password; and of the other half of the ids."""
    shadowed = [entry(found, f"warehouse_{n:05}", n, "p" if n % 2 else "other") for n in range(0, IDS // 2, 3)]
    own = [entry(found, f"warehouse_{n:05}", n, "p") for n in range(IDS // 2, IDS)]
    return shadowed + own


def settings(found: Any, source: Any) -> Sequence[Any]:
    numbers = range(1, IDS, 10)
    return [entry(found, f"AIRFLOW_CONN_WAREHOUSE_{n:05}", n, "p", layer="environment", source=source) for n in numbers]


def entry(found: Any, name: str, number: int, password: str, **given: Any) -> Any:
    from secretsui.inventory.models import LayerEntry

    known = learned(number, password)
    facts = {field: known[field] for field in ("conn_type", "fingerprints", "fingerprint_key")}
    use = {"*": "broken" if known["problem"] else "usable"}
    return LayerEntry(
        **{"deployment": found, "layer": "metastore", "kind": "connection", "name": name, "use": use, **facts, **given}
    )
