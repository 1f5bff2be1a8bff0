"""What a message says, in words and in order, for both twins and for webhooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

from django.db.models import Count
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from secretsui.audits import links, occurrences, scheduling, words
from secretsui.audits.digests import Contents, Findings
from secretsui.audits.models import Audit, StoredFinding

Severity = StoredFinding.Severity

NAME: Final = 120
SENTENCE: Final = 300
COLOURS: Final = {
    Severity.CRITICAL: "#b3261e",
    Severity.HIGH: "#a3341f",
    Severity.MEDIUM: "#7a5200",
    Severity.LOW: "#4d5566",
    Severity.INFO: "#4d5566",
}


@dataclass(frozen=True, slots=True)
class Row:
    severity: str
    colour: str
    name: str
    place: str
    sentence: str
    about: str
    url: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The head of a list, and how long the whole is."""

    rows: Sequence[Any]
    total: int

    @property
    def is_cut(self) -> bool:
        return len(self.rows) < self.total


@dataclass(frozen=True, slots=True)
class Titled:
    title: str
    cut: str  # said where not all is shown
    shown: Shown


@dataclass(frozen=True, slots=True)
class Said:
    subject: str
    preheader: str
    run: str
    title: str
    warning: str
    gaps: Shown
    numbers: Sequence[tuple[int, str]]
    lists: Sequence[Titled]
    remarks: Sequence[tuple[str, Sequence[str]]]
    columns: Sequence[str]
    lines: Shown
    about: Sequence[str]
    open_label: str
    open_audit: str
    foot: Sequence[tuple[str, str]]
    unsubscribe: str


