"""Where each finding stands: what an audit said of it, or how it is today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from secretsui.audits.acceptance import is_accepted
from secretsui.audits.models import Audit, FindingEvent, StoredFinding
from secretsui.web import vocabulary
from secretsui.web.vocabulary import Label

What = FindingEvent.What
# In the order of `audits.selection.STATES`, without those that take several of these together.
STATES: Final[Mapping[str, Label]] = {
    "new": Label("sparkles", "note", _("New")),
    "reopened": Label("restore", "bad", _("Open again")),
    "still": Label("clock", "warn", _("Still open")),
    "fixed": Label("circle-check", "ok", _("Fixed")),
    "accepted": Label("flag-check", "", _("Accepted")),
    "unchecked": Label("lock-question", "warn", _("Could not look again")),
}
SAID: Final[Mapping[str, str]] = {What.NEW: "new", What.FIXED: "fixed", What.REOPENED: "reopened"}

AUDITS: Final[Mapping[str, Label]] = {
    Audit.State.QUEUED: vocabulary.STATES["queued"],
    Audit.State.RUNNING: Label("loader-2", "note", _("Reading")),
    Audit.State.JUDGING: Label("loader-2", "note", _("Applying the rules")),
    Audit.State.DONE: vocabulary.STATES["done"],
    Audit.State.PARTIAL: vocabulary.STATES["partial"],
    Audit.State.FAILED: vocabulary.STATES["failed"],
    Audit.State.CANCELLED: Label("player-stop", "warn", _("Stopped")),
}


def said(audit: Audit, findings: Iterable[StoredFinding]) -> Mapping[int, str]:
    """What the audit said of those of which it said something new."""
    ids = [each.pk for each in findings]
    events = FindingEvent.objects.filter(audit=audit, finding__in=ids, what__in=SAID).order_by("pk")
    return {finding: SAID[what] for finding, what in events.values_list("finding", "what")}


def today(finding: StoredFinding) -> str:
    if finding.status == StoredFinding.Status.FIXED:
        return "fixed"
    if is_accepted(finding):
        return "accepted"
    if finding.reopened_at and finding.reopened_at == finding.last_seen_at:
        return "reopened"
    return "new" if finding.first_seen_at == finding.last_seen_at else "still"
