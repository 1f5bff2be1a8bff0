"""Deployments and what lies in their layers, written as refreshes, checks and reports would leave it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from secretsui.core import codec, facts, prints
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.models import (
    Deployment,
    EnvSource,
    Kind,
    LayerEntry,
    LayerPlace,
    LayerState,
    Prefix,
    SecretRecord,
)
from secretsui.inventory.sync import values
from secretsui.inventory.sync.values import Known
from secretsui.stores.base import Value

SECRETS_MANAGER: Final = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
SHARED: Final = "airflow_aws_shared_secrets.secret_manager.SharedSecretsManagerBackend"
NOON: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER: Final = datetime(2026, 11, 20, 13, tzinfo=UTC)

CRM: Final = "postgres://reader:right@db.example/crm"
OLD: Final = "postgres://reader:wrong@db.example/crm"
BROKEN: Final = "postgres://reader:p@db.example:port/crm"


def deployment(prefix: Prefix, name: str = "halden-prod", **given: Any) -> Deployment:
    """Its backend looks in the account and region of this prefix, all of which was listed at noon."""
    usual = {"airflow_version": "2.11.2", "backend_class": SECRETS_MANAGER, "api": Deployment.Api.V1}
    found = Deployment.objects.create(name=name, **{**usual, **given})
    look(found, prefix)
    return found


def look(found: Deployment, prefix: Prefix, layer: str = "backend", place: str = "own") -> None:
    LayerPlace.objects.create(deployment=found, layer=layer, place=place, account=prefix.account, region=prefix.region)
    Prefix.objects.filter(account=prefix.account, region=prefix.region).update(as_of=NOON, complete=True)


def secret(prefix: Prefix, key: str, text: str | None = CRM, **given: Any) -> SecretRecord:
    """Without a text, one whose value was never read."""
    learned: dict[str, Any] = {}
    if text is not None:
        known = values.learn(Value(key, "v1", Sensitive(text)), prefix.kind, prefix.store_kind)
        assert isinstance(known, Known)
        learned = known._asdict()
    return SecretRecord.objects.create(prefix=prefix, name=prefix.name_of(key), key=key, **{**learned, **given})


def read(found: Deployment, **given: Any) -> None:
    """The metadata database was read as a whole at noon."""
    for kind in (Kind.CONNECTION, Kind.VARIABLE):
        LayerState.objects.create(deployment=found, layer="metastore", kind=kind, **{"as_of": NOON, **given})


def row(found: Deployment, name: str, text: str = CRM, kind: str = "connection", **given: Any) -> LayerEntry:
    return LayerEntry.objects.create(
        deployment=found, layer="metastore", name=name, kind=kind, **{**_learned(text, kind), **given}
    )


def source(found: Deployment, **given: Any) -> EnvSource:
    return EnvSource.objects.create(deployment=found, **{"form": "env-file", "as_of": NOON, **given})


def setting(where: EnvSource, name: str, text: str | None = CRM, **given: Any) -> LayerEntry:
    """A variable of an environment; without a text, one that is kept elsewhere."""
    kind = "connection" if name.startswith("AIRFLOW_CONN_") else "variable"
    learned = {"held_in": "kubernetes-secret crm"} if text is None else _learned(text, kind)
    return LayerEntry.objects.create(
        deployment=where.deployment, layer="environment", source=where, kind=kind, name=name, **{**learned, **given}
    )


def _learned(text: str, kind: str) -> dict[str, Any]:
    if not text:
        return {"use": {"*": "empty"}}
    found = facts.facts(Sensitive(text), kind, codec.decode)
    return {
        "conn_type": found.conn_type,
        "use": {"*": "usable", **dict.fromkeys(found.unreadable, "broken")},
        "fingerprints": prints.fingerprinted(found.parts, values.key().secret),
        "fingerprint_key": values.key().id,
    }
