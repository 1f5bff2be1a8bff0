"""The numbers of an audit that has been judged: of what it covers, and of each deployment that it touches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, Final, NamedTuple

from django.db.models import Q
from django.utils import timezone

from secretsui.audits import words
from secretsui.audits.models import Audit, Part, StoredFinding
from secretsui.audits.sight import NEVER_TOLD, Place, Sight, ref
from secretsui.core.rules import audit as rules
from secretsui.core.rules.estate import Estate
from secretsui.inventory.clean import fit
from secretsui.inventory.models import Deployment, LayerPlace, Prefix

# `open` is what is open and not accepted: new, reopened and still open together.
STATES: Final = ("new", "still", "reopened", "open", "fixed", "accepted", "unchecked")
Counts = dict[str, dict[str, int]]  # by state, by severity


class Row(NamedTuple):
    status: str
    severity: str
    accepted_until: date | None
    changed_in: int | None
    first_audit: int | None
    unchecked: str
    prefix: int | None
    deployment: int | None

    @property
    def place(self) -> Place | None:
        if self.prefix:
            return Place("prefix", self.prefix)
        return Place("deployment", self.deployment) if self.deployment else None


class Tally:
    def __init__(self, audit: Audit, sight: Sight, estate: Estate) -> None:
        self.audit, self.sight, self.estate = audit, sight, estate
        self.today = timezone.localdate()

    def counts(self) -> Counts:
        return self._counted([row for row in self._rows if row.place in self.sight.refs])

    def by_deployment(self) -> Mapping[str, Counts]:
        """All that is known of each, also what lies outside of this audit: so that a trend has one measure."""
        found: dict[str, list[Row]] = {name: [] for name in self._touched()}
        for row in self._rows:
            for name in self._belongs(row.place):
                if name in found:
                    found[name].append(row)
        return {name: self._counted(rows) for name, rows in found.items()}

    def extent(self) -> dict[str, Any]:
        places = self.sight.places
        return {
            "secrets": sum(secret.scope.ref in places for secret in self.estate.secrets),
            "ids": sum(len(each.ids) for each in self.estate.deployments if each.ref in places),
            "rules": len(rules.CHECKS),
        }

    def gaps(self) -> list[dict[str, Any]]:
        """What was to be read and could not be. What nobody ever told of a deployment is no gap of this audit."""
        found: Counter[tuple[str, str, str]] = Counter()
        for gap, place in self.sight.covered(self.estate.gaps):
            if gap.reason not in NEVER_TOLD:
                found[place, gap.what, gap.reason] += 1
        gaps = [_gap(*key, count) for key, count in sorted(found.items())]
        told = {gap["subject"] for gap in gaps}
        return gaps + [_of_part(part) for part in self.sight.parts if part.problem and ref(part) not in told]

    def state(self, gaps: Sequence[Mapping[str, Any]]) -> tuple[Audit.State, str]:
        """And why, where nothing could be read at all. What is of one part alone, not everybody may know."""
        states = {part.state for part in self.sight.parts}
        if states == {Part.State.FAILED}:
            problems = {part.problem for part in self.sight.parts}
            return Audit.State.FAILED, fit(Audit, "problem", problems.pop() if len(problems) == 1 else "")
        complete = states <= {Part.State.DONE} and not gaps
        return Audit.State.DONE if complete else Audit.State.PARTIAL, ""

    @cached_property
    def _rows(self) -> Sequence[Row]:
        wanted = StoredFinding.objects.filter(Q(status=StoredFinding.Status.OPEN) | Q(changed_in=self.audit))
        return [Row(*row) for row in wanted.order_by().values_list(*Row._fields)]

    def _counted(self, rows: Sequence[Row]) -> Counts:
        found: Counts = {state: {} for state in STATES}
        for row in rows:
            for state in self._states(row):
                found[state][row.severity] = found[state].get(row.severity, 0) + 1
        return found

    def _states(self, row: Row) -> Iterator[str]:
        if row.status == StoredFinding.Status.FIXED:
            yield "fixed"
            return
        if row.unchecked:
            yield "unchecked"
        if row.accepted_until and row.accepted_until >= self.today:
            yield "accepted"
            return
        yield "open"
        is_new = row.first_audit == self.audit.pk
        yield "new" if is_new else "reopened" if row.changed_in == self.audit.pk else "still"

    @cached_property
    def _below(self) -> Mapping[int, Sequence[str]]:
        """The deployments that look where a prefix lies, by its id."""
        looking: dict[tuple[int, str], list[str]] = {}
        places = LayerPlace.objects.order_by().values_list("account_id", "region", "deployment__name").distinct()
        for account, region, name in places:
            looking.setdefault((account, region), []).append(name)
            looking.setdefault((account, ""), []).append(name)
        rows = Prefix.objects.order_by().values_list("pk", "account_id", "region", "store_kind")
        vault = Prefix.StoreKind.VAULT  # whose mounts are named by kwargs and ids
        return {
            pk: list(dict.fromkeys(looking.get((account, "" if store == vault else region), ())))
            for pk, account, region, store in rows
        }

    def _belongs(self, place: Place | None) -> Sequence[str]:
        if place is None:
            return ()
        if place.of == "prefix":
            return self._below.get(place.id) or ("",)
        return (self._names.get(place.id, ""),)

    @cached_property
    def _names(self) -> Mapping[int, str]:
        """Of all: a deployment may be touched by what lies in a prefix alone."""
        return dict(Deployment.objects.values_list("pk", "name"))

    def _touched(self) -> Sequence[str]:
        return sorted({name for place in self.sight.refs for name in self._belongs(place)})


def _gap(place: str, what: str, reason: str, count: int) -> dict[str, Any]:
    sentence = words.gap(place, what, reason, count)
    return {"subject": place, "what": what, "reason": reason, "count": count, "sentence": sentence}


def _of_part(part: Part) -> dict[str, Any]:
    place = ref(part)
    sentence = f"{words.place(place)}: {part.problem}"
    return {"subject": place, "what": "part", "reason": part.error or "failed", "count": 1, "sentence": sentence}
