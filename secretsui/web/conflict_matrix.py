"""The matrix as a page shows it: rows of cells, the counts that filter them, menus and columns.

Every choice is a link to the same matrix with one thing changed. Ids without a conflict are left out until they are
asked for, or searched for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from secretsui.core.chain import Process
from secretsui.inventory.deployments.columns import Column
from secretsui.inventory.deployments.rows import NO_OWNER, SORTS, Counts, RowFilter, is_known_kind
from secretsui.inventory.models import Deployment, ResolvedRow
from secretsui.web import conflict_chain, lookup_words, vocabulary
from secretsui.web.conflict_subject import KINDS, process_of
from secretsui.web.menus import Choice, Menu, Option
from secretsui.web.templatetags.ui import ago_words
from secretsui.web.vocabulary import Label

SHOWN: Final = tuple(conflict for conflict in lookup_words.CONFLICTS if conflict != "none")
# Shown above the matrix even where there are none.
ALWAYS: Final = ("different", "never", "falls-through", "not-checked", "none")
OWNERS: Final = 20  # of one menu; others can be typed into the search
HOLDING: Final = ("wins", "wins-if", "shadowed")
UNREAD: Final = ("unknown", "denied", "failed")


@dataclass(frozen=True, slots=True)
class View:
    """What is asked for: a process, filters, and whether ids without a conflict are shown as well."""

    process: Process
    filters: RowFilter
    everything: bool = False
    is_first: bool = True  # the process that is shown when none is named

    @classmethod
    def parse(cls, deployment: Deployment, query: Any) -> Self:
        process = process_of(deployment, query.get("process", ""))
        is_first = process == process_of(deployment, "")
        return cls(process, RowFilter.parse(query), query.get("all") == "1", is_first)

    def query(self, **changes: Any) -> str:
        """The query string with these changes to the filters."""
        rest = [("process", "" if self.is_first else self.process), ("all", "1" if self.everything else "")]
        return "&".join(filter(None, (self.filters.query(**changes), urlencode([pair for pair in rest if pair[1]]))))

    @property
    def here(self) -> str:
        return self.query(page=self.filters.page)

    @property
    def selecting(self) -> RowFilter:
        """With what is left out unless it is asked for."""
        if self.filters.conflicts or self.is_whole:
            return self.filters
        return replace(self.filters, conflicts=SHOWN)

    @property
    def is_whole(self) -> bool:
        return self.everything or bool(self.filters.words)

    @property
    def is_known(self) -> bool:
        """Whether the address asks for what there can be."""
        return is_known_kind(self.filters.kind) and set(self.filters.conflicts) <= lookup_words.CONFLICTS.keys()

    @property
    def hidden(self) -> Sequence[tuple[str, str]]:
        """What the search takes along."""
        fields = [(name, getattr(self.filters, name)) for name in ("kind", "winner", "owner", "sort")]
        fields += [("conflict", each) for each in self.filters.conflicts]
        fields += [("all", "1" if self.everything else ""), ("process", "" if self.is_first else self.process)]
        return [(name, value) for name, value in fields if value]


class Tile(NamedTuple):
    """One number above the matrix, and the list of what it counts."""

    number: int
    label: Label
    query: str
    is_on: bool


def tiles(view: View, counts: Counts) -> Iterator[Tile]:
    for conflict, label in lookup_words.CONFLICTS.items():
        number, is_on = counts.conflicts.get(conflict, 0), view.filters.conflicts == (conflict,)
        if number or is_on or conflict in ALWAYS:
            words = label._replace(words=lookup_words.count_words(conflict))
            yield Tile(number, words, view.query(conflicts=() if is_on else (conflict,)), is_on)


class Segment(NamedTuple):
    words: str | Promise
    query: str
    is_on: bool


def kinds(view: View) -> Iterator[Segment]:
    names = {"": _("All"), "connection": _("Connections"), "variable": _("Variables")}
    for kind in ("", *KINDS):
        yield Segment(names[kind], view.query(kind=kind), view.filters.kind == kind)


def processes(view: View, known: Sequence[Process]) -> Sequence[Segment]:
    """In the order in which people ask; nothing where all processes are alike."""
    if len(known) < 2:
        return []
    return [
        Segment(
            lookup_words.PROCESSES[process],
            replace(view, process=process, is_first=process == known[-1]).query(winner=""),
            process == view.process,
        )
        for process in reversed(known)
    ]


def menus(view: View, columns: Sequence[Column], counts: Counts) -> Iterator[Menu]:
    yield _conflicts(view, counts)
    winners = [Option(each.id, f"{each.number}. {each.title}", _noted(counts.winners, each.id)) for each in columns]
    yield _menu(view, "winner", _("Winning layer"), winners)
    yield _menu(view, "owner", _("Owner"), _owners(counts))


def _conflicts(view: View, counts: Counts) -> Menu:
    """Several can be chosen: each choice adds one, or takes it away again."""
    chosen = view.filters.conflicts
    choices = []
    for conflict, label in lookup_words.CONFLICTS.items():
        others = tuple(each for each in chosen if each != conflict)
        changed = others if conflict in chosen else (*chosen, conflict)
        option = Option(
            conflict, str(lookup_words.count_words(conflict)), _noted(counts.conflicts, conflict), label.icon
        )
        choices.append(Choice(option, view.query(conflicts=changed)))
    names = [str(lookup_words.count_words(each)) for each in chosen if each in lookup_words.CONFLICTS]
    now = Option(" ".join(chosen), conflict_chain.listed(names) or _("unknown")) if chosen else None
    return Menu("conflict", _("Conflict"), now, choices, view.query(conflicts=()))


def _owners(counts: Counts) -> Sequence[Option]:
    most = sorted(counts.owners.items(), key=lambda each: (-each[1], each[0]))[:OWNERS]
    return [Option(name or NO_OWNER, name or _("No owner"), str(number)) for name, number in most]


def _menu(view: View, name: str, label: str, options: Iterable[Option]) -> Menu:
    value, options = getattr(view.filters, name), list(options)
    now = next((each for each in options if each.value == value), Option(value, value)) if value else None
    choices = [Choice(each, view.query(**{name: each.value})) for each in options]
    return Menu(name, label, now, choices, view.query(**{name: ""}))


def _noted(numbers: Mapping[str, int], name: str) -> str:
    return str(numbers.get(name, ""))


class Sort(NamedTuple):
    query: str
    order: str  # "ascending", "descending" or ""


def sorts(view: View) -> Mapping[str, Sort]:
    """For the heads of the columns that the matrix can be put in the order of."""
    return {name: _sort(view, name) for name in SORTS}


def _sort(view: View, name: str) -> Sort:
    now = view.filters.sort or "rank"
    if now == name:
        return Sort(view.query(sort=f"-{name}"), "ascending")
    return Sort(view.query(sort="" if name == "rank" else name), "descending" if now == f"-{name}" else "")


class MatrixCell(NamedTuple):
    style: str
    label: Label
    title: str | Promise
    note: str | Promise = ""

    @property
    def css(self) -> str:
        return f"{self.label.tone} {self.label.icon}".strip()

    @property
    def is_absent(self) -> bool:
        return self.label == lookup_words.CELLS["absent"]


class MatrixRow(NamedTuple):
    row: ResolvedRow
    url: str
    cells: Sequence[MatrixCell]
    label: Label  # of the conflict
    type: str | Promise


def rows(view: View, deployment: str, found: Iterable[ResolvedRow], columns: Sequence[Column]) -> Iterator[MatrixRow]:
    process = "" if view.is_first else f"?process={view.process}"
    for row in found:
        conflict = lookup_words.CONFLICTS.get(row.conflict, lookup_words.CELLS["unknown"])
        words = vocabulary.of_type(row.conn_type).words if row.conn_type else vocabulary.KINDS[row.kind].words
        url = reverse("conflict", args=[deployment, row.kind, row.key]) + process
        yield MatrixRow(row, url, _cells(row.cells, columns), conflict, words)


def _cells(cells: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> Sequence[MatrixCell]:
    """A row that was made of other columns than there are now says nothing of any."""
    if len(cells) != len(columns):
        cells = [{"state": "unknown"}] * len(columns)
    return [_cell(cell, column, cells) for cell, column in zip(cells, columns, strict=True)]


def _cell(cell: Mapping[str, Any], column: Column, cells: Sequence[Mapping[str, Any]]) -> MatrixCell:
    state, label = cell.get("state", ""), lookup_words.of_cell(cell)
    if state == "wins-if":
        label = label._replace(words=_wins_if(cells[: column.number - 1]))
    style = conflict_chain.STYLES.get(state, "") if state in HOLDING else ""
    return MatrixCell(style, label, column.title, lookup_words.SHORT.get(cell.get("reason", "")) or _changed(cell))


def _changed(cell: Mapping[str, Any]) -> str:
    """When a value was changed, where there is one; of an entry that two places read, once."""
    is_told = cell.get("state") in HOLDING and cell.get("reason") != "same-entry"
    moment = parse_datetime(str(cell.get("age") or "")) if is_told else None
    return _("Changed %(age)s") % {"age": ago_words(moment)} if moment else ""


def _wins_if(before: Sequence[Mapping[str, Any]]) -> str | Promise:
    numbers = [str(number) for number, cell in enumerate(before, 1) if cell.get("state") in UNREAD]
    if not numbers:
        return lookup_words.CELLS["wins-if"].words
    return _("Wins if %(places)s is empty") % {"places": conflict_chain.listed(numbers)}
