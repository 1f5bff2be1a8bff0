"""The rules about the format of a value, as a table, and all of them run over one value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from secretsui.core.findings import Finding, Rule, worst_first
from secretsui.core.rules import format_json, format_reading, format_secret, format_text, format_uri, repairs
from secretsui.core.rules.format_rules import ALL
from secretsui.core.rules.value import NOTHING_KNOWN, Context, Hit, Value, of_store
from secretsui.core.sensitive import Sensitive

__all__ = ["CHECKS", "RULES", "Context", "lint", "missing_inputs", "of_store"]

RULES: Final[Mapping[str, Rule]] = {rule.id: rule for rule in ALL}
CHECKS: Final[Mapping[str, Callable[[Value], Iterator[Hit]]]] = {
    "R-24": format_uri.raw_delimiter,
    "R-25": format_text.quoted,
    "R-26": format_text.white_space,
    "R-27": format_uri.scheme_underscore,
    "R-28": format_uri.plus_sign,
    "R-29": format_reading.unreadable,
    "R-30": format_reading.no_type,
    "R-31": format_reading.unknown_type,
    "R-32": format_json.dropped_keys,
    "R-33": format_json.percent_encoded,
    "R-34": format_json.removed_setting,
    "R-35": format_json.bad_extra,
    "R-36": format_json.old_extra,
    "R-37": format_text.quoted_variable,
    "R-38": format_secret.placeholder,
    "R-39": format_secret.damaged_pem,
    "R-40": format_secret.key_form,
    "R-41": format_secret.mask,
    "R-42": format_secret.no_password,
    "R-43": format_secret.short_secret,
    "R-44": format_uri.capitals_in_host,
    "R-45": format_reading.lossy,
    "R-46": format_json.vault_entry,
}


def lint(text: Sensitive, kind: str, context: Context = NOTHING_KNOWN) -> Sequence[Finding]:
    """Everything that is wrong with the format of a value of this kind (connection, variable, config), worst first."""
    value = Value.of(text, kind, context)
    return sorted((_finding(rule, hit, value) for rule, hit in _hits(value)), key=worst_first)


def missing_inputs(rule: Rule, context: Context) -> Sequence[str]:
    """What a rule would have to know and does not: where this is not empty, silence is no proof."""
    return [name for name in rule.inputs if name != "value" and getattr(context, name) is None]


def _finding(rule: Rule, hit: Hit, value: Value) -> Finding:
    repair = hit.repair if hit.repair and value.entry is None and _mends(rule, hit, value) else ""
    return Finding(rule.id, hit.code, hit.severity or rule.severity, hit.field, hit.where, dict(hit.facts), repair)


def _mends(rule: Rule, hit: Hit, value: Value, *, further: int = 2) -> bool:
    """Is the fault then gone, and do all Airflows read the same, at once or after further repairs?"""
    try:
        mended = repairs.apply(hit.repair, Sensitive(value.text), hit.field)
    except repairs.NoRepair:
        return False
    after = Value.of(mended, value.kind, value.context)
    if any((left.code, left.field) == (hit.code, hit.field) for left in CHECKS[rule.id](after)):
        return False
    if value.kind != "connection" or after.is_read_alike:
        return True
    return further > 0 and any(_mends(*found, after, further=further - 1) for found in _hits(after))


def _hits(value: Value) -> Iterator[tuple[Rule, Hit]]:
    return ((rule, hit) for rule in RULES.values() if value.kind in rule.kinds for hit in CHECKS[rule.id](value))
