"""One HTML file that stands by itself: no script, nothing from elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.template.loader import render_to_string

from secretsui.audits import words
from secretsui.audits.exports.report import Line, Report
from secretsui.audits.models import StoredFinding


def as_html(report: Report) -> Iterator[str]:
    groups: dict[str, list[Line]] = {}
    for line in report.lines():
        groups.setdefault(line.finding.rule, []).append(line)
    counts = Counter(line.finding.severity for lines in groups.values() for line in lines)
    facts = {
        "report": report,
        "groups": [(words.rule_title(rule), rule, lines) for rule, lines in groups.items()],
        "severities": [(label, counts[severity]) for severity, label in StoredFinding.Severity.choices],
        "number": counts.total(),
    }
    yield render_to_string("exports/report.html", facts)