def tell(told: Contents, rows: int) -> Said:
    counts = {"new": told.new.count(), "open": told.still_open.count(), "fixed": told.fixed.count()}
    counts["critical"] = told.new.filter(severity=Severity.CRITICAL).count()
    unsubscribe = links.signed("unsubscribe", told.recipient, told.address)
    warning = _warning(told)
    return Said(
        subject=_subject(told, counts),
        preheader=" ".join(filter(None, [warning, _summary(counts)])),
        run=_run(told),
        title=_title(told, counts),
        warning=warning,
        gaps=Shown([cut(each, SENTENCE) for each in told.gaps[:5]], len(told.gaps)),
        numbers=[
            (counts["new"], _("New")),
            (counts["open"], _("Still open")),
            (counts["fixed"], _("Fixed")),
            (told.accepted.count(), _("Accepted")),
        ],
        lists=[
            _list(_new_title(told), told.new, rows, counts["new"]),
            _list(_("Still open, most severe first"), told.still_open, max(rows // 2, 2), counts["open"]),
        ],
        remarks=[each for each in (_fixed(told, rows, counts["fixed"]), _ending(told, rows)) if each[1]],
        columns=[_("Deployment"), _("Conflicts"), _("Findings"), _("Change")],
        lines=Shown([_line(each) for each in told.lines[:rows]], len(told.lines)),
        about=_about(told),
        open_label=_("Open audit %d") % told.audit.pk,
        open_audit=links.absolute("audit", told.audit.pk),
        foot=[
            (_("Change what you receive"), links.absolute("notifications")),
            (_("Nothing for a while"), links.signed("snooze", told.recipient, told.address)),
            (_("Unsubscribe"), unsubscribe),
        ],
        unsubscribe=unsubscribe,
    )


def _warning(told: Contents) -> str:
    audit = told.audit
    if told.previous == audit and not told.is_nag:
        return _("No audit has ended since the last message. See that a worker and a scheduler run.")
    if audit.state == Audit.State.FAILED:
        return _("This audit failed. What follows is what was known before.")
    if audit.state == Audit.State.PARTIAL or audit.gaps:
        return _("This audit is incomplete. What could not be looked at is not counted as passed.")
    return ""


def _subject(told: Contents, counts: Mapping[str, int]) -> str:
    number = counts["new"] + counts["open"]
    if told.is_nag:
        said = ngettext("%d critical finding is open", "%d critical findings are open", number) % number
    elif told.audit.state == Audit.State.FAILED:
        said = _("Audit %(audit)d failed, %(number)d open") % {"audit": told.audit.pk, "number": number}
    else:
        said = _summary(counts)
    return f"[secretsui] {said}" + ("" if told.is_complete else _(" - INCOMPLETE"))


def _summary(counts: Mapping[str, int]) -> str:
    worst = _(" (%d critical)") % counts["critical"] if counts["critical"] else ""
    return _("%(new)d new%(worst)s, %(open)d still open, %(fixed)d fixed") % {**counts, "worst": worst}


def _title(told: Contents, counts: Mapping[str, int]) -> str:
    if told.is_nag:
        return _("Critical findings that are still open")
    if not counts["new"]:
        return _("No new problems")
    said = ngettext("%d new problem", "%d new problems", counts["new"]) % counts["new"]
    return _("%(said)s, %(critical)d of them critical") % {**counts, "said": said} if counts["critical"] else said


def _run(told: Contents) -> str:
    facts = {
        "audit": told.audit.pk,
        "schedule": told.recipient.schedule.name,
        "at": _moment(told.audit.finished_at or told.audit.queued_at, _zone(told)),
    }
    return _("Audit %(audit)d, schedule %(schedule)s, %(at)s") % facts


def _new_title(told: Contents) -> str:
    return _("New since %s") % _moment(told.since, _zone(told)) if told.since else _("New")


def _list(title: str, findings: Findings, rows: int, total: int) -> Titled:
    shown = Shown([_row(each) for each in findings[:rows]], total)
    facts = {"shown": len(shown.rows), "total": total, "counts": _by_severity(findings) if shown.is_cut else ""}
    return Titled(title, _("Showing %(shown)d of %(total)d: %(counts)s.") % facts, shown)


def _by_severity(findings: Findings) -> str:
    counted = dict(findings.order_by().values_list("severity").annotate(Count("pk")))
    return ", ".join(f"{counted[each]} {str(label).lower()}" for each, label in Severity.choices if each in counted)


def _row(finding: StoredFinding) -> Row:
    days = (timezone.now() - (finding.reopened_at or finding.first_seen_at)).days
    age = ngettext("open for %d day", "open for %d days", days) % days if days else ""
    owner = _("owner %s") % cut(finding.owner, NAME) if finding.owner else _("no owner")
    places = (finding.prefix.account.name if finding.prefix else "", finding.deployment and finding.deployment.name)
    return Row(
        severity=finding.severity,
        colour=COLOURS[Severity(finding.severity)],
        name=_name(finding),
        place=", ".join(each for each in places if each),
        sentence=cut(words.sentence(finding), SENTENCE),
        about=", ".join(each for each in (finding.rule, age, owner) if each),
        url=links.absolute("finding", finding.fingerprint),
    )


def _name(finding: StoredFinding) -> str:
    """A deployment or prefix as a whole has none but its reference."""
    return cut(finding.name or finding.subject.partition(":")[2], NAME)


def _fixed(told: Contents, rows: int, total: int) -> tuple[str, Sequence[str]]:
    names = [_name(each) for each in told.fixed[: rows * 2]]
    more = _(" and %d more") % (total - len(names)) if len(names) < total else ""
    return _("Fixed"), [", ".join(names) + more] if names else []


def _ending(told: Contents, rows: int) -> tuple[str, Sequence[str]]:
    return _("Accepted, ending within 30 days"), [_acceptance(each) for each in told.ending[:rows]]


def _acceptance(finding: StoredFinding) -> str:
    return _("%(name)s until %(until)s: %(reason)s (%(by)s)") % {
        "name": _name(finding),
        "until": date_format(finding.accepted_until, "j M Y") if finding.accepted_until else "",
        "reason": cut(finding.accepted_reason, SENTENCE),
        "by": finding.accepted_by,
    }


def _line(line: Any) -> tuple[str, Sequence[str]]:
    change = [_("%d new") % line.new if line.new else "", _("%d fixed") % line.fixed if line.fixed else ""]
    said = ", ".join(filter(None, change)) or _("No change")
    return line.deployment.name, [str(line.conflicts), str(line.open), said]


def _about(told: Contents) -> Sequence[str]:
    schedule = told.recipient.schedule
    said = [
        _("This e-mail contains no secret values."),
        _("You get it as a recipient of schedule %s.") % schedule.name,
    ]
    crontab = scheduling.crontab_of(schedule)
    following = next(occurrences.after(crontab, timezone.now()), None) if crontab and schedule.is_active else None
    return [*said, _("Next audit: %s.") % _moment(following, _zone(told))] if following else said


def _zone(told: Contents) -> tzinfo:
    return scheduling.zone_of(told.recipient.schedule)


def _moment(moment: datetime | None, zone: tzinfo) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{date_format(local, 'j M Y H:i')} {local.tzname()}"


def cut(text: str, length: int) -> str:
    return shortened(" ".join(text.split()), length)


def shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
