"""What lookups cost: calls per day with and without a pattern, their price a month, and how near a quota they come."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

from secretsui.core.backends import azure, google, parameter_store, secrets_manager, vault

Fact = Literal["calls", "kept", "quota"]
Risk = Literal["over", "near", "far", "none"]
STORES: Final = (secrets_manager.STORE, parameter_store.STORE, vault.STORE, google.STORE, azure.STORE)
DAYS: Final = Decimal("30.44")  # of a month
NEAR: Final = Decimal("0.5")
_SECONDS: Final = 86_400
_TEXTS: Final = ("store", "fact", "amount", "unit", "source", "date")
_MOST: Final = Decimal(10) ** 12


class BadPrices(Exception):
    """A sentence with the number of the entry and its field."""


@dataclass(frozen=True, slots=True)
class Price:
    """`amount` is for so many as `per` says; so many as `free` says cost nothing each month."""

    store: str
    fact: Fact
    amount: Decimal
    per: int
    unit: str
    source: str
    date: date
    free: int = 0


Prices = Mapping[tuple[str, str], Price]


def read(text: str) -> Prices:
    """Raises `BadPrices` for what is no list of prices, each of them whole."""
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        raise BadPrices("It is not valid JSON.") from None
    if not isinstance(entries, list):
        raise BadPrices("It is not a list of entries.")
    found: dict[tuple[str, str], Price] = {}
    for number, entry in enumerate(entries, 1):
        price = _price(entry, f"Entry {number}")
        if (price.store, price.fact) in found:
            raise BadPrices(f"Entry {number}: there is an entry for {price.store} and {price.fact} before it.")
        found[price.store, price.fact] = price
    missing = [store for store in STORES if (store, "calls") not in found]
    if missing:
        raise BadPrices(f"There is no entry with the fact calls for {', '.join(missing)}.")
    return found


def _price(entry: object, where: str) -> Price:
    if not isinstance(entry, dict):
        raise BadPrices(f"{where}: it is not an object.")
    for name in _TEXTS:
        if not isinstance(entry.get(name), str) or not entry[name]:
            raise BadPrices(f"{where}: {name} is missing, or is no text.")
    if entry["store"] not in STORES:
        raise BadPrices(f"{where}: store is none of {', '.join(STORES)}.")
    if entry["fact"] not in get_args(Fact):
        raise BadPrices(f"{where}: fact is none of {', '.join(get_args(Fact))}.")
    if urlsplit(entry["source"]).scheme not in ("http", "https"):
        raise BadPrices(f"{where}: source is no web address.")
    return Price(
        store=entry["store"],
        fact=entry["fact"],
        amount=_amount(entry["amount"], where),
        per=_number(entry, "per", where, least=1),
        unit=entry["unit"],
        source=entry["source"],
        date=_date(entry["date"], where),
        free=_number(entry, "free", where, least=0),
    )


def _amount(text: str, where: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or not 0 <= found <= _MOST:
        raise BadPrices(f"{where}: amount is no number from 0 on, written as text.")
    return found


def _number(entry: Mapping[str, Any], name: str, where: str, least: int) -> int:
    found = entry.get(name, least)
    if isinstance(found, bool) or not isinstance(found, int) or found < least:
        raise BadPrices(f"{where}: {name} is no whole number from {least} on.")
    return found


def _date(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadPrices(f"{where}: date is not written as 2026-08-31.") from None


@dataclass(frozen=True, slots=True)
class Load:
    """What Airflow does in a day. `burst`: so many times the average are asked for in the busiest second."""

    parses: int
    lookups_per_parse: int
    tasks: int
    lookups_per_task: int
    burst: int = 20

    @property
    def lookups(self) -> int:
        return self.parses * self.lookups_per_parse + self.tasks * self.lookups_per_task


@dataclass(frozen=True, slots=True)
class Share:
    """How many ids are looked up, and of these how many a pattern lets ask: those that lie there, and those in vain.

    `per_miss` are the calls of one lookup in vain: two where the worker asks, and after it the server.
    """

    ids: int
    found: int
    in_vain: int
    per_miss: int = 1

    def calls(self, load: Load) -> int:
        """As often for each id, which nobody knows better."""
        if not self.ids:
            return 0
        weight = Decimal(self.found + self.in_vain * self.per_miss) / self.ids
        return int((load.lookups * weight).to_integral_value())


@dataclass(frozen=True, slots=True)
class Cost:
    """`peak` are calls in the busiest second."""

    calls: int
    price: Decimal
    peak: Decimal
    risk: Risk
    quota: Decimal | None


def cost(calls: int, load: Load, prices: Prices, store: str) -> Cost:
    quota = prices.get((store, "quota"))
    peak = Decimal(calls) / _SECONDS * load.burst
    limit = quota.amount if quota else None
    return Cost(calls, _monthly(calls * DAYS, prices.get((store, "calls"))), peak, _risk(peak, limit), limit)


def kept(secrets: int, prices: Prices, store: str) -> Decimal | None:
    """What keeping so many secrets costs a month, with or without a pattern; None where that has no price."""
    price = prices.get((store, "kept"))
    return _monthly(Decimal(secrets), price) if price else None


def _monthly(number: Decimal, price: Price | None) -> Decimal:
    if price is None:
        return Decimal(0)
    return max(number - price.free, Decimal(0)) * price.amount / price.per


def _risk(peak: Decimal, quota: Decimal | None) -> Risk:
    if not quota:
        return "none"
    share = peak / quota
    return "over" if share > 1 else "near" if share >= NEAR else "far"


def facts_of(prices: Prices, store: str) -> Sequence[Price]:
    return [price for (each, _), price in prices.items() if each == store]
