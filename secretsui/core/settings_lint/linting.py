"""All rules about settings, over what one process was given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from secretsui.core.findings import SEVERITIES
from secretsui.core.rules import audit
from secretsui.core.rules import format as values
from secretsui.core.rules.configured import VARIABLES
from secretsui.core.rules.outcome import Failed, Unchecked
from secretsui.core.settings_lint import alone, stored
from secretsui.core.settings_lint.asked import Asked, Remark, Report, Unjudged
from secretsui.core.settings_lint.mending import edit_of
from secretsui.core.settings_lint.place import Places

_UNKNOWN: Final = ("refused-kwarg", "raising-kwarg", "ignored-kwarg", "client-kwarg")
_PLAIN: Final = re.compile(r"[a-z][a-z0-9_]{0,60}")
RULES: Final = tuple(
    sorted(
        {"R-10", "R-11", "R-12", "R-13", "R-16", "R-21", "R-22", "R-54", "R-55", "R-58", "R-59", *alone.EXTRA},
        key=lambda rule: int(rule[2:]),
    )
)


def lint(asked: Asked) -> Report:
    environ = {each.name: each.value.reveal() for each in asked.settings if each.kind == "setting" and each.value}
    unknown = [each.name for each in asked.settings if each.kind == "setting" and each.value is None]
    unknown += [name for name in environ if _told_elsewhere(name, environ)]
    places = Places(asked.text.reveal(), asked.settings)
    found = list(_found(asked, environ, unknown))
    about_settings = [
        _remark(asked, places, rule, each, count, names)
        for rule, each, count, names in found
        if isinstance(each, Failed)
    ]
    remarks = [*_once(about_settings), *_values(asked)]
    failed = {each.rule for each in remarks}
    unjudged = dict.fromkeys(
        Unjudged(rule, each.reason) for rule, each, *_ in found if isinstance(each, Unchecked) and rule not in failed
    )
    open_rules = failed | {each.rule for each in unjudged}
    passed = [rule for rule in RULES if rule not in open_rules] if alone.has_backend(environ, asked.airflow) else []
    return Report(sorted(remarks, key=_worst_first), list(unjudged), passed)


def _told_elsewhere(name: str, environ: Mapping[str, str]) -> bool:
    """Kwargs that a command prints, or that a backend keeps."""
    kwargs = (f"{variable}_KWARGS" for variable in VARIABLES.values())
    return any(name in (f"{each}_CMD", f"{each}_SECRET") and not environ.get(each) for each in kwargs)


def _found(asked: Asked, environ: Mapping[str, str], unknown: Sequence[str]) -> Iterator[stored.Many]:
    yield from ((rule, each, 0, ()) for rule, each in alone.judged(asked, environ, unknown))
    yield from stored.judged(asked, environ, unknown)


def _remark(asked: Asked, places: Places, rule: str, failed: Failed, count: int, names: Sequence[str]) -> Remark:
    spot = places.spot(failed)
    line, column = places.line_and_column(spot.at)
    return Remark(
        rule=rule,
        failed=_without_values(failed, spot.kwarg),
        severity=failed.severity or audit.RULES[rule].severity,
        setting=spot.setting,
        kwarg=_name(spot.kwarg),
        line=line,
        column=column,
        count=count,
        names=names,
        edit=edit_of(asked, places, failed, spot),
    )


def _without_values(failed: Failed, kwarg: str) -> Failed:
    """A prefix is a value of the text: its kwarg is named instead. Its place is told by the remark."""
    facts = {name: each for name, each in failed.facts.items() if name not in ("prefix", "secret")}
    if "kwarg" in facts and failed.code in _UNKNOWN:
        facts["kwarg"] = _name(str(facts["kwarg"]))
    if "prefix" in failed.facts:
        facts["prefix"] = kwarg or "connections_prefix"
    return replace(failed, facts=facts, field="", where="")


def _name(kwarg: str) -> str:
    """ "" for what looks like no name: it may be a value that stands in the wrong place."""
    return kwarg if _PLAIN.fullmatch(kwarg) else ""


def _once(remarks: Sequence[Remark]) -> Sequence[Remark]:
    """What two processes have from one setting is one fault."""
    return list({(each.rule, each.failed.code, each.line, each.column, each.kwarg): each for each in remarks}.values())


def _values(asked: Asked) -> Iterator[Remark]:
    """Connections and variables that stand in the text are judged like stored ones."""
    context = values.Context(backend="", provider_versions=asked.providers or None)
    for setting in asked.settings:
        if setting.kind != "setting" and setting.value and setting.line:
            for each in values.lint(setting.value, setting.kind, context):
                failed = Failed(each.code, each.field, each.where, each.facts)
                yield Remark(each.rule, failed, each.severity, setting.name, "", setting.line, 1)


def _worst_first(remark: Remark) -> tuple[int, int, str]:
    return SEVERITIES.index(remark.severity), remark.line, remark.rule
