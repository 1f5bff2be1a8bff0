"""What every export tells: the same findings in the same order and words, and first of all what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from secretsui.access.policy import Anyone
from secretsui.audits import acceptance, selection, words
from secretsui.audits.models import Audit, FindingEvent, StoredFinding
from secretsui.audits.selection import Filters
from secretsui.audits.word_list import STATES

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One finding. `state` is new, reopened, still, accepted or fixed."""

    finding: StoredFinding
    state: str

    def facts(self) -> dict[str, Any]:
        """In the order of columns; no value, and nothing that was made from one."""
        found = self.finding
        return {
            "severity": found.severity,
            "state": self.state,
            "rule": found.rule,
            "title": words.title(found),
            "name": found.name,
            "kind": found.kind,
            "place": self.place,
            "deployment": self.deployment,
            "sentence": words.sentence(found),
            "remedy": words.remedy(found),
            "field": found.field,
            "position": found.where,
            "owner": found.owner,
            "first_seen": _moment(found.first_seen_at),
            "last_seen": _moment(found.last_seen_at),
            "fixed": _moment(found.fixed_at),
            "unchecked": words.reason_words(found.unchecked) if found.unchecked else "",
            "accepted_until": found.accepted_until.isoformat() if found.accepted_until else "",
            "accepted_reason": found.accepted_reason,
            "accepted_by": found.accepted_by,
            "fingerprint": found.fingerprint,
        }

    @property
    def place(self) -> str:
        """Account, region and path of a prefix."""
        prefix = self.finding.prefix
        return f"{prefix.account.name}/{prefix.address}/{prefix.path}" if prefix else ""

    @property
    def deployment(self) -> str:
        return self.finding.deployment.name if self.finding.deployment else ""

    @property
    def label(self) -> str:
        return str(STATES[self.state])

    @property
    def sentence(self) -> str:
        return words.sentence(self.finding)

    @property
    def remedy(self) -> str:
        return words.remedy(self.finding)


@dataclass(frozen=True, slots=True)
class Report:
    """`audit` is None for all that is known now. Lines are read as they are asked for, again each time."""

    audit: Audit | None
    findings: QuerySet[StoredFinding]
    gaps: Sequence[Mapping[str, Any]]
    at: datetime

    @classmethod
    def of(cls, user: Anyone, filters: Filters, audit: Audit | None = None) -> Report:
        """As much as this person sees."""
        gaps = selection.gaps(user, audit) if audit else ()
        return cls(audit, selection.select(user, filters, audit), gaps, timezone.now())

    @classmethod
    def whole(cls, audit: Audit) -> Report:
        """For the command line, which sees everything: what the audit found open, and what it fixed."""
        found = selection.chosen(StoredFinding.objects.all(), Filters(state=selection.STATES), audit)
        return cls(audit, found, audit.gaps, timezone.now())

    @property
    def name(self) -> str:
        return f"secretsui-audit-{self.audit.pk}" if self.audit else "secretsui-findings"

    @property
    def is_complete(self) -> bool:
        return not self.gaps and (self.audit is None or self.audit.state == Audit.State.DONE)

    @property
    def incomplete(self) -> str:
        """ "" where nothing is missing."""
        if self.is_complete:
            return ""
        told = " ".join(str(gap["sentence"]) for gap in self.gaps) or (self.audit.problem if self.audit else "")
        return _("INCOMPLETE: %(told)s") % {"told": told or _("not everything could be looked at.")}

    def lines(self) -> Iterator[Line]:
        told = self._told()
        for found in self.findings.select_related("prefix__account", "deployment").iterator(CHUNK):
            yield Line(found, told.get(found.pk) or state(found, self.audit))

    def severities(self) -> Sequence[str]:
        """Of what is open and was accepted by nobody, each once."""
        fixed = Q(status=StoredFinding.Status.FIXED) | Q(pk__in=self._fixed().values("finding"))
        found = self.findings.exclude(fixed).exclude(acceptance.accepted(timezone.localdate()))
        return list(found.order_by().values_list("severity", flat=True).distinct())

    def _told(self) -> Mapping[int, str]:
        """What the audit did with a finding, which may have gone on since."""
        return dict.fromkeys(self._fixed().values_list("finding", flat=True), "fixed")

    def _fixed(self) -> QuerySet[FindingEvent]:
        if self.audit is None:
            return FindingEvent.objects.none()
        return FindingEvent.objects.filter(audit=self.audit, what=FindingEvent.What.FIXED).order_by()


def state(finding: StoredFinding, audit: Audit | None = None) -> str:
    """In one word."""
    if finding.status == StoredFinding.Status.FIXED:
        return "fixed"
    if acceptance.is_accepted(finding):
        return "accepted"
    if audit is not None:
        is_new, is_again = finding.first_audit_id == audit.pk, finding.changed_in_id == audit.pk
        return "new" if is_new and is_again else "reopened" if is_again else "still"
    if finding.reopened_at:
        return "reopened" if finding.last_seen_at == finding.reopened_at else "still"
    return "new" if finding.last_seen_at == finding.first_seen_at else "still"


def _moment(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
