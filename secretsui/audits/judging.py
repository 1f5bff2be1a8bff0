"""The results of the rules held against what was found before, in one transaction that can happen only once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from django.db import transaction
from django.utils import timezone

from secretsui.audits import acceptance, lifecycle, ownership, running, tally
from secretsui.audits.lifecycle import Found, Look
from secretsui.audits.models import Audit, FindingEvent, StoredFinding
from secretsui.audits.sight import Place, Sight, place_of
from secretsui.core.rules import audit as rules
from secretsui.core.rules.audit import Result
from secretsui.core.rules.estate import Estate, Subject
from secretsui.core.rules.outcome import Failed, Unchecked
from secretsui.inventory.sync.upsert import insert

SOME: Final = 500
# The rule that says that something could not be read is the one that such a place does not blind.
INCOMPLETE: Final = "R-81"
Status = StoredFinding.Status
Pair = tuple[str, str]  # rule, subject


class Heard:
    """What the rules said, as far as it lies in what the audit covers. What passed is kept where it matters."""

    def __init__(self, sight: Sight) -> None:
        self.failed: dict[str, Found] = {}
        self.settled: set[Pair] = set()  # there was an answer, and it was not "could not check"
        self.unchecked: dict[Pair, str] = {}  # of findings that are open
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self._sight = sight
        self._known: dict[int, tuple[Place | None, str]] = {}
        open_ones = StoredFinding.objects.filter(status=Status.OPEN).order_by()
        self.waiting: set[Pair] = set(open_ones.values_list("rule", "subject"))

    def hear(self, results: Iterable[Result]) -> None:
        for rule, subject, outcome in results:
            place, ref = self._where(subject)
            if place is None:
                continue
            if isinstance(outcome, Unchecked):
                self.counts["unchecked"] += 1
                self.reasons[outcome.reason] += 1
                if (rule.id, ref) in self.waiting:
                    self.unchecked[rule.id, ref] = outcome.reason
                continue
            if isinstance(outcome, Failed):
                self._keep(Found.of(rule, subject, place, outcome))
            self.counts["failed" if isinstance(outcome, Failed) else "passed"] += 1
            if (rule.id, ref) in self.waiting:
                self.settled.add((rule.id, ref))

    def _where(self, subject: Subject) -> tuple[Place | None, str]:
        """A subject is the same object for every rule, as the estate holds them all."""
        found = self._known.get(id(subject))
        if found is None:
            found = self._known[id(subject)] = self._sight.place(subject), subject.ref
        return found

    def _keep(self, found: Found) -> None:
        """A rule may say the same of several positions: the worst of them counts."""
        fingerprint = found.fingerprint
        before = self.failed.get(fingerprint)
        if before is None or found.rank < before.rank:
            self.failed[fingerprint] = found


def judge(audit: Audit, estate: Estate, results: Iterable[Result]) -> bool:
    """Whether it was still to be judged: of two workers, or after a crash, one does all of it and the other nothing.

    Of `results` only those within the audit's extent count. The audit ends here.
    """
    sight = Sight(audit, estate)
    heard = Heard(sight)
    heard.hear(results)
    with transaction.atomic():
        # All that are judged now, in one order: two audits that share a place take their turns.
        judged = list(Audit.objects.select_for_update().filter(state=Audit.State.JUDGING).order_by("pk"))
        locked = next((each for each in judged if each.pk == audit.pk), None)
        if locked is None:
            return False
        acceptance.end_due(locked)
        _Judging(Look(locked, estate.now), sight, heard, ownership.by_tags(estate)).write()
        _end(locked, tally.Tally(locked, sight, estate), heard)
    audit.refresh_from_db()
    return True


def _end(audit: Audit, tally: tally.Tally, heard: Heard) -> None:
    audit.counts, audit.by_deployment = tally.counts(), tally.by_deployment()
    audit.gaps, audit.extent = tally.gaps(), {**tally.extent(), "results": heard.counts, "unchecked": heard.reasons}
    audit.state, audit.problem = tally.state(audit.gaps)
    audit.finished_at = timezone.now()
    audit.save(update_fields=["counts", "by_deployment", "gaps", "extent", "state", "problem", "finished_at"])
    running.release(audit.pk)


class _Judging:
    def __init__(self, look: Look, sight: Sight, heard: Heard, owners: Mapping[str, str]) -> None:
        self.look, self.sight, self.heard, self.owners = look, sight, heard, owners
        self.events: list[FindingEvent] = []
        self.known: set[str] = set()
        self.columns: set[str] = set()  # that are otherwise in any row

    def write(self) -> None:
        changed = list(self._known())
        StoredFinding.objects.bulk_update(changed, ["last_seen_at", *sorted(self.columns)], batch_size=SOME)
        fresh = [
            lifecycle.begin(found, self.look, self.owners.get(found.subject.ref, ""))
            for fingerprint, found in self.heard.failed.items()
            if fingerprint not in self.known
        ]
        self._begin(fresh)
        self.events += [self.look.event(row, lifecycle.What.NEW) for row in fresh]
        insert(self.events)

    def _begin(self, fresh: Sequence[StoredFinding]) -> None:
        insert(fresh)
        mine = StoredFinding.objects.filter(first_audit=self.look.audit).order_by()
        ids = dict(mine.values_list("fingerprint", "pk"))
        for row in fresh:
            row.pk = ids[row.fingerprint]

    def _known(self) -> Iterator[StoredFinding]:
        """Those that are not as they were; of the others only the day they were last seen moves."""
        same: list[int] = []
        for row in StoredFinding.objects.select_for_update().order_by("pk").iterator(2000):
            self.known.add(row.fingerprint)
            before = _content(row)
            if not self._judge(row):
                continue
            if columns := {name for name, each in _content(row).items() if each != before[name]}:
                self.columns |= columns
                yield row
            elif row.last_seen_at == self.look.at:
                same.append(row.pk)
        for start in range(0, len(same), SOME):
            StoredFinding.objects.filter(pk__in=same[start : start + SOME]).update(last_seen_at=self.look.at)

    def _judge(self, row: StoredFinding) -> bool:
        """Whether this audit has anything to say of it: not of what was seen later than its facts are from."""
        if max(row.last_seen_at, row.fixed_at or row.last_seen_at) > self.look.at:
            return False
        found = self.heard.failed.get(row.fingerprint)
        if found is not None:
            self._meet(row, found)
            return True
        return row.status == Status.OPEN and self._miss(row)

    def _meet(self, row: StoredFinding, found: Found) -> None:
        if not row.assigned_by:
            row.owner = self.owners.get(row.subject, "")
        seen_at = row.last_seen_at
        self.events += lifecycle.meet(row, found, self.look)
        if row.rule != INCOMPLETE and (blind := self.sight.blind(found.place)):
            row.last_seen_at = seen_at
            lifecycle.doubt(row, blind)

    def _miss(self, row: StoredFinding) -> bool:
        place = place_of(row)
        if place not in self.sight.refs:
            return False
        if reason := self._why_not(row):
            lifecycle.doubt(row, reason)
        else:
            self.events += lifecycle.mend(row, self.look)
        return True

    def _why_not(self, row: StoredFinding) -> str:
        """Why it cannot be called fixed."""
        pair = row.rule, row.subject
        place = place_of(row)
        blind = self.sight.blind(place) if place else ""
        if reason := blind or self.heard.unchecked.get(pair, ""):
            return reason
        rule = rules.RULES.get(row.rule)
        return self.sight.unread(row.related, rule) if pair in self.heard.settled else self.sight.unseen(row, rule)


def _content(row: StoredFinding) -> dict[str, object]:
    return {name: getattr(row, name) for name in lifecycle.CHANGED if name != "last_seen_at"}
