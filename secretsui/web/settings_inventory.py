"""What pasted settings are held against: names and ids that this person may list anyway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from secretsui.core.rules.estate import Scope, Secret
from secretsui.core.settings_lint import Inventory
from secretsui.inventory.deployments.settings import settings_of
from secretsui.inventory.models import Deployment, LayerPlace, Prefix, ResolvedRow, SecretRecord
from secretsui.web.settings_form import DEPLOYMENT, PREFIX

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Against:
    """`deployment` also tells versions that nobody typed. No `inventory` where nobody told where its backend looks."""

    inventory: Inventory | None = None
    deployment: Deployment | None = None
    airflow: str = ""
    platform: str = ""
    providers: Mapping[str, str] = field(default_factory=dict)


def chosen(asked: str, prefixes: Sequence[Prefix], deployments: Sequence[Deployment]) -> Against:
    if asked.startswith(PREFIX):
        prefix = next(each for each in prefixes if str(each.pk) == asked.removeprefix(PREFIX))
        return Against(_inventory(prefixes, prefix.account.name, prefix.region))
    if asked.startswith(DEPLOYMENT):
        found = next(each for each in deployments if each.name == asked.removeprefix(DEPLOYMENT))
        return _of_deployment(found, prefixes)
    return Against()


def _of_deployment(found: Deployment, prefixes: Sequence[Prefix]) -> Against:
    settings = settings_of(found)
    own = found.places.filter(layer=LayerPlace.Layer.BACKEND, place=LayerPlace.Place.OWN)
    where = own.select_related("account").first()
    inventory = _inventory(prefixes, where.account.name, where.region, _ids(found)) if where else None
    return Against(inventory, found, found.airflow, found.platform, settings.providers)


def _ids(found: Deployment) -> Mapping[str, Sequence[str]]:
    ids: dict[str, set[str]] = {}
    for kind, key in ResolvedRow.objects.filter(deployment=found).order_by().values_list("kind", "key").iterator(CHUNK):
        ids.setdefault(kind, set()).add(key)
    return {kind: sorted(keys) for kind, keys in ids.items()}


def _inventory(
    prefixes: Sequence[Prefix], account: str, region: str, ids: Mapping[str, Sequence[str]] | None = None
) -> Inventory:
    scopes = {each.pk: _scope(each) for each in prefixes}
    wanted = ("prefix_id", "name", "key", "deleted_at")
    rows = SecretRecord.objects.filter(prefix__in=list(scopes)).order_by().values_list(*wanted)
    secrets = [
        Secret(scopes[prefix], name, key, scopes[prefix].kind, deleted_at=deleted_at)
        for prefix, name, key, deleted_at in rows.iterator(CHUNK)
    ]
    return Inventory(timezone.now(), account, region, list(scopes.values()), secrets, ids or {})


def _scope(prefix: Prefix) -> Scope:
    return Scope(
        account=prefix.account.name,
        region=prefix.region,
        path=prefix.path,
        kind=prefix.kind,
        account_id=prefix.account.account_id,
        sep=prefix.sep,
        store=prefix.store_kind,
        as_of=prefix.as_of,
        complete=prefix.complete,
        problem="listing-failed" if prefix.problem else "",
    )
