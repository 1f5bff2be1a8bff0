"""A share of the quotas of AWS, kept to by all workers together, so that Airflow always has the rest.

Jobs ask before they call; people, who wait for one answer, do not. What a bucket holds stands in the database.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from secretsui.inventory.models import Allowance, Prefix

# Calls per second, account and region. What has far more than any job uses is not here.
QUOTAS: Final[Mapping[str, float]] = {
    "ListSecrets": 100,
    "BatchGetSecretValue": 100,
    "GetResourcePolicy": 50,
    "ListSecretVersionIds": 50,
}
# So many seconds of the share may be used at once.
FULL: Final = 10.0
LEAST: Final = 0.001


def take(prefix: Prefix, operation: str, number: int = 1) -> None:
    """Waits until so many calls may be made in the account and region of this prefix."""
    rate = QUOTAS[operation] * max(settings.QUOTA_SHARE, LEAST)
    left = float(number)
    while left > 0:
        some = min(left, rate * FULL)
        while wait := _draw(prefix, operation, rate, some):
            time.sleep(wait)
        left -= some


def _draw(prefix: Prefix, operation: str, rate: float, number: float) -> float:
    """Seconds until there will be so many, 0 where they are taken."""
    with transaction.atomic():
        bucket, _ = Allowance.objects.select_for_update().get_or_create(
            account=prefix.account.account_id or prefix.account.name,
            region=prefix.region,
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
