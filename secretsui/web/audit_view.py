"""The findings of one audit as its page shows them: counts, menus and groups.

Every choice is a link to the same audit with one thing changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from secretsui.audits import selection, words
from secretsui.audits.models import Audit
from secretsui.audits.selection import NO_OWNER, Filters
from secretsui.core.findings import SEVERITIES
from secretsui.web import vocabulary
from secretsui.web.conflict_chain import listed
from secretsui.web.finding_rows import FindingRow
from secretsui.web.finding_states import STATES
from secretsui.web.menus import Choice, Menu, Option
from secretsui.web.vocabulary import Label

BY_NAME: Final = "name"  # the order of which the page makes groups by secret
OWNERS: Final = 20  # of one menu
RARE: Final = ("reopened", "unchecked")  # of which a count of none says nothing


class Tile(NamedTuple):
    number: int
    label: Label
    query: str
    is_on: bool


def tiles(filters: Filters, counts: Mapping[str, int]) -> Iterator[Tile]:
    for state, label in STATES.items():
        number, is_on = counts.get(state, 0), filters.state == (state,)
        if number or is_on or state not in RARE:
            yield Tile(number, label, filters.query(state=() if is_on else (state,)), is_on)


class BlindSpot(NamedTuple):
    number: int
    sentence: str


def blind_spots(of: Audit) -> Sequence[BlindSpot]:
    """Why rules could not answer, most frequent first."""
    reasons: Mapping[str, int] = of.extent.get("unchecked", {})
    told = (BlindSpot(number, f"{capfirst(words.reason_words(reason))}.") for reason, number in reasons.items())
    return sorted(told, key=lambda spot: (-spot.number, spot.sentence))


def menus(user: User, filters: Filters, of: Audit, deployments: Sequence[str]) -> Iterator[Menu]:
    yield _several(filters, "state", _("State"), STATES, {})
    labels: Mapping[str, Label] = {name: vocabulary.SEVERITIES[name] for name in SEVERITIES}
    yield _several(filters, "severity", _("Severity"), labels, selection.severities(user, filters, of))
    yield _one(filters, "deployment", _("Deployment"), [Option(name, name) for name in deployments])
    owners = [Option(name, name) for name in selection.owners(user)[:OWNERS]]
    yield _one(filters, "owner", _("Owner"), [Option(NO_OWNER, str(words.NO_OWNER)), *owners])


def _several(filters: Filters, name: str, label: str, labels: Mapping[str, Label], numbers: Mapping[str, int]) -> Menu:
    """Each choice adds one, or takes it away again."""
    chosen: tuple[str, ...] = getattr(filters, name)
    choices = []
    for value, each in labels.items():
        changed = tuple(other for other in chosen if other != value) if value in chosen else (*chosen, value)
        note = str(numbers[value]) if numbers.get(value) else ""
        choices.append(Choice(Option(value, str(each.words), note, each.icon), filters.query(**{name: changed})))
    names = [str(labels[each].words) if each in labels else each for each in chosen]
    return Menu(
        name, label, Option(" ".join(chosen), listed(names)) if chosen else None, choices, _without(filters, name)
    )


def _one(filters: Filters, name: str, label: str, options: Sequence[Option]) -> Menu:
    value = getattr(filters, name)
    now = next((each for each in options if each.value == value), Option(value, value)) if value else None
    choices = [Choice(each, filters.query(**{name: each.value})) for each in options]
    return Menu(name, label, now, choices, _without(filters, name))


def _without(filters: Filters, name: str) -> str:
    return filters.query(**{name: () if name in ("state", "severity") else ""})


class Group(NamedTuple):
    """Findings of one rule and severity, or of one secret."""

    title: str | Promise
    note: str
    severity: str  # of the worst
    rule: str
    risk: str | Promise
    rows: Sequence[FindingRow]


def groups(filters: Filters, rows: Sequence[FindingRow]) -> Iterator[Group]:
    if filters.sort == BY_NAME:
        in_order = sorted(rows, key=lambda row: (row.finding.name, row.finding.subject, row.finding.rank))
        for _subject, group in groupby(in_order, lambda row: row.finding.subject):
            yield _of_secret(list(group))
        return
    for _rule, group in groupby(rows, lambda row: (row.finding.rank, row.finding.rule)):
        yield _of_rule(list(group))


def _of_rule(rows: Sequence[FindingRow]) -> Group:
    first = rows[0].finding
    return Group(rows[0].title, first.rule, first.severity, first.rule, words.risk(first), rows)


def _of_secret(rows: Sequence[FindingRow]) -> Group:
    return Group(rows[0].name, rows[0].where, rows[0].finding.severity, "", "", rows)
