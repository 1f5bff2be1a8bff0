"""Index rows as a refresh would leave them, written straight to the database."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

BACKEND = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
TYPES = ("postgres", "mysql", "snowflake", "aws", "http", "slack", "sftp", "kafka", "redis", "spark")


def person() -> Any:
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group

    user = get_user_model().objects.create_user("bench")
    user.groups.add(Group.objects.create(name="bench"))
    return user


def prefix_with(size: int, user: Any) -> Any:
    """A prefix of so many records that this person may write, with the summary that its refresh would have kept."""
    from secretsui.access.models import Grant, Level
    from secretsui.inventory.models import Account, Prefix, SecretRecord

    account, _ = Account.objects.get_or_create(name="bench", region="eu-central-1")
    prefix = Prefix.objects.create(
        account=account, region="eu-central-1", path="airflow/connections", kind="connection"
    )
    Grant.objects.create(group=user.groups.get(), prefix=prefix, level=Level.WRITE)
    now = datetime.now(UTC)
    SecretRecord.objects.bulk_create((record(prefix, number, now) for number in range(size)), batch_size=2_000)
    Prefix.objects.filter(pk=prefix.pk).update(as_of=now, complete=True, summary=summary(size))
    return prefix


def record(prefix: Any, number: int, now: datetime) -> Any:
    from secretsui.inventory.models import SecretRecord
    from secretsui.inventory.search_text import compose

    key, conn_type = f"{TYPES[number % 10]}_warehouse_{number:06d}", TYPES[number % 10]
    description, team = f"Warehouse {number} of the bench", f"team-{number % 20}"
    tags = {"team": team, "env": "prod"}
    endpoint = f"db-{number % 97}.example:5432/warehouse"
    return SecretRecord(
        prefix=prefix,
        name=f"{prefix.path}/{key}",
        key=key,
        arn=f"arn:aws:secretsmanager:eu-central-1:123456789012:secret:{prefix.path}/{key}-a1b2c3",
        description=description,
        tags=tags,
        version_id=f"00000000-0000-4000-8000-{number:012d}",
        value_version=f"00000000-0000-4000-8000-{number:012d}",
        created_at=now - timedelta(days=400),
        changed_at=now - timedelta(minutes=number),
        form="uri",
        conn_type=conn_type,
        endpoint=endpoint,
        problem="bad-uri" if number % 200 == 7 else "",
        fingerprints={"conn_type": "a" * 32, "host": "b" * 32, "password": "d" * 32, "text": "e" * 32},
        fingerprint_key="bench",
        search=compose(f"{prefix.path}/{key}", description, tags, endpoint),
    )


def summary(size: int) -> dict[str, Any]:
    broken = len(range(7, size, 200))
    return {
        "records": size,
        "kinds": {"connection": size},
        "types": dict(Counter(TYPES[number % 10] for number in range(size))),
        "tags": {f"team=team-{n}": size // 20 for n in range(20)} | {"env=prod": size},
        "states": {"ok": size - broken, "broken": broken},
        "forms": {"uri": size},
    }


def deployment_with(prefix: Any, size: int, user: Any, **given: Any) -> Any:
    """A deployment of Airflow 3 whose backend looks under this prefix, resolved.

    Every fifth of so many secrets has a row of another value in the metadata database.
    """
    from secretsui.access.models import DeploymentGrant, DeploymentLevel
    from secretsui.inventory.deployments import resolving
    from secretsui.inventory.models import Deployment, EnvSource, LayerEntry, LayerPlace, LayerState

    now = datetime.now(UTC)
    facts = {"name": "bench", "airflow_version": "3.3.2", "api": "v2", "backend_class": BACKEND, **given}
    deployment = Deployment.objects.create(**facts)
    DeploymentGrant.objects.create(group=user.groups.first(), deployment=deployment, level=DeploymentLevel.FIX)
    LayerPlace.objects.create(deployment=deployment, layer="backend", account=prefix.account, region=prefix.region)
    EnvSource.objects.create(deployment=deployment, form="env-file", label="bench.env", as_of=now)
    for kind in ("connection", "variable"):
        LayerState.objects.create(deployment=deployment, layer="metastore", kind=kind, as_of=now, tried_at=now)
    keys = prefix.records.order_by("pk").values_list("key", flat=True)[:size:5]
    rows = [
        LayerEntry(deployment=deployment, layer="metastore", kind="connection", name=key, **shadowed()) for key in keys
    ]
    LayerEntry.objects.bulk_create(rows, batch_size=2_000)
    resolving.resolve_all(deployment)
    return deployment


def shadowed() -> dict[str, Any]:
    """What is kept of a value that is another one than that of `record`."""
    prints = {"conn_type": "a" * 32, "host": "c" * 32, "password": "?"}
    facts = {"conn_type": "postgres", "endpoint": "db-old.example:5432/warehouse", "use": {"*": "usable"}}
    return {**facts, "fingerprints": prints, "fingerprint_key": "bench"}
