"""The filter menus and column heads of the list: every choice is a link to the same list with one filter changed.

Choices and counts come from the prefixes' summaries, so they cost no query.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.inventory.models import Prefix
from secretsui.inventory.selection import STATES, Filters, chosen
from secretsui.web import vocabulary
from secretsui.web.store_words import shown_path, words_of

MOST: Final = 40  # choices of one menu; what is rarer can still be typed into the search
# Each with the order it can be put in.
COLUMNS: Final = (
    ("key", gettext_lazy("Id and type")),
    ("", gettext_lazy("Where it lives")),
    ("", gettext_lazy("Endpoint")),
    ("changed", gettext_lazy("Changed")),
    ("", gettext_lazy("Accessed")),
    ("state", gettext_lazy("State")),
)


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    words: str
    note: str = ""
    icon: str = ""
    alias: str = ""  # another value that means the same


@dataclass(frozen=True, slots=True)
class Choice:
    option: Option
    query: str


@dataclass(frozen=True, slots=True)
class Menu:
    name: str
    label: str
    now: Option | None
    choices: Sequence[Choice]
    clear: str


@dataclass(frozen=True, slots=True)
class Column:
    label: str | Promise
    query: str  # "" where the list cannot be put in this order
    order: str  # "ascending", "descending" or ""


def columns(filters: Filters) -> Sequence[Column]:
    return [_column(filters, *column) for column in COLUMNS]


def _column(filters: Filters, name: str, label: str | Promise) -> Column:
    now = filters.sort or "key"
    if not name:
        return Column(label, "", "")
    if now == name:
        return Column(label, filters.query(sort=f"-{name}"), "ascending")
    first = "-changed" if name == "changed" and now != "-changed" else name
    return Column(label, filters.query(sort=first), "descending" if now == f"-{name}" else "")


def menus(filters: Filters, prefixes: Sequence[Prefix]) -> Iterator[Menu]:
    scope = chosen(prefixes, replace(filters, kind="", prefix=""))
    yield _menu(filters, "account", _("Account"), _accounts(prefixes))
    yield _menu(filters, "prefix", _("Prefix"), _paths(scope))
    yield _menu(filters, "kind", _("Kind"), _kinds(prefixes))
    if filters.store or len({prefix.store_kind for prefix in prefixes}) > 1:
        yield _menu(filters, "store", _("Store"), _stores(prefixes))
    yield _menu(filters, "type", _("Connection type"), _types(chosen(prefixes, filters)))
    yield _menu(filters, "state", _("State"), _states(chosen(prefixes, filters)))
    yield _menu(filters, "tag", _("Tag"), _tags(chosen(prefixes, filters)))


def _menu(filters: Filters, name: str, label: str, options: Iterable[Option]) -> Menu:
    value = getattr(filters, name)
    options = list(options)
    now = next((each for each in options if value in (each.value, each.alias)), Option(value, value)) if value else None
    choices = [Choice(each, filters.query(**{name: each.value})) for each in options]
    return Menu(name, label, now, choices, filters.query(**{name: ""}))


def _accounts(prefixes: Iterable[Prefix]) -> Iterator[Option]:
    accounts = {prefix.account.name: prefix.account.account_id for prefix in prefixes}
    return (Option(name, name, account_id) for name, account_id in accounts.items())


def _paths(prefixes: Iterable[Prefix]) -> Iterator[Option]:
    """By path, which may stand in several accounts; one prefix alone is meant by its id."""
    counts: Counter[str] = Counter()
    last: dict[str, Prefix] = {}
    for prefix in prefixes:
        value = prefix.path or str(prefix.pk)
        counts[value] += prefix.summary.get("records", 0)
        last[value] = prefix
    return (
        Option(value, shown_path(last[value]), str(number), alias=str(last[value].pk))
        for value, number in counts.items()
    )


def _kinds(prefixes: Iterable[Prefix]) -> Iterator[Option]:
    present = {prefix.kind for prefix in prefixes}
    labels = vocabulary.KINDS.items()
    return (Option(kind, str(label.words), icon=label.icon) for kind, label in labels if kind in present)


def _stores(prefixes: Iterable[Prefix]) -> Iterator[Option]:
    present = {prefix.store_kind for prefix in prefixes}
    words = ((kind, words_of(kind)) for kind in Prefix.StoreKind.values if kind in present)
    return (Option(kind, str(each.service), icon=each.icon) for kind, each in words)


def _types(prefixes: Iterable[Prefix]) -> Iterator[Option]:
    for value, number in _summed(prefixes, "types"):
        label = vocabulary.of_type(value)
        yield Option(value, str(label.words), str(number), label.icon)


def _states(prefixes: Iterable[Prefix]) -> Iterator[Option]:
    counts = dict(_summed(prefixes, "states"))
    labels = ((state, vocabulary.STATES[state]) for state in STATES if counts.get(state))
    return (Option(state, str(label.words), str(counts[state]), label.icon) for state, label in labels)


def _tags(prefixes: Iterable[Prefix]) -> Iterator[Option]:
    return (Option(value, value, str(number)) for value, number in _summed(prefixes, "tags"))


def _summed(prefixes: Iterable[Prefix], part: str) -> Sequence[tuple[str, int]]:
    """Values and their counts, the most used first."""
    counts: Counter[str] = Counter()
    for prefix in prefixes:
        counts.update(prefix.summary.get(part, {}))
    return [(value, number) for value, number in counts.most_common(MOST) if value and number]
