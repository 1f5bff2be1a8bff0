from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from secretsui.core import costs
from secretsui.core.costs import BadPrices, Load, Share, cost, kept, read

DELIVERED = Path(costs.__file__).parents[1] / "data" / "prices.json"
PRICES = read(DELIVERED.read_text())
ENTRY = {
    "store": "azure",
    "fact": "calls",
    "amount": "0.03",
    "per": 10_000,
    "unit": "USD",
    "source": "https://example.org/",
    "date": "2026-08-01",
}


def test_the_list_that_comes_along_has_the_known_figures() -> None:
    assert PRICES["secrets-manager", "calls"].amount == Decimal("0.05")
    assert PRICES["secrets-manager", "quota"].amount == 10_000
    assert PRICES["parameter-store", "quota"].amount == 40
    assert PRICES["google", "calls"].free == 10_000
    assert all(price.source.startswith("https://") for price in PRICES.values())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"store": None}, "Entry 1: store is missing, or is no text."),
        ({"store": "other"}, "Entry 1: store is none of"),
        ({"fact": "other"}, "Entry 1: fact is none of calls, kept, quota."),
        ({"amount": "-1"}, "Entry 1: amount is no number from 0 on"),
        ({"amount": "NaN"}, "Entry 1: amount is no number from 0 on"),
        ({"amount": 0.05}, "Entry 1: amount is missing, or is no text."),
        ({"per": 0}, "Entry 1: per is no whole number from 1 on."),
        ({"free": "x"}, "Entry 1: free is no whole number from 0 on."),
        ({"source": "javascript:x"}, "Entry 1: source is no web address."),
        ({"date": "yesterday"}, "Entry 1: date is not written as 2026-08-31."),
    ],
)
def test_an_entry_that_does_not_fit_is_named_with_its_field(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadPrices, match=sentence.replace(".", r"\.")):
        read(json.dumps([{**ENTRY, **change}]))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[", "It is not valid JSON."),
        ("{}", "It is not a list of entries."),
        ("[1]", "Entry 1: it is not an object."),
        (json.dumps([ENTRY, ENTRY]), "Entry 2: there is an entry for azure and calls before it."),
        (json.dumps([ENTRY]), "There is no entry with the fact calls for secrets-manager"),
    ],
)
def test_a_list_that_does_not_fit_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(BadPrices, match=sentence):
        read(text)


def test_every_parse_and_every_task_looks_something_up() -> None:
    assert Load(parses=100, lookups_per_parse=2, tasks=50, lookups_per_task=3).lookups == 350


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (Share(ids=10, found=10, in_vain=0), 1000),
        (Share(ids=10, found=4, in_vain=1), 500),
        (Share(ids=10, found=4, in_vain=1, per_miss=2), 600),
        (Share(ids=0, found=0, in_vain=0), 0),
    ],
)
def test_calls_follow_from_the_ids_that_are_asked_for(share: Share, expected: int) -> None:
    assert share.calls(Load(1000, 1, 0, 0)) == expected


def test_a_month_of_calls_has_a_price() -> None:
    found = cost(100_000, Load(0, 0, 0, 0), PRICES, "secrets-manager")
    assert found.price == Decimal("15.22")


def test_what_is_free_costs_nothing() -> None:
    assert cost(328, Load(0, 0, 0, 0), PRICES, "google").price == 0
    assert cost(1_000, Load(0, 0, 0, 0), PRICES, "google").price == Decimal("0.06132")
    assert cost(10**6, Load(0, 0, 0, 0), PRICES, "vault").price == 0


@pytest.mark.parametrize(
    ("calls", "burst", "risk"),
    [(86_400, 41, "over"), (86_400, 40, "near"), (86_400, 20, "near"), (86_400, 19, "far"), (0, 20, "far")],
)
def test_the_busiest_second_is_held_against_the_quota(calls: int, burst: int, risk: str) -> None:
    assert cost(calls, Load(0, 0, 0, 0, burst), PRICES, "parameter-store").risk == risk


def test_without_a_quota_there_is_no_risk_to_tell() -> None:
    assert cost(10**9, Load(0, 0, 0, 0), PRICES, "vault").risk == "none"


def test_keeping_secrets_has_a_price_of_its_own() -> None:
    assert kept(100, PRICES, "secrets-manager") == 40
    assert kept(10, PRICES, "google") == Decimal("0.24")
    assert kept(10, PRICES, "vault") is None
