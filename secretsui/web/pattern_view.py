"""What the pattern tester shows: counts first, one list by pages, a proposal, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from django.core.paginator import Page, Paginator
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from secretsui.core import costs, lookup_pattern
from secretsui.core.costs import BadPrices, Cost, Load, Price, Prices, Share
from secretsui.core.lookup_pattern import Other, Pattern, Verdict
from secretsui.inventory.deployments.columns import TITLES
from secretsui.web import pattern_prices
from secretsui.web.pattern_form import PatternForm
from secretsui.web.pattern_ids import BESIDE, Ids
from secretsui.web.vocabulary import Label

PER_PAGE: Final = 25
LISTS: Final[Mapping[str, Label]] = {
    "dies": Label("eye-off", "bad", _("Never looked up")),
    "accident": Label("alert-circle", "warn", _("Matches by accident")),
    "vain": Label("help-circle", "warn", _("Asked in vain")),
    "lives": Label("circle-check", "ok", _("Found")),
    "spared": Label("minus", "", _("Not asked")),
}
EFFECTS: Final[Mapping[str, str | Promise]] = {
    "dies": _("They lie in the backend and the pattern leaves them out, so Airflow never finds them there."),
    "accident": _("The pattern matches their beginning alone, or only because letter case does not count."),
    "vain": _("They lie elsewhere, and the backend is asked for them first, each time."),
    "lives": _("They lie in the backend and are asked for."),
    "spared": _("They lie elsewhere, and the backend is not asked for them."),
}
RISKS: Final[Mapping[str, Label]] = {
    "over": Label("alert-triangle", "bad", _("Above the quota")),
    "near": Label("alert-circle", "warn", _("Near the quota")),
    "far": Label("circle-check", "ok", _("Far from the quota")),
    "none": Label("minus", "", _("No quota is known")),
}


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    note: str


@dataclass(frozen=True, slots=True)
class Tab:
    code: str
    label: Label
    count: int
    is_shown: bool


@dataclass(frozen=True, slots=True)
class CostView:
    """`problem`: why there are no figures."""

    before: Cost | None = None
    after: Cost | None = None
    kept: Decimal | None = None
    prices: Sequence[Price] = ()
    problem: str = ""

    @property
    def saved(self) -> Decimal:
        return self.before.price - self.after.price if self.before and self.after else Decimal(0)

    @property
    def fewer(self) -> int:
        return self.before.calls - self.after.calls if self.before and self.after else 0

    @property
    def risks(self) -> Sequence[Label]:
        return [RISKS[each.risk] for each in (self.before, self.after) if each]


@dataclass(frozen=True, slots=True)
class Tried:
    ids: Ids
    pattern: Pattern
    verdict: Verdict
    tabs: Sequence[Tab]
    shown: str
    page: Page[Row]
    proposal: str
    cost: CostView

    now: Pattern

    @property
    def effect(self) -> str | Promise:
        return EFFECTS[self.shown]

    @property
    def other_now(self) -> str:
        """The pattern that the deployment has, where costs are compared with another."""
        return self.ids.now if self.ids.now and self.ids.now != self.now.text else ""


def tried(form: PatternForm, ids: Ids, asked: str, number: str) -> Tried:
    pattern: Pattern = form.cleaned_data["pattern"]
    verdict = lookup_pattern.judge(pattern, ids.stored, ids.others)
    rows = _rows(verdict)
    shown = asked if asked in rows else next((code for code in rows if rows[code]), "lives")
    tabs = [Tab(code, LISTS[code], len(found), code == shown) for code, found in rows.items()]
    page = Paginator(rows[shown], PER_PAGE).get_page(number)
    proposal = _proposal(ids) if ids.takes_patterns else ""
    return Tried(
        ids, pattern, verdict, tabs, shown, page, proposal, _cost(form, ids, verdict), form.cleaned_data["now"]
    )


def _rows(verdict: Verdict) -> Mapping[str, Sequence[Row]]:
    reasons = {"case": _now("only in another letter case"), "start": _now("only its beginning")}
    return {
        "dies": [Row(key, "") for key in verdict.dies],
        "accident": [Row(key, reasons[why]) for key, why in verdict.by_accident],
        "vain": [_other(each) for each in verdict.asked_in_vain],
        "lives": [Row(key, "") for key in verdict.lives],
        "spared": [_other(each) for each in verdict.spared],
    }


def _other(found: Other) -> Row:
    layer = _now("Another prefix") if found.layer == BESIDE else str(TITLES.get(found.layer, found.layer))
    near = _now("nearly %s") % found.near if found.near else ""
    return Row(found.key, ", ".join(filter(None, (layer, near))))


def _proposal(ids: Ids) -> str:
    return lookup_pattern.proposal(set(ids.stored), {each.key for each in ids.others})


def _cost(form: PatternForm, ids: Ids, verdict: Verdict) -> CostView:
    try:
        prices = _prices(form, ids.store)
    except BadPrices as failure:
        return CostView(problem=_now("The list of prices could not be read. %s") % failure)
    if not ids.store:
        return CostView(
            problem=_now("The backend of this deployment is not known, so nothing can be said of its cost.")
        )
    now: Pattern = form.cleaned_data["now"]
    before = lookup_pattern.judge(now, ids.stored, ids.others)
    load, absent = form.load, form.absent_ids
    pairs = ((now, before), (form.cleaned_data["pattern"], verdict))
    costs_of = [_of(each, found, ids, absent, load, prices) for each, found in pairs]
    kept = costs.kept(len(ids.stored), prices, ids.store)
    return CostView(costs_of[0], costs_of[1], kept, costs.facts_of(prices, ids.store))


def _of(pattern: Pattern, verdict: Verdict, ids: Ids, absent: int, load: Load, prices: Prices) -> Cost:
    """Of ids that lie nowhere the names are not known: any pattern is taken to leave them out."""
    in_vain = len(verdict.asked_in_vain) + (0 if pattern.text else absent)
    share = Share(len(ids.stored) + len(ids.others) + absent, len(verdict.lives), in_vain, ids.per_miss)
    return costs.cost(share.calls(load), load, prices, ids.store)


def _prices(form: PatternForm, store: str) -> Prices:
    prices = pattern_prices.prices()
    known, given = prices.get((store, "calls")), form.price_of_calls
    if known is None or given is None:
        return prices
    return {**prices, (store, "calls"): replace(known, amount=given, per=10_000, free=0)}
