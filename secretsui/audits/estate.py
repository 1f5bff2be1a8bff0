"""From the tables to what the rules look at, whole: a rule may compare what an audit covers with what it does not."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from secretsui.audits import estate_deployments
from secretsui.audits.models import Audit, Part
from secretsui.core.findings import Finding
from secretsui.core.prints import Prints
from secretsui.core.rules.estate import Deployment, Details, Estate, Gap, Scope, Secret
from secretsui.core.rules.traits import Traits
from secretsui.inventory.deployments.tables import listed
from secretsui.inventory.models import LayerPlace, Prefix, Refresh, SecretRecord
from secretsui.inventory.sync.values import DISABLED, key

CHUNK: Final = 2000
Missed = tuple[int, str]  # of a prefix, the reason
NO_DETAILS: Final = Details()
NOT_READ: Final = "not-read"
UNTAGGED: Final = 1  # version of Vault's engine that keeps nothing beside the object
# Stores whose lists tell neither descriptions nor tags.
UNDESCRIBED: Final = (Prefix.StoreKind.PARAMETER_STORE,)


class Row(NamedTuple):
    """What is wanted of a `SecretRecord`, in this order."""

    prefix_id: int
    name: str
    key: str
    description: str
    tags: Mapping[str, str]
    version_id: str
    kms_key_id: str
    rotation: bool
    owning_service: str
    primary_region: str
    created_at: datetime | None
    changed_at: datetime | None
    used_at: datetime | None
    rotated_at: datetime | None
    next_rotation_at: datetime | None
    deleted_at: datetime | None
    value_version: str
    form: str
    conn_type: str
    read_error: str
    fingerprints: Prints
    fingerprint_key: str
    made_at: datetime | None
    lint: Sequence[Mapping[str, Any]] | None
    traits: Mapping[str, Any] | None
    details: Mapping[str, Any]
    disabled: bool
    described_at: datetime | None

    @property
    def is_read(self) -> bool:
        """The value that Airflow gets now is the one that was read."""
        return bool(self.value_version) and self.value_version == self.version_id and self.fingerprint_key == key().id


def build(audit: Audit) -> Estate:
    """Everything that is known, as of when it began to be put together. What this audit could not read says so."""
    now = timezone.now()
    failed = _failed(audit)
    scopes = _scopes(failed)
    secrets, missed = _secrets(scopes)
    deployments = estate_deployments.build(failed)
    gaps = [*_of_scopes(scopes.values()), *_of_secrets(secrets), *_of_details(scopes, missed), *_of_layers(deployments)]
    return Estate(now, list(scopes.values()), secrets, deployments, gaps)


def _secrets(scopes: Mapping[int, Scope]) -> tuple[Sequence[Secret], Collection[Missed]]:
    """All there are, and why details of some are not known. Row by row, as a row is as large as what is made of it."""
    found: list[Secret] = []
    missed: set[Missed] = set()
    for each in SecretRecord.objects.order_by().values_list(*Row._fields).iterator(CHUNK):
        row = Row(*each)
        if row.prefix_id in scopes:
            found.append(_secret(scopes[row.prefix_id], row))
            missed.update((row.prefix_id, reason) for reason in _reasons(row))
    return found, missed


def _reasons(row: Row) -> Iterable[str]:
    if row.deleted_at is not None:
        return ()
    return row.details.get("errors", {}).values() if row.details else (NOT_READ,)


def _failed(audit: Audit) -> Mapping[tuple[str, int], str]:
    """Why a part was not read, by what it is about."""
    failed = audit.parts.filter(state=Part.State.FAILED)
    found = {("prefix", part.prefix_id): part.error or "failed" for part in failed if part.prefix_id}
    return found | {("deployment", part.deployment_id): part.error or "failed" for part in failed if part.deployment_id}


def _scopes(failed: Mapping[tuple[str, int], str]) -> Mapping[int, Scope]:
    ended = Refresh.objects.filter(prefix=OuterRef("pk")).exclude(state__in=Refresh.ACTIVE).order_by("-id")
    prefixes = Prefix.objects.annotate(error=Subquery(ended.values("error")[:1])).select_related("account")
    broken = {each.id: each.problem for each in listed(Prefix.objects.all())}
    stages = _stages()
    return {each.pk: _scope(each, broken.get(each.pk, ""), failed, stages) for each in prefixes}


def _scope(
    prefix: Prefix, broken: str, failed: Mapping[tuple[str, int], str], stages: Mapping[tuple[int, str], set[str]]
) -> Scope:
    problem = failed.get(("prefix", prefix.pk), "") or (broken and (getattr(prefix, "error", "") or broken))
    is_vault = prefix.store_kind == Prefix.StoreKind.VAULT  # whose mounts are named by kwargs and ids
    stage = stages.get((prefix.account_id, "" if is_vault else prefix.region), set())
    return Scope(
        account=prefix.account.name,
        region=prefix.region,
        path=prefix.path,
        kind=prefix.kind,
        account_id=prefix.account.account_id,
        sep=prefix.sep,
        store=prefix.store_kind,
        address=prefix.address,
        has_tags=prefix.options.get("kv") != UNTAGGED,
        environment=next(iter(stage)) if len(stage) == 1 else "",
        as_of=prefix.as_of,
        complete=prefix.complete and not problem,
        problem=problem,
    )


def _stages() -> Mapping[tuple[int, str], set[str]]:
    """Which stages look things up in an account and region; by "" in an account."""
    found: dict[tuple[int, str], set[str]] = {}
    for account, region, stage in LayerPlace.objects.values_list("account_id", "region", "deployment__stage"):
        for where in (region, ""):
            found.setdefault((account, where), set()).add(stage)
    return found


def _secret(scope: Scope, row: Row) -> Secret:
    is_read = row.is_read
    return Secret(
        scope=scope,
        name=sys.intern(row.name),  # cells of matrices name it as well
        key=row.key,
        kind=scope.kind,
        description=row.description,
        tags=row.tags,
        version_id=row.version_id,
        kms_key_id=row.kms_key_id,
        rotation=row.rotation,
        owning_service=row.owning_service,
        primary_region=row.primary_region,
        created_at=row.created_at,
        made_at=_made_at(row),
        changed_at=row.changed_at,
        accessed_at=row.used_at,
        rotated_at=row.rotated_at,
        next_rotation_at=row.next_rotation_at,
        deleted_at=row.deleted_at,
        form=row.form if is_read else "",
        conn_type=row.conn_type if is_read else "",
        read_error=row.read_error or (DISABLED if row.disabled else ""),
        prints={sys.intern(place): told for place, told in row.fingerprints.items()} if is_read else {},
        lint=_findings(row.lint) if is_read else None,
        traits=Traits.from_json(row.traits) if is_read and row.traits is not None else None,
        details=_details(row.details) if row.details else NO_DETAILS,
        is_described=scope.store not in UNDESCRIBED or row.described_at is not None,
    )


def _made_at(row: Row) -> datetime | None:
    """Of the current version: as it was read, else as its list of versions says."""
    if row.made_at and row.value_version == row.version_id:
        return row.made_at
    made = row.details.get("made") if row.details.get("current") == row.version_id else None
    return datetime.fromisoformat(made) if made else None


def _findings(lint: Sequence[Mapping[str, Any]] | None) -> Sequence[Finding] | None:
    return None if lint is None else [Finding(**{"field": "text", **found}) for found in lint]


def _details(kept: Mapping[str, Any]) -> Details:
    writes, replicas = kept.get("writes"), kept.get("replicas")
    return Details(
        policy=kept.get("policy"),
        version_keys=kept.get("keys"),
        replicas=None if replicas is None else [(region, status) for region, status in replicas],
        writes=None if writes is None else [datetime.fromisoformat(each) for each in writes],
    )


def _of_scopes(scopes: Iterable[Scope]) -> Iterator[Gap]:
    for scope in scopes:
        if scope.problem or scope.as_of is None:
            yield Gap(scope.ref, "listing", scope.problem or "never-listed")


def _of_secrets(secrets: Iterable[Secret]) -> Iterator[Gap]:
    for secret in secrets:
        has_value = secret.version_id or not secret.scope.is_of_secrets_manager
        if has_value and not secret.form and secret.deleted_at is None:
            yield Gap(secret.ref, "value", secret.read_error or NOT_READ)


def _of_details(scopes: Mapping[int, Scope], missed: Collection[Missed]) -> Iterator[Gap]:
    """One for each reason and prefix: a right that is missing is missing for all of its secrets."""
    for prefix_id, reason in sorted(missed):
        yield Gap(scopes[prefix_id].ref, "details", reason)


def _of_layers(deployments: Iterable[Deployment]) -> Iterator[Gap]:
    for deployment in deployments:
        for layer in deployment.layers:
            if layer.problem and layer.problem not in estate_deployments.NOT_ENTERED:
                yield Gap(deployment.ref, "layer", layer.problem)
