"""A deployment with something in every layer, and a browser of somebody who may see it, or also fix it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from secretsui.access.models import DeploymentGrant, DeploymentLevel
from secretsui.inventory.deployments import resolving
from secretsui.inventory.models import Deployment, Prefix, ResolvedRow
from tests.inventory.deployments import halden

URI = "postgres://reader:s3cret@crm-db.example:5432/crm"
OLD = "postgres://reader:0ther@crm-old.example:5432/crm"


def grant(user: User, found: Deployment, level: DeploymentLevel = DeploymentLevel.SEE) -> None:
    group = Group.objects.create(name=f"{user.username}: {level.label} on {found}")
    user.groups.add(group)
    DeploymentGrant.objects.create(group=group, deployment=found, level=level)


def halden_prod(prefix: Prefix, **given: Any) -> Deployment:
    """`crm` lies in three places; `pending` waits for its deletion; `spare` is in the database alone."""
    found = halden.deployment(prefix, **given)
    halden.read(found)
    env = halden.source(found, label="prod.env")
    halden.secret(prefix, "crm", URI, tags={"owner": "mara"})
    halden.setting(env, "AIRFLOW_CONN_CRM", OLD, line=7)
    halden.row(found, "crm", URI)
    halden.secret(prefix, "pending", URI, deleted_at=timezone.now())
    halden.row(found, "pending", OLD)
    halden.row(found, "spare", URI)
    halden.secret(prefix, "alone", URI)
    resolving.resolve_all(found)
    return found


def of_airflow_3(prefix: Prefix, url: str) -> Deployment:
    """Its backend looks below this prefix; its Airflow answers at the address, whose password is in the environment."""
    found = halden.deployment(
        prefix,
        name="many-ids",
        airflow_version="3.3.2",
        api="v2",
        api_url=url,
        credential="env:SECRETSUI_CREDENTIAL_DOUBLE",
        backend_kwargs={"connections_prefix": prefix.path},
    )
    halden.read(found, as_of=timezone.now())
    halden.source(found, label="prod.env", as_of=timezone.now())
    return found


def resolve(found: Deployment) -> None:
    resolving.resolve_all(found)


def many(found: Deployment, number: int, process: str = "server", columns: int = 3) -> None:
    """So many resolved ids, of which every fifth is in a conflict."""
    rows = (_row(found, process, each, columns) for each in range(number))
    ResolvedRow.objects.bulk_create(rows, batch_size=2_000)
    conflicts = Counter(found.rows.filter(process=process).values_list("conflict", flat=True))
    found.summary[process] = {"ids": sum(conflicts.values()), "conflicts": dict(conflicts)}
    Deployment.objects.filter(pk=found.pk).update(resolved_at=timezone.now(), summary=found.summary)
    found.refresh_from_db()


def _row(found: Deployment, process: str, number: int, columns: int) -> ResolvedRow:
    age = (timezone.now() - timedelta(hours=number % 50)).isoformat(timespec="seconds")
    wins = {"state": "wins", "age": age}
    shadowed = {"state": "shadowed", "compared": "different", "fields": ["host", "password"], "age": age}
    is_hurt = number % 5 == 0
    cells = [wins, shadowed if is_hurt else {"state": "absent"}, *[{"state": "absent"}] * (columns - 2)]
    key, owner = f"postgres_warehouse_{number:05d}", f"team-{number % 12}"
    return ResolvedRow(
        deployment=found,
        process=process,
        kind="connection",
        key=key,
        rank=0 if is_hurt else 7,
        conflict="different" if is_hurt else "none",
        winner="backend",
        conn_type="postgres",
        owner=owner,
        cells=cells,
        search=f"{key}\npostgres\n{owner}",
    )
