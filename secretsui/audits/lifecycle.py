"""What becomes of one finding when an audit has looked: new, still there, fixed, open again, better or worse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from secretsui.audits.models import Audit, FindingEvent, StoredFinding
from secretsui.audits.sight import Place
from secretsui.core.findings import SEVERITIES, Rule
from secretsui.core.rules import audit as rules
from secretsui.core.rules.estate import Deployment, Id, Scope, Subject
from secretsui.core.rules.outcome import Failed
from secretsui.inventory.clean import fit, storable_json

What = FindingEvent.What
Status = StoredFinding.Status
# Whatever an audit may change in a row that exists. A relation stands as its id: comparing rows must not ask for more.
CHANGED: Final = (
    *("severity", "rank", "where", "facts", "related", "status", "last_seen_at", "fixed_at", "reopened_at"),
    *("changed_in_id", "unchecked", "accepted_until", "accepted_reason", "accepted_by", "owner", "assigned_by"),
)


@dataclass(frozen=True, slots=True)
class Look:
    """One audit and the moment of which its facts are."""

    audit: Audit
    at: datetime

    def event(self, finding: StoredFinding, what: What, detail: str = "") -> FindingEvent:
        return FindingEvent(
            finding=finding, audit=self.audit, what=what, at=self.at, detail=fit(FindingEvent, "detail", detail)
        )


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule says of a subject, as a row would hold it."""

    rule: str
    subject: Subject
    place: Place
    failed: Failed
    severity: str

    @classmethod
    def of(cls, rule: Rule, subject: Subject, place: Place, failed: Failed) -> Found:
        return cls(rule.id, subject, place, failed, failed.severity or rule.severity)

    @property
    def fingerprint(self) -> str:
        return rules.fingerprint(self.rule, self.subject, self.failed)

    @property
    def rank(self) -> int:
        return SEVERITIES.index(self.severity)

    def evidence(self) -> dict[str, object]:
        """What may be otherwise the next time, though it is the same finding."""
        return {
            "severity": self.severity,
            "rank": self.rank,
            "where": fit(StoredFinding, "where", self.failed.where),
            "facts": storable_json(dict(self.failed.facts)),
            "related": storable_json(list(self.failed.related)),
        }


def begin(found: Found, look: Look, owner: str) -> StoredFinding:
    return StoredFinding(
        fingerprint=found.fingerprint,
        rule=found.rule,
        subject=fit(StoredFinding, "subject", found.subject.ref),
        prefix_id=found.place.id if found.place.of == "prefix" else None,
        deployment_id=found.place.id if found.place.of == "deployment" else None,
        name=fit(StoredFinding, "name", _name(found.subject)),
        kind=found.subject.kind if not isinstance(found.subject, Deployment) else "",
        code=fit(StoredFinding, "code", found.failed.code),
        field=fit(StoredFinding, "field", found.failed.field),
        first_seen_at=look.at,
        last_seen_at=look.at,
        changed_in=look.audit,
        first_audit=look.audit,
        owner=fit(StoredFinding, "owner", owner),
        **found.evidence(),
    )


def meet(finding: StoredFinding, found: Found, look: Look) -> list[FindingEvent]:
    """It is there, and the audit could look."""
    finding.last_seen_at, finding.unchecked = look.at, ""
    events = _reopen(finding, look) if finding.status == Status.FIXED else []
    if finding.severity != found.severity and not events:
        events.append(look.event(finding, What.WORSE, f"{finding.severity} {found.severity}"))
        if found.rank < finding.rank and finding.accepted_until:
            events.append(look.event(finding, What.ENDED, "severity"))
            clear_acceptance(finding)
    for name, value in found.evidence().items():
        setattr(finding, name, value)
    return events


def mend(finding: StoredFinding, look: Look) -> list[FindingEvent]:
    """It is gone, and the audit could look. Whoever accepted it did not accept that it comes back."""
    finding.status, finding.fixed_at, finding.changed_in, finding.unchecked = Status.FIXED, look.at, look.audit, ""
    clear_acceptance(finding)
    return [look.event(finding, What.FIXED)]


def doubt(finding: StoredFinding, reason: str) -> None:
    """The audit wanted to look and could not: what was true is taken to be so still."""
    finding.unchecked = fit(StoredFinding, "unchecked", reason)


def clear_acceptance(finding: StoredFinding) -> None:
    finding.accepted_until, finding.accepted_reason, finding.accepted_by = None, "", ""


def _reopen(finding: StoredFinding, look: Look) -> list[FindingEvent]:
    finding.status, finding.fixed_at, finding.reopened_at, finding.changed_in = (
        Status.OPEN,
        None,
        look.at,
        look.audit,
    )
    return [look.event(finding, What.REOPENED)]


def _name(subject: Subject) -> str:
    if isinstance(subject, Scope):
        return subject.path
    return subject.key if isinstance(subject, Id) else subject.name
