"""Keeping what was set up: the deployment, and the prefixes that it looks in as places of this product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from secretsui.core.backends.prefixes import PLURALS
from secretsui.core.backends.source import Kind
from secretsui.core.chain import distribution_of
from secretsui.core.setup.answers import Answers, OnAws, OnAzure, OnGoogle, OnVault
from secretsui.core.setup.kwargs import kwargs_of
from secretsui.inventory.models import Account, Deployment, Prefix
from secretsui.inventory.models.places import GLOBAL
from secretsui.web.forms.deployment import DeploymentForm
from secretsui.web.forms.deployment_places import PlacesForm
from secretsui.web.forms.prefix_place import FORMS

STORES: Final = {
    "secrets-manager": Prefix.StoreKind.SECRETS_MANAGER,
    "shared-account": Prefix.StoreKind.SECRETS_MANAGER,
    "parameter-store": Prefix.StoreKind.PARAMETER_STORE,
    "vault": Prefix.StoreKind.VAULT,
    "google": Prefix.StoreKind.GOOGLE,
    "azure": Prefix.StoreKind.AZURE,
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A prefix that the settings name. Without an account it cannot be added; `is_known` if it is there already."""

    kind: Kind
    path: str
    region: str
    account: Account | None
    is_known: bool
    form: Any = None

    @property
    def name(self) -> str:
        return f"add-{self.kind}-{self.path}-{self.region}"

    @property
    def may_be_added(self) -> bool:
        return self.account is not None and not self.is_known


def deployment_form(answers: Answers, sent: QueryDict) -> DeploymentForm:
    """The usual form, filled in from the answers; the name and the stage are asked for."""
    package = distribution_of(answers.class_path)
    data = QueryDict(mutable=True)
    data.update(
        {
            "name": sent.get("deployment_name", ""),
            "stage": sent.get("deployment_stage", "") or Deployment.Stage.PROD,
            "platform": answers.platform,
            "airflow_version": answers.airflow,
            "providers": f"{package} {answers.provider}" if answers.provider else "",
            "api": Deployment.Api.NONE,
            "sign_in": Deployment.SignIn.PASSWORD,
            "check_minutes": "60",
        }
    )
    form = DeploymentForm(data)
    form.data = _with_backends(form, data, answers)
    return form


def _with_backends(form: DeploymentForm, data: QueryDict, answers: Answers) -> QueryDict:
    own = answers.worker_prefixes if answers.workers == "own" else answers.prefixes
    given: dict[str, Mapping[str, Any]] = {}
    if answers.workers != "only":
        data["backend_class"], given["backend_kwargs"] = answers.class_path, kwargs_of(answers)
    if answers.workers != "same":
        data["worker_backend_class"], given["worker_backend_kwargs"] = answers.class_path, kwargs_of(answers, own)
    for name, kwargs in given.items():
        data[name] = str(form.fields[name].prepare_value(kwargs))
    return data


def places_form(answers: Answers, accounts: Sequence[Account]) -> PlacesForm:
    """In which accounts it looks, where they are known here."""
    data: dict[str, str] = {}
    if isinstance(answers.place, OnAws):
        place = answers.place
        layers = {"same": ("backend",), "only": ("worker_backend",), "own": ("backend", "worker_backend")}
        for layer in layers[answers.workers]:
            data |= _spot(f"{layer}_own", _aws(accounts, place.account), place.region)
            if answers.store == "shared-account":
                region = place.shared_region or place.region
                data |= _spot(f"{layer}_shared", _aws(accounts, place.shared_account), region)
    return PlacesForm(data)


def _spot(start: str, account: Account | None, region: str) -> dict[str, str]:
    return {f"{start}_account": account.name, f"{start}_region": region} if account else {}


def proposals(answers: Answers) -> Sequence[Proposal]:
    accounts = list(Account.objects.order_by("name"))
    return list(_proposals(answers, accounts))


def _proposals(answers: Answers, accounts: Sequence[Account]) -> Iterator[Proposal]:
    account, region = _home(answers, accounts)
    worker = answers.worker_prefixes if answers.workers == "own" else {}
    found = {(kind, path) for each in (answers.prefixes, worker) for kind, path in each.items() if path}
    for kind in PLURALS:
        for path in sorted(path for each, path in found if each == kind):
            yield _proposal(answers, kind, path, account, region)
    if answers.store == "shared-account" and isinstance(answers.place, OnAws):
        place = answers.place
        shared = _aws(accounts, place.shared_account)
        yield _proposal(answers, "connection", place.shared_prefix, shared, place.shared_region or place.region)


def _proposal(answers: Answers, kind: Kind, path: str, account: Account | None, region: str) -> Proposal:
    store = STORES[answers.store]
    known = account.prefixes.filter(store_kind=store, region=region, path=path) if account else None
    form = None
    if account is not None:
        form = FORMS[store](_prefix_data(answers, kind, path, region), account=account)
    return Proposal(kind, path, region, account, bool(known is not None and known.exists()), form)


def _prefix_data(answers: Answers, kind: Kind, path: str, region: str) -> dict[str, str]:
    sep = "-" if answers.store in ("google", "azure") else "/"
    kv = str(answers.place.kv) if isinstance(answers.place, OnVault) else ""
    return {"path": path, "kind": kind, "region": region, "sep": sep, "kv": kv, "refresh_minutes": "60"}


def _home(answers: Answers, accounts: Sequence[Account]) -> tuple[Account | None, str]:
    """The account that is meant, as far as it is known here, and what a prefix there has in place of a region."""
    match answers.place:
        case OnAws(account=number, region=region):
            return _aws(accounts, number), region
        case OnVault(url=url, mount=mount):
            return _at(accounts, Account.Vendor.VAULT, url), mount
        case OnAzure(vault_url=url):
            return _at(accounts, Account.Vendor.AZURE, url), GLOBAL
        case OnGoogle(project=project):
            of_google = (each for each in accounts if each.vendor == Account.Vendor.GOOGLE)
            return next((each for each in of_google if each.options.get("project") == project), None), GLOBAL


def _aws(accounts: Sequence[Account], number: str) -> Account | None:
    found = (each for each in accounts if each.vendor == Account.Vendor.AWS and each.account_id == number)
    return next(found, None) if number else None


def _at(accounts: Sequence[Account], vendor: str, url: str) -> Account | None:
    found = (each for each in accounts if each.vendor == vendor)
    return next((each for each in found if each.endpoint_url.rstrip("/") == url.rstrip("/")), None)


def add(proposal: Proposal) -> tuple[Prefix | None, str]:
    """The prefix, or why it was not added."""
    if proposal.form is None or not proposal.form.is_valid():
        return None, _("%(path)s was not added. Add it under its account.") % {"path": proposal.path}
    prefix: Prefix = proposal.form.save()
    return prefix, ""
