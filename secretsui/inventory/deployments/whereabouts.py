"""Where the questions of a backend go: to which kind of store, to which of its mounts, and to whose account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from secretsui.core.backends import azure, google, parameter_store, secrets_manager, vault
from secretsui.core.backends.azure import AzureKeyVault
from secretsui.core.backends.google import GoogleSecretManager
from secretsui.core.backends.parameter_store import ParameterStore
from secretsui.core.backends.registry import CLASSES
from secretsui.core.backends.secrets_manager import SecretsManager
from secretsui.core.backends.signatures import Teamless
from secretsui.core.backends.source import Ask, CannotTell, Raises, Source
from secretsui.core.backends.vault import Vault
from secretsui.inventory.models import GLOBAL, Account, LayerPlace, Prefix

STORES: Final = frozenset(Prefix.StoreKind.values)
_STORE_OF: Final[Mapping[type, str]] = {
    SecretsManager: secrets_manager.STORE,
    ParameterStore: parameter_store.STORE,
    Vault: vault.STORE,
    GoogleSecretManager: google.STORE,
    AzureKeyVault: azure.STORE,
}


def bare_source(source: Source | Raises | CannotTell) -> object:
    """Without the refusal of providers that know no teams."""
    return source.source if isinstance(source, Teamless) else source


def store_of(source: Source | Raises | CannotTell) -> str:
    """ "" for what is no store of ours."""
    found = bare_source(source)
    return next((store for each, store in _STORE_OF.items() if isinstance(found, each)), "")


def mount_asked(source: Source | Raises | CannotTell) -> str:
    """Of Vault: "" where the mount is a part of each id."""
    found = bare_source(source)
    return str(found.mount or "") if isinstance(found, Vault) else ""


def mount_of(source: Source | Raises | CannotTell, region: str) -> str:
    """What a question names beside what lies in this region of the source's store."""
    found = bare_source(source)
    if isinstance(found, AzureKeyVault):
        return str(found.vault_url)
    return region if isinstance(found, Vault) else ""


def region_of(where: LayerPlace, ask: Ask) -> str:
    """The mount that Airflow names counts for more than the one that is usual there."""
    return ask.mount if ask.store == vault.STORE and ask.mount else where.region


def is_meant(where: LayerPlace, ask: Ask) -> bool:
    """Is the account that somebody named one that has such a store, and the one that the settings name?"""
    account = where.account
    if ask.store not in account.store_kinds:
        return False
    if ask.store == google.STORE:
        return ask.account in ("", account.options.get("project", ask.account))
    if ask.store == azure.STORE:
        return _plain(ask.mount) == _plain(account.endpoint_url)
    return ask.account in ("", account.account_id or ask.account)


def named(path: str, kwargs: Mapping[str, Any], accounts: Iterable[Account]) -> tuple[Account | None, str]:
    """The account of another vendor that these kwargs lead to, if exactly one does, and the region there."""
    find = _NAMED.get(CLASSES.get(path))
    found = [each for each in accounts if find and find(kwargs, each)]
    if len(found) != 1:
        return None, ""
    mount = kwargs.get("mount_point", VAULT_MOUNT) if found[0].vendor == Account.Vendor.VAULT else GLOBAL
    return found[0], mount if isinstance(mount, str) else ""


def _is_vault(kwargs: Mapping[str, Any], account: Account) -> bool:
    namespaces = [str(each or "").strip("/") for each in (kwargs.get("namespace"), account.options.get("namespace"))]
    is_there = account.vendor == Account.Vendor.VAULT and _plain(str(kwargs.get("url"))) == _plain(account.endpoint_url)
    return is_there and namespaces[0] == namespaces[1]


def _is_project(kwargs: Mapping[str, Any], account: Account) -> bool:
    return account.vendor == Account.Vendor.GOOGLE and kwargs.get("project_id") == account.options.get("project", "")


def _is_key_vault(kwargs: Mapping[str, Any], account: Account) -> bool:
    there = account.vendor == Account.Vendor.AZURE
    return there and _plain(str(kwargs.get("vault_url"))) == _plain(account.endpoint_url)


VAULT_MOUNT: Final = "secret"  # where the provider looks if nothing is said
_NAMED: Final[Mapping[object, Callable[[Mapping[str, Any], Account], bool]]] = {
    Vault: _is_vault,
    GoogleSecretManager: _is_project,
    AzureKeyVault: _is_key_vault,
}


def _plain(url: str) -> str:
    return url.rstrip("/").lower()
