"""A full audit against a bare program that reads the same and keeps nothing, and a second audit of what changed.

Both run as programs of their own, from start to end. The share of the quotas of AWS that an audit keeps to is lifted:
it is a wait that one chooses, and here it would hide all else.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from bench import aws, bare, refresh, report

PREFIX: Final = "airflow/connections"
DEPLOYMENTS: Final = 3
ROWS: Final = (2_000, 1_000)  # connections and variables of each
BACKEND: Final = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
AUDIT: Final = (sys.executable, "manage.py", "audit", "--format", "json")
DETAILS: Final = 3  # calls for each secret: what it is, its versions, its policy
# Of each Airflow: a token, its version, its providers, its configuration.
SETTLING: Final = 4
MB: Final = 1024  # kilobytes


def measure(secrets: int) -> None:
    from tests.airflow_double import PASSWORD

    os.environ |= {"SECRETSUI_AUDIT_QUOTA_SHARE": "1000", "SECRETSUI_CREDENTIAL_BENCH": f"bench:{PASSWORD}"}
    os.environ["MALLOC_ARENA_MAX"] = "2"  # as in the image
    with aws.server(secrets, PREFIX, "--sound") as address, airflows() as urls:
        account = settled(urls)
        plain, _ = timed([sys.executable, "-m", "bench.bare_audit", f"{PREFIX}/", "token", *urls])
        first, heaviest = timed(AUDIT)
        rows = DEPLOYMENTS * sum(math.ceil(number / 100) for number in ROWS)
        floor = math.ceil(secrets / 100) + math.ceil(secrets / 20) + DETAILS * secrets + rows + SETTLING * DEPLOYMENTS
        facts = {"secrets": secrets, "deployments": DEPLOYMENTS}
        report.ratio("full audit", first, plain, 1.5, **facts, **called(floor))
        peak = round(heaviest / MB)
        report.line("full audit: memory", mb=peak, goal=300, holds=peak <= 300, **facts)
        judged()

        changed = refresh.change(bare.client(address, aws.REGION), secrets)
        again, _ = timed(AUDIT)
        floor += math.ceil(changed / 20) + DETAILS * changed - math.ceil(secrets / 20) - DETAILS * secrets
        ratio = round(again / first, 3)
        times = {"first_s": round(first, 2), "second_s": round(again, 2), "ratio": ratio}
        report.line("second audit, 1 % changed", **times, goal=0.2, holds=ratio <= 0.2, **facts, **called(floor))
    forget(account)


@contextmanager
def airflows() -> Iterator[Sequence[str]]:
    """Three of which half the connections are named like secrets."""
    from tests.airflow_double import Airflow, connection, running, variable

    connections, variables = ROWS
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                running(
                    Airflow(
                        [connection(f"c{number * 2:05}") for number in range(connections)],
                        [variable(f"v{number:05}") for number in range(variables)],
                    )
                )
            ).url
            for _ in range(DEPLOYMENTS)
        ]


def settled(urls: Sequence[str]) -> Any:
    from secretsui.inventory.models import Account, Deployment, LayerPlace, Prefix

    account = Account.objects.create(name="audited", region=aws.REGION)
    Prefix.objects.create(account=account, region=aws.REGION, path=PREFIX, kind="connection")
    for number, url in enumerate(urls):
        deployment = Deployment.objects.create(
            name=f"audited-{number}",
            api="v2",
            api_url=url,
            credential="env:SECRETSUI_CREDENTIAL_BENCH",
            backend_class=BACKEND,
        )
        LayerPlace.objects.create(deployment=deployment, layer="backend", account=account, region=aws.REGION)
    return account


def timed(command: Sequence[str]) -> tuple[float, int]:
    """Seconds from start to end, and the most memory that the program had, in kilobytes."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert child.stderr is not None
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - started
    assert child.returncode in (0, 1, 2), said[-2000:]
    assert b"Traceback" not in said, said[-2000:]
    return took, used.ru_maxrss


def called(floor: int) -> dict[str, object]:
    from secretsui.audits.models import Audit

    audit = Audit.objects.order_by("pk").last()
    assert audit is not None
    assert audit.state in (Audit.State.DONE, Audit.State.PARTIAL), audit.problem
    assert not audit.parts.exclude(state="done").exists(), [str(part.problem) for part in audit.parts.all()]
    return {"calls": audit.calls, "floor": floor, "calls_ratio": round(audit.calls / floor, 3)}


def judged() -> None:
    """The rules alone, over all that is known."""
    from secretsui.audits import estate
    from secretsui.audits.models import Audit
    from secretsui.core.rules import audit as rules

    audit = Audit.objects.order_by("pk").last()
    assert audit is not None
    known = estate.build(audit)
    started = time.process_time()
    results = sum(1 for _ in rules.run(known))
    took = time.process_time() - started
    report.line(
        "rules", rules=len(rules.RULES), results=results, seconds=round(took, 2), per_second=round(results / took)
    )


def forget(account: Any) -> None:
    from secretsui.audits.models import Audit, StoredFinding
    from secretsui.inventory.models import Deployment

    Audit.objects.all().delete()
    StoredFinding.objects.all().delete()
    Deployment.objects.filter(places__account=account).delete()
    account.prefixes.all().delete()
    account.delete()
