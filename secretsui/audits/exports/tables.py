"""CSV and JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator

from secretsui.audits.exports.report import Report
from secretsui.audits.models import StoredFinding
from secretsui.core.spreadsheet import cell


class _Echo:
    def write(self, line: str) -> str:
        return line


def as_csv(report: Report) -> Iterator[str]:
    """Safe to open in a spreadsheet. The first line says what is missing, if anything is."""
    writer = csv.writer(_Echo())
    if words := report.incomplete:
        yield writer.writerow([cell(words)])
    head = None
    for line in report.lines():
        facts = line.facts()
        if head is None:
            yield writer.writerow(head := list(facts))
        yield writer.writerow([cell(value) for value in facts.values()])


def as_json(report: Report) -> Iterator[str]:
    """One object; its first line says what is missing, then there is a line for each finding."""
    audit = report.audit
    about = {
        "audit": audit.pk if audit else None,
        "state": audit.state if audit else "",
        "at": report.at.isoformat(timespec="seconds"),
        "extent": audit.extent if audit else {},
        "gaps": list(report.gaps),
    }
    yield f'{{"incomplete": {json.dumps(report.incomplete)},\n"about": {json.dumps(about)},\n"findings": ['
    for number, line in enumerate(report.lines()):
        facts = {**line.facts(), **evidence(line.finding)}
        yield f"{',' if number else ''}\n{json.dumps(facts, ensure_ascii=False)}"
    yield "\n]}\n"


def evidence(finding: StoredFinding) -> dict[str, object]:
    return {"code": finding.code, "subject": finding.subject, "facts": finding.facts}
