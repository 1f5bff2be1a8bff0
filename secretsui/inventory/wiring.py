"""From a row to an opened adapter."""

from __future__ import annotations

from secretsui.cloud.aws import Identity
from secretsui.inventory.models import Prefix
from secretsui.stores.base import Probe, Store
from secretsui.stores.secrets_manager import SecretsManagerStore
from secretsui.stores.secrets_manager import probe as probe_secrets_manager


def open_store(prefix: Prefix) -> Store:
    return SecretsManagerStore(_identity(prefix))


def probe(prefix: Prefix) -> Probe:
    """Who the account's identity is, and what it may do with the names of this prefix."""
    return probe_secrets_manager(_identity(prefix), prefix.start)


def _identity(prefix: Prefix) -> Identity:
    account = prefix.account
    return Identity(
        region=prefix.region,
        profile=account.profile if account.credentials != account.Credentials.AMBIENT else "",
        role_chain=_role_chain(prefix),
        endpoint_url=account.endpoint_url,
        account_id=account.account_id,
    )


def _role_chain(prefix: Prefix) -> tuple[tuple[str, str], ...]:
    if prefix.account.credentials != prefix.account.Credentials.ROLE:
        return ()
    return tuple((step["role_arn"], step.get("external_id", "")) for step in prefix.account.role_chain)
