"""Findings and gaps as sentences of cause and effect: one wording for screens, mails, exports and the command line."""

from __future__ import annotations

from typing import Any, Final, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from secretsui.audits import word_list
from secretsui.audits.sentences import SENTENCES, SHAPES
from secretsui.core.rules import audit as rules

_KINDS: Final = ("secret:", "id:", "deployment:", "prefix:")


class Finding(Protocol):
    rule: str
    code: str
    field: str
    where: str
    facts: Any


def sentence(finding: Finding) -> str:
    """Cause and effect."""
    key = finding.rule, finding.code
    template = SENTENCES.get(key) or SENTENCES.get((finding.rule, ""))
    told = _filled(template, finding) if template else ""
    return told or _generic(finding)


def _generic(finding: Finding) -> str:
    """By what the rule says of itself; of its risk the first sentence."""
    place, effect = position(finding), risk(finding).partition(". ")[0].removesuffix(".")
    cause = ": ".join(filter(None, (place, title(finding))))
    return " ".join(f"{each}." for each in (cause, effect) if each)


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
    return ", ".join(filter(None, (_field(finding), finding.where)))


def _field(finding: Finding) -> str:
    if finding.field in word_list.COLUMNS:
        return _upper(str(word_list.COLUMNS[finding.field]))
    name, _dot, key = finding.field.partition(".")
    field = "" if name == "text" else str(word_list.FIELDS.get(name, name))
    return ", ".join(filter(None, (field, key)))


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
    if reason.startswith("role-") and reason not in word_list.REASONS:
        return str(word_list.REASONS["role"]) % {"why": reason_words(reason.removeprefix("role-"))}
    return str(word_list.REASONS.get(reason) or reason.replace("-", " "))


def _filled(template: str | Promise, finding: Finding) -> str:
    """ "" where a fact is missing: an older audit may have known less."""
    facts = {name: _fact(name, value) for name, value in finding.facts.items()}
    facts["place"] = _place(finding)
    facts["what"] = str(SHAPES.get(finding.code, finding.code.replace("-", " ")))
    facts["differs"] = _now(" They differ in: %s.") % facts["fields"] if facts.get("fields") else ""
    facts["hint"] = _now(" It is perhaps %s.") % facts["meant"] if facts.get("meant") else ""
    try:
        told = str(template) % facts
    except KeyError:
        return ""
    return _upper(told) if str(template).startswith(OF_OURS) else told


def _fact(name: str, value: object) -> str:
    text = str(value)
    if name in ("winner", "layer", "layers"):
        return ", ".join(str(word_list.COLUMNS.get(each, each)) for each in text.split(", "))
    if name == "fields":
        return ", ".join(str(word_list.FIELDS.get(each, each)) for each in text.split(", "))
    return reason_words(text) if name == "reason" else text


def _place(finding: Finding) -> str:
    """Within a sentence."""
    column = word_list.COLUMNS.get(finding.field)
    return str(column) if column else _field(finding) or _now("the value")


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


# Facts in words of ours. Names of settings, ids and classes keep their case at the start of a sentence as well.
OF_OURS: Final = ("%(winner)s", "%(place)s", "%(layer")
NO_OWNER: Final = _("No owner")
