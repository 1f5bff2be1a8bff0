"""JUnit XML, for the test reports of pipelines: a suite per rule, a case per finding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from secretsui.audits import words
from secretsui.audits.exports.report import Line, Report
from secretsui.core.rules import audit as rules

# What XML 1.0 cannot hold, however it is written.
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(report: Report) -> Iterator[str]:
    """Accepted findings are skipped, fixed ones left out. What could not be looked at is an error, not a pass."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="secretsui">\n'
    if not report.is_complete:
        yield from _gaps(report)
    lines = sorted((line for line in report.lines() if line.state != "fixed"), key=_rule)
    found = {rule: list(some) for rule, some in groupby(lines, key=_rule)}
    for rule in sorted({*rules.RULES, *found}, key=_number):
        yield from _suite(rule, found.get(rule, []))
    yield "</testsuites>\n"


def _rule(line: Line) -> str:
    return line.finding.rule


def _number(rule: str) -> int:
    return int(rule.partition("-")[2])


def _suite(rule: str, lines: list[Line]) -> Iterator[str]:
    skipped = sum(line.state == "accepted" for line in lines)
    title = words.rule_title(rule)
    counts = f'tests="{len(lines) or 1}" failures="{len(lines) - skipped}" skipped="{skipped}" errors="0"'
    yield f"<testsuite name={_quoted(f'{rule} {title}')} {counts}>\n"
    if not lines:
        yield f"  <testcase classname={_quoted(rule)} name={_quoted(title)}/>\n"
    for line in lines:
        yield from _case(line)
    yield "</testsuite>\n"


def _case(line: Line) -> Iterator[str]:
    found = line.finding
    yield f"  <testcase classname={_quoted(found.rule)} name={_quoted(f'{found.subject} {found.code} {found.field}')}>"
    if line.state == "accepted":
        accepted = f"{found.accepted_until} {found.accepted_by}: {found.accepted_reason}"
        yield f"<skipped message={_quoted(accepted)}/>"
    else:
        yield f"<failure type={_quoted(found.severity)} message={_quoted(line.sentence)}>{_text(line.remedy)}</failure>"
    yield "</testcase>\n"


def _gaps(report: Report) -> Iterator[str]:
    sentences = [str(gap["sentence"]) for gap in report.gaps] or [report.incomplete]
    number = len(sentences)
    yield f'<testsuite name="Could not check" tests="{number}" failures="0" skipped="0" errors="{number}">\n'
    for sentence in sentences:
        said = _quoted(sentence)
        yield f'  <testcase classname="audit" name={said}><error message={said}/></testcase>\n'
    yield "</testsuite>\n"


def _quoted(text: str) -> str:
    return quoteattr(_clean(text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _text(text: str) -> str:
    return escape(_clean(text))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
