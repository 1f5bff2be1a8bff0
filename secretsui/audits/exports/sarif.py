"""SARIF 2.1.0, which code hosts and security dashboards read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from secretsui.audits import links
from secretsui.audits.exports.report import Line, Report
from secretsui.audits.models import Audit
from secretsui.core.findings import Rule, Severity
from secretsui.core.rules import audit as rules

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: Final[Mapping[str, str]] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "note",
    "info": "note",
}
# From 0.1 to 10, as code hosts sort by it.
SCORES: Final[Mapping[Severity, str]] = {
    "critical": "9.5",
    "high": "8.0",
    "medium": "5.5",
    "low": "3.0",
    "info": "0.5",
}
BASELINE: Final[Mapping[str, str]] = {"new": "new", "reopened": "new", "fixed": "absent"}


def as_sarif(report: Report) -> Iterator[str]:
    lines = list(report.lines())
    names = [*rules.RULES, *sorted({line.finding.rule for line in lines} - set(rules.RULES))]
    index = {name: number for number, name in enumerate(names)}
    run = {
        "tool": {"driver": _driver(names)},
        "automationDetails": {"id": f"{report.name}/"},
        "invocations": [_invocation(report)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(line, index) for line in lines],
    }
    yield json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1)
    yield "\n"


def _driver(names: list[str]) -> dict[str, Any]:
    known = [_rule(rules.RULES[name]) if name in rules.RULES else {"id": name} for name in names]
    return {"name": "secretsui", "informationUri": links.absolute("overview"), "rules": known}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.risk},
        "help": {"text": rule.remedy},
        "helpUri": links.absolute("rule", rule.id),
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"security-severity": SCORES[rule.severity], "tags": ["security", *rule.kinds]},
    }


def _result(line: Line, index: Mapping[str, int]) -> dict[str, Any]:
    found = line.finding
    result: dict[str, Any] = {
        "ruleId": found.rule,
        "ruleIndex": index[found.rule],
        "level": LEVELS[found.severity],
        "kind": "fail",
        "message": {"text": line.sentence},
        "locations": [_location(line)],
        "partialFingerprints": {"secretsui/v1": found.fingerprint},
        "baselineState": BASELINE.get(line.state, "unchanged"),
        "properties": {"severity": found.severity, "state": line.state, "owner": found.owner, "field": found.field},
    }
    if line.state == "accepted":
        why = f"{found.accepted_reason} ({found.accepted_by}, {found.accepted_until})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return result


def _location(line: Line) -> dict[str, Any]:
    """There is no file; viewers that want one get the place as a relative path."""
    kind, _colon, name = line.finding.subject.partition(":")
    return {
        "physicalLocation": {"artifactLocation": {"uri": quote(f"{kind}/{name}")}},
        "logicalLocations": [{"fullyQualifiedName": line.finding.subject, "name": name, "kind": "resource"}],
    }


def _invocation(report: Report) -> dict[str, Any]:
    audit = report.audit
    found: dict[str, Any] = {"executionSuccessful": audit is None or audit.state != Audit.State.FAILED}
    moments = {"startTimeUtc": audit.started_at, "endTimeUtc": audit.finished_at} if audit else {}
    found |= {name: _utc(moment) for name, moment in moments.items() if moment}
    found["toolExecutionNotifications"] = [
        {"level": "error", "message": {"text": str(gap["sentence"])}} for gap in report.gaps
    ]
    if not report.is_complete and not report.gaps:
        found["toolExecutionNotifications"] = [{"level": "error", "message": {"text": report.incomplete}}]
    return found


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
