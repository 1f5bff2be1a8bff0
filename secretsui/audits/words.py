"""Findings and gaps as sentences of cause and effect: one wording for screens, mails, exports and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from secretsui.audits import word_list
from secretsui.core.rules import audit as rules

_KINDS: Final = ("secret:", "id:", "deployment:", "prefix:")


class Finding(Protocol):
    rule: str
    code: str
    field: str
    where: str
    facts: Any


def sentence(finding: Finding) -> str:
    """Cause and effect. Where a rule says more than a code can, what it risks is the effect."""
    template = word_list.SENTENCES.get((finding.rule, finding.code)) or word_list.SENTENCES.get((finding.rule, ""))
    told = _filled(template, finding.facts) if template else ""
    cause = told or title(finding)
    place = position(finding)
    begun = f"{place}: {cause[:1].lower()}{cause[1:]}" if place and not told else cause
    return begun if begun.endswith((".", "?")) else f"{begun}."


def title(finding: Finding) -> str:
    return rule_title(finding.rule)


def rule_title(rule: str) -> str:
    return _now(rules.RULES[rule].title) if rule in rules.RULES else rule


def risk(finding: Finding) -> str:
    return _now(rules.RULES[finding.rule].risk) if finding.rule in rules.RULES else ""


def remedy(finding: Finding) -> str:
    return _now(rules.RULES[finding.rule].remedy) if finding.rule in rules.RULES else ""


def position(finding: Finding) -> str:
    """The field and the place in it, "" where the whole is meant."""
    name, _dot, key = finding.field.partition(".")
    field = "" if name == "text" else str(word_list.FIELDS.get(name, name))
    return ", ".join(filter(None, (field, key, finding.where)))


def place(ref: str) -> str:
    """Where something lies, without the sort of it."""
    return next((ref.removeprefix(kind) for kind in _KINDS if ref.startswith(kind)), ref)


def gap(ref: str, what: str, reason: str, count: int) -> str:
    where, why = place(ref), reason_words(reason)
    if what == "value":
        told = ngettext(
            "The value of %(count)d secret in %(where)s could not be read: %(why)s.",
            "The values of %(count)d secrets in %(where)s could not be read: %(why)s.",
            count,
        )
        return told % {"count": count, "where": where, "why": why}
    return str(word_list.GAPS[what]) % {"where": where, "why": why}


def reason_words(reason: str) -> str:
    return str(word_list.REASONS.get(reason) or reason.replace("-", " "))


def _filled(template: str | Promise, facts: Mapping[str, object]) -> str:
    """ "" where a fact is missing: an older audit may have known less."""
    try:
        return str(template) % {name: str(value) for name, value in facts.items()}
    except KeyError:
        return ""


NO_OWNER: Final = _("No owner")
