"""The rules about the format of a value, as a table, and all of them run over one value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from secretsui.core.findings import Finding, Rule, worst_first
from secretsui.core.rules import format_text, format_uri, repairs
from secretsui.core.rules.format_rules import ALL
from secretsui.core.rules.value import NOTHING_KNOWN, Context, Hit, Value
from secretsui.core.sensitive import Sensitive

__all__ = ["CHECKS", "RULES", "Context", "lint", "missing_inputs"]

RULES: Final[Mapping[str, Rule]] = {rule.id: rule for rule in ALL}
CHECKS: Final[Mapping[str, Callable[[Value], Iterator[Hit]]]] = {
    "R-24": format_uri.raw_delimiter,
    "R-25": format_text.quoted,
    "R-26": format_text.white_space,
    "R-27": format_uri.scheme_underscore,
    "R-37": format_text.quoted_variable,
}


def lint(text: Sensitive, kind: str, context: Context = NOTHING_KNOWN) -> Sequence[Finding]:
    """Everything that is wrong with the format of a value of this kind (connection, variable, config), worst first."""
    value = Value.of(text, kind, context)
    found = [_finding(rule, hit, value) for rule, check in CHECKS.items() for hit in check(value)]
    return sorted(found, key=worst_first)


def missing_inputs(rule: Rule, context: Context) -> Sequence[str]:
    """What a rule would have to know and does not: where this is not empty, silence is no proof."""
    return [name for name in rule.inputs if name != "value" and getattr(context, name) is None]


def _finding(rule: str, hit: Hit, value: Value) -> Finding:
    repair = hit.repair if hit.repair and _mends(rule, hit, value) else ""
    return Finding(rule, hit.code, hit.severity or RULES[rule].severity, hit.field, hit.where, dict(hit.facts), repair)


def _mends(rule: str, hit: Hit, value: Value) -> bool:
    """Is the fault then gone, and do all Airflows read the value, and the same from it?"""
    try:
        mended = repairs.apply(hit.repair, Sensitive(value.text), hit.field)
    except repairs.NoRepair:
        return False
    after = Value.of(mended, value.kind, value.context)
    if any((left.code, left.field) == (hit.code, hit.field) for left in CHECKS[rule](after)):
        return False
    return value.kind != "connection" or after.is_read_alike
