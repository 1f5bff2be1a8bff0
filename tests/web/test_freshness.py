from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from secretsui.inventory.models import Account, Prefix, Refresh
from secretsui.web import freshness
from secretsui.web.freshness import Progress, is_old


@pytest.mark.parametrize(("minutes", "old"), [(125, False), (131, True)])
def test_a_prefix_is_old_after_two_missed_refreshes(minutes: int, old: bool) -> None:
    prefix = Prefix(refresh_minutes=60, as_of=timezone.now() - timedelta(minutes=minutes))
    assert is_old(prefix) is old


def test_what_was_never_read_is_not_old() -> None:
    assert not is_old(Prefix(as_of=None))


@pytest.mark.parametrize(
    ("facts", "known", "now", "most"),
    [
        ({}, 0, 0, 0),
        ({"listed": 50}, 200, 50, 200),
        ({"listed": 250}, 200, 250, 250),
        ({"listed": 250, "to_read": 30, "read": 10}, 200, 260, 280),
    ],
)
def test_progress_never_says_more_than_is_to_do(facts: dict[str, int], known: int, now: int, most: int) -> None:
    progress = Progress([Refresh(prefix=Prefix(summary={"records": known}), **facts)])
    assert (progress.now, progress.most) == (now, most)
    assert 0 <= progress.percent <= 100


def test_what_is_being_read_is_not_also_called_old(db: None) -> None:
    account = Account.objects.create(name="dev", region="eu-west-1")
    prefix = Prefix.objects.create(account=account, region="eu-west-1", path="a", kind="other")
    assert freshness.of([prefix]).never == [prefix]
    Refresh.objects.create(prefix=prefix, state="queued")
    assert freshness.of([prefix]).never == []
