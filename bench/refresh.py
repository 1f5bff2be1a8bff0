"""What a refresh costs over a bare program that fetches the same from the same server."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from bench import aws, bare, report

PREFIX = "airflow/connections"
ROUNDS = 3


def measure(count: int) -> None:
    from secretsui.inventory.models import Account, Prefix, SecretRecord

    account = Account.objects.create(name="bench", region=aws.REGION)
    prefix = Prefix.objects.create(account=account, region=aws.REGION, path=PREFIX, kind="connection")
    with aws.server(count, PREFIX) as address:
        sm = bare.client(address, aws.REGION)
        sm.list_secrets(MaxResults=1)
        pages, batches = math.ceil(count / 100), math.ceil(count / 20)

        def forget() -> None:
            SecretRecord.objects.filter(prefix=prefix).delete()

        full = compare(lambda: bare.read_values(sm, bare.list_names(sm, PREFIX + "/")), prefix, before=forget)
        report.ratio("refresh with values", *full[:2], 1.3, secrets=count, **calls(full[2], pages + batches))
        again = compare(lambda: bare.list_names(sm, PREFIX + "/"), prefix)
        report.ratio("refresh of metadata", *again[:2], 1.3, secrets=count, **calls(again[2], pages))

        changed = change(sm, count)
        used = refresh(prefix)[1]
        floor = pages + math.ceil(changed / 20)
        report.line("refresh with 1 % changed", secrets=count, changed=changed, **calls(used, floor))
    prefix.delete()
    account.delete()


def compare(
    plain: Callable[[], Any], prefix: Any, before: Callable[[], None] = lambda: None
) -> tuple[float, float, int]:
    """The best of some rounds, taken in turns: seconds of ours, seconds of the bare program, calls of ours."""
    ours, theirs, used = [], [], 0
    for _ in range(ROUNDS):
        started = time.perf_counter()
        plain()
        theirs.append(time.perf_counter() - started)
        before()
        took, used = refresh(prefix)
        ours.append(took)
    return min(ours), min(theirs), used


def refresh(prefix: Any) -> tuple[float, int]:
    from secretsui.access import door
    from secretsui.inventory import sync
    from secretsui.inventory.models import Refresh

    run = Refresh.objects.create(prefix=prefix)
    started = time.perf_counter()
    sync.run(run, door.open_prefix(door.Job("bench"), prefix))
    took = time.perf_counter() - started
    run.refresh_from_db()
    assert run.state == Refresh.State.DONE, (run.state, run.problem)
    return took, run.calls


def change(sm: Any, count: int) -> int:
    names = [f"{PREFIX}/c{number:05}" for number in range(0, count, 100)]
    for name in names:
        sm.put_secret_value(SecretId=name, SecretString="postgres://reader:changed@db.example/warehouse")
    return len(names)


def calls(used: int, floor: int) -> dict[str, object]:
    return {"calls": used, "floor": floor, "calls_hold": used == floor}
