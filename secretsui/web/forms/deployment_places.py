"""In which account and region the backends of a deployment look things up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.core.backends.registry import CLASSES
from secretsui.core.backends.shared_account import DEFAULT_REGION, SharedSecretsManager
from secretsui.inventory.deployments.settings import settings_of
from secretsui.inventory.deployments.whereabouts import named
from secretsui.inventory.models import GLOBAL, Account, Deployment, LayerPlace
from secretsui.web.forms.account import REGION
from secretsui.web.forms.deployment_fields import AccountField

Kwargs = Mapping[str, Any]
# The rest looks in accounts of other vendors, or in none.
_OF_AWS: Final = ("airflow.providers.amazon.", "airflow_aws_shared_secrets.")


@dataclass(frozen=True, slots=True)
class Spot:
    """One place of one layer, and the names of its two fields."""

    layer: str
    place: str

    @property
    def account(self) -> str:
        return f"{self.layer}-{self.place}-account".replace("-", "_")

    @property
    def region(self) -> str:
        return f"{self.layer}-{self.place}-region".replace("-", "_")


SPOTS: Final[Sequence[Spot]] = [
    Spot(layer, place) for layer in LayerPlace.Layer.values for place in LayerPlace.Place.values
]


class PlacesForm(forms.Form):
    """An account and a region for each. What is left empty is filled in as far as it can be told."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, deployment: Deployment | None = None) -> None:
        super().__init__(data)
        self.accounts = {account.name: account for account in Account.objects.order_by("name")}
        self.held = {(each.layer, each.place): each for each in deployment.places.all()} if deployment else {}
        for spot in SPOTS:
            self._add(spot, self.held.get((spot.layer, spot.place)))

    def _add(self, spot: Spot, held: LayerPlace | None) -> None:
        is_own = spot.place == LayerPlace.Place.OWN
        account = AccountField(
            label=gettext_lazy("Account it looks in") if is_own else gettext_lazy("Shared account"),
            initial=held.account.name if held else "",
        )
        account.offer(self.accounts)
        self.fields[spot.account] = account
        self.fields[spot.region] = forms.CharField(
            label=gettext_lazy("Region it looks in") if is_own else gettext_lazy("Region of the shared account"),
            max_length=100,
            required=False,
            help_text=gettext_lazy("Of Vault the mount; of Google and Azure nothing."),
            initial=held.region if held else "",
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for spot in SPOTS:
            if data.get(spot.region) and not data.get(spot.account) and spot.account not in self.errors:
                self.add_error(spot.account, _("Choose the account of this region."))
            elif data.get(spot.account) and data.get(spot.region):
                self._check_region(spot, data)
        return data

    def _check_region(self, spot: Spot, data: dict[str, Any]) -> None:
        vendor = data[spot.account].vendor
        if vendor == Account.Vendor.AWS:
            try:
                REGION(data[spot.region])
            except forms.ValidationError as wrong:
                self.add_error(spot.region, wrong)
        else:
            data[spot.region] = data[spot.region].strip("/") if vendor == Account.Vendor.VAULT else GLOBAL

    def save(self, deployment: Deployment) -> Sequence[str]:
        """What was filled in, in words."""
        return [words for spot in SPOTS if (words := self._set(deployment, spot))]

    def _set(self, deployment: Deployment, spot: Spot) -> str:
        account, region, words = self.cleaned_data[spot.account], self.cleaned_data[spot.region], ""
        if account is None:
            account, region = proposed(deployment, spot, self.accounts.values())
            words = _told(spot, account, region) if account else ""
        if account is None:
            deployment.places.filter(layer=spot.layer, place=spot.place).delete()
        else:
            found = {"account": account, "region": region or account.region}
            deployment.places.update_or_create(layer=spot.layer, place=spot.place, defaults=found)
        return words


def proposed(deployment: Deployment, spot: Spot, accounts: Iterable[Account]) -> tuple[Account | None, str]:
    """Where the kwargs say that it looks, as far as that is an account which is known here.

    Kwargs that name no account leave the identity of its processes, most likely one of the deployment's account.
    """
    path, kwargs = _backend(deployment, spot.layer)
    if not path.startswith(_OF_AWS):
        return named(path, kwargs, accounts) if spot.place == LayerPlace.Place.OWN else (None, "")
    is_own = spot.place == LayerPlace.Place.OWN
    number, profile, region = _of_own(kwargs) if is_own else _of_shared(path, kwargs)
    if is_own and not (number or profile):
        return deployment.account, region or deployment.region
    return next((each for each in accounts if _is(each, number, profile)), None), region


def _backend(deployment: Deployment, layer: str) -> tuple[str, Kwargs]:
    """The one that is entered, else the one that a source of the environment sets."""
    settings = settings_of(deployment)
    found = settings.backend if layer == LayerPlace.Layer.BACKEND else settings.worker_backend
    return (found.class_path, found.kwargs) if found else ("", {})


def _of_own(kwargs: Kwargs) -> tuple[str, str, str]:
    role = str(kwargs.get("role_arn") or "").split(":")
    number = role[4] if len(role) > 5 else str(kwargs.get("aws_account_id") or "")
    return number, str(kwargs.get("profile_name") or ""), _region(kwargs.get("region_name"))


def _of_shared(path: str, kwargs: Kwargs) -> tuple[str, str, str]:
    if CLASSES.get(path) is not SharedSecretsManager:
        return "", "", ""
    return str(kwargs.get("shared_account") or ""), "", _region(kwargs.get("aws_region") or DEFAULT_REGION)


def _region(given: object) -> str:
    """Only what could be one: it is kept."""
    try:
        REGION(given)
    except forms.ValidationError:
        return ""
    return str(given)


def _is(account: Account, number: str, profile: str) -> bool:
    return account.account_id == number if number else bool(profile) and account.profile == profile


def _told(spot: Spot, account: Account, region: str) -> str:
    words = _("%(layer)s looks in %(account)s, %(region)s, as far as can be told. Correct it if that is wrong.")
    layer = LayerPlace.Layer(spot.layer).label if spot.place == "own" else LayerPlace.Place.SHARED.label
    return words % {"layer": layer, "account": account.name, "region": region or account.region}
