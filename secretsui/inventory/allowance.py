"""A share of the quotas of the stores, kept to by all workers together, so that Airflow always has the rest.

Jobs ask before they call; people, who wait for one answer, do not. What a bucket holds stands in the database.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from secretsui.inventory.models import Account, Allowance, Prefix

Verb = Literal["list", "read", "describe", "versions", "policy"]
StoreKind = Prefix.StoreKind


class Quota(NamedTuple):
    """`rate` is in calls per second, account and region. Those of one name share it."""

    operation: str
    rate: float


_PARAMETERS: Final = Quota("GetParameters", 40)
_GOOGLE: Final = Quota("Metadata", 10)
_AZURE: Final = Quota("Transactions", 400)
# Of a service without regions, and of all that it is asked.
IAM: Final = Quota("Iam", 25)
# What has far more than any job uses is not here, nor is Vault, which has no limit but those of its operators.
QUOTAS: Final[Mapping[str, Mapping[Verb, Quota]]] = {
    StoreKind.SECRETS_MANAGER: {
        "list": Quota("ListSecrets", 100),
        "read": Quota("BatchGetSecretValue", 100),
        "policy": Quota("GetResourcePolicy", 50),
        "versions": Quota("ListSecretVersionIds", 50),
    },
    # Listing, reading and histories have one quota; that of descriptions is not told, and small.
    StoreKind.PARAMETER_STORE: {"list": _PARAMETERS, "read": _PARAMETERS, "versions": _PARAMETERS},
    StoreKind.GOOGLE: {"list": _GOOGLE, "versions": _GOOGLE, "describe": _GOOGLE, "read": Quota("Access", 1500)},
    StoreKind.AZURE: {"list": _AZURE, "read": _AZURE, "versions": _AZURE, "describe": _AZURE},
}
# So many seconds of the share may be used at once.
FULL: Final = 10.0
LEAST: Final = 0.001


def take(prefix: Prefix, verb: Verb, number: int = 1) -> None:
    """Waits until so many calls may be made in the account and region of this prefix."""
    quota = QUOTAS.get(prefix.store_kind, {}).get(verb)
    if quota is not None:
        take_of(prefix.account, prefix.region, quota, number)


def take_of(account: Account, region: str, quota: Quota, number: int = 1) -> None:
    rate = quota.rate * max(settings.QUOTA_SHARE, LEAST)
    left = float(number)
    while left > 0:
        some = min(left, rate * FULL)
        while wait := _draw(account, region, quota.operation, rate, some):
            time.sleep(wait)
        left -= some


def _draw(account: Account, region: str, operation: str, rate: float, number: float) -> float:
    """Seconds until there will be so many, 0 where they are taken."""
    with transaction.atomic():
        bucket, _ = Allowance.objects.select_for_update().get_or_create(
            account=account.account_id or account.name,
            region=region,
            operation=operation,
            defaults={"tokens": rate * FULL, "filled_at": timezone.now()},
        )
        now = timezone.now()
        elapsed = max((now - bucket.filled_at).total_seconds(), 0.0)
        there = min(bucket.tokens + elapsed * rate, rate * FULL)
        if there < number:
            return (number - there) / rate
        Allowance.objects.filter(pk=bucket.pk).update(tokens=there - number, filled_at=now)
    return 0.0
