"""What happened to a finding, newest first, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from secretsui.audits.models import FindingEvent, StoredFinding
from secretsui.web import vocabulary

What = FindingEvent.What
MOST = 50
ICONS = {
    What.NEW: "sparkles",
    What.FIXED: "circle-check",
    What.REOPENED: "restore",
    What.WORSE: "alert-circle",
    What.ACCEPTED: "flag-check",
    What.ENDED: "clock",
    What.ASSIGNED: "user",
}


class Step(NamedTuple):
    event: FindingEvent
    icon: str
    words: str


def history(finding: StoredFinding) -> Sequence[Step]:
    events = finding.events.select_related("audit").order_by("-at", "-pk")[:MOST]
    return [Step(each, ICONS[What(each.what)], _words(each)) for each in events]


def _words(event: FindingEvent) -> str:
    """`detail` is in the words of lifecycle, acceptance and ownership."""
    name = str(event.get_what_display())
    if event.what == What.ACCEPTED:
        return _accepted(event.detail)
    if event.what == What.WORSE:
        return _("Severity: %(change)s") % {"change": _change(event.detail)}
    if event.what == What.ENDED:
        reasons = {"date": _("its date passed"), "severity": _("it became worse"), "withdrawn": _("ended by hand")}
        return ": ".join(filter(None, (name, reasons.get(event.detail, ""))))
    if event.what == What.ASSIGNED:
        return _("Owner: %(owner)s") % {"owner": event.detail or _("nobody")}
    return name


def _accepted(detail: str) -> str:
    until, _space, reason = detail.partition(" ")
    try:
        day = date_format(date.fromisoformat(until), "j M Y")
    except ValueError:
        day = until
    return _("Accepted until %(day)s: %(reason)s") % {"day": day, "reason": reason}


def _change(detail: str) -> str:
    before, _space, after = detail.partition(" ")
    return " → ".join(
        str(vocabulary.SEVERITIES[each].words) for each in (before, after) if each in vocabulary.SEVERITIES
    )
