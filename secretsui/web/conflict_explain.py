"""One id of one deployment in words: who wins and why, what each place was asked, how values differ, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from secretsui.core.lookup import Step
from secretsui.inventory.deployments import resolving
from secretsui.inventory.deployments.columns import Column
from secretsui.inventory.deployments.explained import Cell, Explained
from secretsui.inventory.deployments.knowledge import READERS
from secretsui.inventory.deployments.settings import processes
from secretsui.inventory.models import Deployment, LayerEntry, Prefix, SecretRecord
from secretsui.web import conflict_chain, conflict_words, lookup_words, vocabulary
from secretsui.web.conflict_chain import Link, spelled, where
from secretsui.web.conflict_fixes import Fix, fixes
from secretsui.web.context import visible
from secretsui.web.problems import Words
from secretsui.web.vocabulary import Label

UNREAD = ("unknown", "denied", "failed")


class Question(NamedTuple):
    """What one place was asked, and what came of it."""

    column: Column
    names: Sequence[str]
    answer: str
    where: str
    as_of: datetime | None  # when the place said so


class Endpoint(NamedTuple):
    title: str | Promise
    text: str


class FieldCell(NamedTuple):
    title: str | Promise
    label: Label | None  # None: the winner's own, hidden
    text: str = ""  # in clear, where it is no secret


class FieldRow(NamedTuple):
    place: str
    cells: Sequence[FieldCell]


class Side(NamedTuple):
    """The chain of one process."""

    title: str | Promise
    links: Sequence[Link]
    verdict: str


@dataclass(frozen=True)
class Explanation:
    deployment: Deployment
    explained: Explained
    prefixes: Mapping[int, Prefix]  # that the person may list, each with their level

    @classmethod
    def of(cls, request: HttpRequest, deployment: Deployment, explained: Explained) -> Explanation:
        return cls(deployment, explained, {prefix.pk: prefix for prefix in visible(request)})

    @property
    def label(self) -> Label:
        return lookup_words.CONFLICTS.get(self.explained.conflict, lookup_words.CELLS["unknown"])

    @property
    def meaning(self) -> Words:
        return lookup_words.MEANT.get(self.explained.conflict, lookup_words.UNKNOWN)

    @cached_property
    def winner(self) -> Column | None:
        return self._column(self.explained.winner)

    @property
    def verdict(self) -> str:
        return lookup_words.verdict(self.explained.resolution, self._title)

    @property
    def _title(self) -> str:
        return f"{self.winner.number}. {self.winner.title}" if self.winner else ""

    @property
    def links(self) -> Sequence[Link]:
        return conflict_chain.links(self.explained)

    @cached_property
    def held(self) -> Sequence[Column]:
        """The columns with a value, the winner's first."""
        found = [column for column in self.explained.columns if column.id in self.explained.diffs]
        return [*([self.winner] if self.winner else []), *(each for each in found if each != self.winner)]

    @property
    def questions(self) -> Iterator[Question]:
        found = self.explained.resolution
        asked: dict[str, Step] = {step.layer.id: step for step in found.trace}
        rest: dict[str, Step] = {step.layer.id: step for step in found.below}
        for column in self.explained.columns:
            sent = self.explained.asked.get(column.id, ())
            names = [spelled(each) for each in sent]
            told_at = min((each.as_of for each in sent if each.as_of), default="")
            as_of = parse_datetime(told_at) if told_at else None
            step = asked.get(column.layer) or rest.get(column.layer)
            yield Question(column, names, self._answer(column, step, column.layer in asked), where(column), as_of)

    def _answer(self, column: Column, step: Step | None, asked: bool) -> str:
        """Of two columns of one layer, the second is asked only where the first has nothing."""
        if step is None:
            return _("Not asked.")
        if self._is_beaten_within(column):
            return _("Not asked any more: the same backend has found it in its own account.")
        cell = self.cell(column)
        reason = cell.get("reason", "") or str(cell.get("state", "absent"))
        if asked and self._goes_on_within(column):
            return _("%(cause)s The backend goes on.") % {"cause": lookup_words.of_reason(reason).cause}
        if step.outcome == "unknown":
            step = step._replace(reason=reason)
        return lookup_words.outcome(step, self.explained.kind) if asked else lookup_words.unasked(step)

    def _is_beaten_within(self, column: Column) -> bool:
        winner = self.winner
        return bool(winner and winner != column and winner.layer == column.layer and column.place == "shared")

    def _goes_on_within(self, column: Column) -> bool:
        """Did the same layer ask in another place after this one?"""
        if column.place == "shared":
            return False
        others = [each for each in self.explained.columns if each.layer == column.layer and each.place == "shared"]
        return any(asked.is_sent for each in others for asked in self.explained.asked.get(each.id, ()))

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        """For each column with a value where it leads, as far as this person may list it."""
        return [Endpoint(column.title, self._endpoint(column)) for column in self.held]

    @property
    def has_endpoint(self) -> bool:
        return any(each.text for each in self.endpoints)

    def _endpoint(self, column: Column) -> str:
        record = self.record(column)
        if record is not None:
            return record.endpoint
        entry = self.entry(column)
        return entry.endpoint if entry else ""

    @property
    def fields(self) -> Sequence[FieldRow]:
        diffs = {column: {diff.field: diff.state for diff in diffs} for column, diffs in self.explained.diffs.items()}
        places = list(dict.fromkeys(place for states in diffs.values() for place in states))
        return [FieldRow(place, [self._field(column, diffs, place) for column in self.held]) for place in places]

    def _field(self, column: Column, diffs: Mapping[str, Mapping[str, str]], place: str) -> FieldCell:
        if column == self.winner:
            is_missing = all(states.get(place) in ("only-right", None) for states in diffs.values())
            text = vocabulary.of_type(self.explained.conn_type).words if place == "conn_type" else ""
            return FieldCell(column.title, lookup_words.FIELDS["not-set"] if is_missing else None, str(text))
        return FieldCell(column.title, lookup_words.FIELDS[diffs[column.id].get(place, "not-set")])

    @property
    def fixes(self) -> Sequence[Fix]:
        """Each way on once: two places may hold one and the same entry."""
        found = list(fixes(self))
        return list({fix.href or fix.title: fix for fix in reversed(found)}.values())[::-1]

    @property
    def looks(self) -> str | Promise:
        """Whose chain it is."""
        if len(processes(self.deployment)) < 2:
            return _("Every process")
        return lookup_words.PROCESSES[self.explained.process]

    @property
    def advice(self) -> Sequence[str]:
        """What is left to do beside the fixes, in sentences."""
        found = [str(lookup_words.of_end(self.explained.resolution.problem).remedy)] if self._ends_early else []
        open_ones = [cell.get("reason", "") for cell in self.explained.cells.values() if cell["state"] in UNREAD]
        found += [str(lookup_words.of_reason(reason).remedy) for reason in open_ones]
        if not self.explained.winner and not self._ends_early:
            name = conflict_words.setting_of(self.explained)
            found.append(_("Set %(name)s in the environment, or add the row in Airflow's own UI.") % {"name": name})
        return [words for words in dict.fromkeys(found) if words]

    @property
    def _ends_early(self) -> bool:
        return bool(self.explained.resolution.problem)

    @cached_property
    def sides(self) -> Sequence[Side]:
        """Where the processes of Airflow 3 do not find the same, each with its chain."""
        others = [process for process in processes(self.deployment) if process != self.explained.process]
        found = [
            resolving.resolve_one(self.deployment, process, self.explained.kind, self.explained.key)
            for process in others
        ]
        if all(told(each) == told(self.explained) for each in found):
            return []
        return [_side(self.deployment, self.prefixes, each) for each in (self.explained, *found)]

    def cell(self, column: Column) -> Cell:
        return self.explained.cells.get(column.id, {})

    def record(self, column: Column) -> SecretRecord | None:
        """The secret in this column, if this person may list it."""
        return self._records.get(column.id)

    def is_out_of_sight(self, column: Column) -> bool:
        """There is a secret, and this person may not list it."""
        cell = self.cell(column)
        return bool(cell.get("name")) and cell.get("prefix") not in self.prefixes

    @cached_property
    def _records(self) -> Mapping[str, SecretRecord]:
        found = {}
        for column, cell in self.explained.cells.items():
            prefix = self.prefixes.get(cell.get("prefix", 0))
            record = prefix and SecretRecord.objects.filter(prefix=prefix, name=cell.get("name", "")).first()
            if prefix and record:
                record.prefix = prefix
                found[column] = record
        return found

    def entry(self, column: Column) -> LayerEntry | None:
        return next(iter(self.entries(column)), None)

    def entries(self, column: Column) -> Sequence[LayerEntry]:
        """The settings or the row in this column."""
        names = [each.name for each in self.explained.asked.get(column.id, ())]
        return [each for each in self._entries if self._is_in(each, column) and each.name in names]

    def _is_in(self, entry: LayerEntry, column: Column) -> bool:
        """A setting counts for whoever reads its source; without a choice of processes all do."""
        if entry.layer in READERS and column.layer in READERS and entry.source:
            return len(processes(self.deployment)) == 1 or entry.source.process in READERS[column.layer]
        return entry.layer == column.layer

    @cached_property
    def _entries(self) -> Sequence[LayerEntry]:
        names = {each.name for asked in self.explained.asked.values() for each in asked}
        found = LayerEntry.objects.filter(deployment=self.deployment, kind=self.explained.kind, name__in=names)
        return list(found.select_related("source").order_by("source__label", "line", "pk"))

    def _column(self, column_id: str) -> Column | None:
        return next((column for column in self.explained.columns if column.id == column_id), None)


def told(explained: Explained) -> tuple[str, Sequence[str], str]:
    """What makes two processes differ: another place, another name there, or another end."""
    names = [each.name for each in explained.asked.get(explained.winner, ())]
    return explained.winner.removeprefix("worker-"), names, explained.resolution.problem


def _side(deployment: Deployment, prefixes: Mapping[int, Prefix], explained: Explained) -> Side:
    one = Explanation(deployment, explained, prefixes)
    return Side(lookup_words.PROCESSES[explained.process], one.links, one.verdict)
