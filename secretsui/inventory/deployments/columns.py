"""The columns of the matrix: the layers of a chain in lookup order, one with a shared account twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from secretsui.core.backends import vault
from secretsui.core.backends.shared_account import SharedSecretsManager
from secretsui.core.backends.signatures import Teamless
from secretsui.core.backends.source import Place
from secretsui.core.chain import Chain, Layer, Process, Settings
from secretsui.inventory.deployments.settings import setup_of
from secretsui.inventory.deployments.whereabouts import mount_asked, store_of
from secretsui.inventory.models import Deployment, LayerPlace, Prefix

Places = Mapping[tuple[str, str], LayerPlace]

TITLES: Final[Mapping[str, Promise]] = {
    "worker-backend": _("Secrets backend of workers"),
    "worker-environment": _("Environment of workers"),
    "backend": _("Secrets backend"),
    "environment-manager": _("Environment Manager"),
    "environment": _("Environment"),
    "metastore": _("Metadata database"),
}
# The kwargs that lead a backend to another account or region.
WHEREABOUTS: Final = (
    *("region_name", "role_arn", "profile_name", "aws_account_id", "endpoint_url"),
    *("shared_account", "aws_region"),
    *("url", "namespace", "mount_point", "project_id", "vault_url"),
)
SHARED_TITLE: Final = _("Shared account")


@dataclass(frozen=True, slots=True)
class Column:
    """`id` is that of the layer, with `/shared` behind it for the shared account. `number` counts from 1.

    `account` and `region` (of Vault the mount, "" where each id names it) say where a backend looks things up, "" where
    nobody told or it is no store of ours; `store` says in which kind of store.
    """

    id: str
    layer: str
    place: Place
    number: int
    title: str | Promise
    account: str = ""
    region: str = ""
    class_name: str = ""
    store: str = ""

    @property
    def address(self) -> str:
        """As that of the prefixes there, "" where that is not one."""
        return Prefix(region=self.region, store_kind=self.store).address if self.account and self.region else ""

    def covers(self, prefix: Prefix) -> bool:
        """Whether what lies under this prefix may be found here: in a store of the kind, or one that nobody told."""
        if prefix.account.name != self.account or self.store not in ("", prefix.store_kind):
            return False
        return prefix.region == self.region or (not self.region and self.store == vault.STORE)


def columns(deployment: Deployment, process: Process) -> Sequence[Column]:
    setup = setup_of(deployment)
    return columns_of(setup.chain(process), places_of(deployment, setup.settings))


def columns_of(found: Chain, places: Places) -> Sequence[Column]:
    pairs = [(layer, place) for layer in found.layers for place in places_asked(layer)]
    return [_column(layer, place, number, places) for number, (layer, place) in enumerate(pairs, 1)]


def places_asked(layer: Layer) -> Sequence[Place]:
    return ("own", "shared") if isinstance(bare(layer).source, SharedSecretsManager) else ("own",)


def bare(layer: Layer) -> Layer:
    """Without the refusal of providers that know no teams."""
    return replace(layer, source=layer.source.source) if isinstance(layer.source, Teamless) else layer


def column_id(layer_id: str, place: str) -> str:
    return f"{layer_id}/{place}" if place == "shared" else layer_id


def places_of(deployment: Deployment, settings: Settings) -> Places:
    """By layer and place. Workers without a backend of their own look where the server's does."""
    found = {(each.layer, each.place): each for each in deployment.places.select_related("account")}
    if deployment.worker_backend_class or _looks_elsewhere(settings):
        return found
    return {("worker-backend", place): each for each, place in _of_server(found.values())} | found


def _looks_elsewhere(settings: Settings) -> bool:
    """Is the backend that only the environment of workers sets led to another place than the server's?"""
    here, there = (each.kwargs if each else {} for each in (settings.backend, settings.worker_backend))
    return bool(settings.worker_backend) and any(here.get(name) != there.get(name) for name in WHEREABOUTS)


def _of_server(places: Iterable[LayerPlace]) -> Iterable[tuple[LayerPlace, str]]:
    return [(each, each.place) for each in places if each.layer == LayerPlace.Layer.BACKEND]


def _column(layer: Layer, place: Place, number: int, places: Places) -> Column:
    where = places.get((layer.id, place))
    return Column(
        id=column_id(layer.id, place),
        layer=layer.id,
        place=place,
        number=number,
        title=SHARED_TITLE if place == "shared" else TITLES[layer.id],
        account=where.account.name if where else "",
        region=_region(layer, where) if where else "",
        class_name=layer.class_name,
        store=store_of(layer.source),
    )


def _region(layer: Layer, where: LayerPlace) -> str:
    is_vault = store_of(layer.source) == vault.STORE
    return mount_asked(layer.source) if is_vault else where.region
