from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest
from django.utils import timezone

from secretsui.inventory import allowance
from secretsui.inventory.models import Account, Allowance, Kind, Prefix
from tests.conftest import Place

pytestmark = [pytest.mark.django_db, pytest.mark.database]
POLICIES: Final = "policy"


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody sleeps: a wait puts the clock of the buckets on."""
    found: list[float] = []

    def sleep(seconds: float) -> None:
        found.append(seconds)
        for bucket in Allowance.objects.all():
            Allowance.objects.filter(pk=bucket.pk).update(filled_at=bucket.filled_at - timedelta(seconds=seconds))

    monkeypatch.setattr(allowance.time, "sleep", sleep)
    return found


def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    monkeypatch.setattr(allowance.timezone, "now", lambda: now)


def test_a_full_bucket_is_ten_seconds_of_the_share(
    place: Place, waits: list[float], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(monkeypatch)
    settings.QUOTA_SHARE = 0.2
    allowance.take(place.connections, POLICIES, 100)
    assert waits == []
    allowance.take(place.connections, POLICIES, 5)
    assert waits == [pytest.approx(0.5)]


def test_more_than_a_bucket_holds_is_taken_bit_by_bit(
    place: Place, waits: list[float], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(monkeypatch)
    settings.QUOTA_SHARE = 0.2
    allowance.take(place.connections, POLICIES, 250)
    assert sum(waits) == pytest.approx(15)


def test_a_bucket_fills_with_time_and_not_beyond_its_rim(place: Place, waits: list[float], settings: Any) -> None:
    settings.QUOTA_SHARE = 0.2
    allowance.take(place.connections, POLICIES, 100)
    Allowance.objects.update(filled_at=timezone.now() - timedelta(hours=1))
    allowance.take(place.connections, POLICIES, 100)
    assert waits == []
    allowance.take(place.connections, POLICIES, 50)
    assert sum(waits) > 4


def test_a_clock_that_was_put_back_costs_nothing_and_gives_nothing(
    place: Place, waits: list[float], settings: Any
) -> None:
    settings.QUOTA_SHARE = 0.2
    allowance.take(place.connections, POLICIES, 40)
    Allowance.objects.update(filled_at=timezone.now() + timedelta(hours=1))
    allowance.take(place.connections, POLICIES, 60)
    assert waits == []
    assert Allowance.objects.get().tokens == pytest.approx(0)


def test_prefixes_of_one_account_and_region_share_and_others_do_not(place: Place, waits: list[float]) -> None:
    other = Account.objects.create(name="the-same", account_id=place.account.account_id, region="eu-west-1")
    same = Prefix.objects.create(account=other, region="eu-west-1", path="x", kind=Kind.OTHER)
    elsewhere = Prefix.objects.create(account=other, region="us-east-1", path="x", kind=Kind.OTHER)
    for prefix in (place.connections, place.variables, same, elsewhere):
        allowance.take(prefix, "list")
    allowance.take(same, POLICIES)
    assert Allowance.objects.count() == 3


def test_a_share_of_nothing_still_lets_something_through(place: Place, waits: list[float], settings: Any) -> None:
    settings.QUOTA_SHARE = 0.0
    allowance.take(place.connections, POLICIES)
    assert sum(waits) < 60


def test_each_store_has_quotas_of_its_own(place: Place, waits: list[float]) -> None:
    place.variables.store_kind = Prefix.StoreKind.PARAMETER_STORE
    allowance.take(place.connections, "list")
    for verb in ("list", "read", "versions"):
        allowance.take(place.variables, verb)
    assert set(Allowance.objects.values_list("operation", flat=True)) == {"ListSecrets", "GetParameters"}


def test_what_has_no_quota_waits_for_nobody(place: Place, waits: list[float], settings: Any) -> None:
    settings.QUOTA_SHARE = 0.0
    place.connections.store_kind = Prefix.StoreKind.VAULT
    allowance.take(place.connections, "read", 1_000_000)
    assert not Allowance.objects.exists()
    assert waits == []
