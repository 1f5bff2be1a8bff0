"""What the rules find, in words; the same sentences where the guard or a reader says the same."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from secretsui.core.findings import Finding
from secretsui.core.rules.format import RULES
from secretsui.web.forms.text import printable
from secretsui.web.labels import FIELDS
from secretsui.web.problems import VALUES, Words, words_of_value

_WHOLE: Final = "text"


def words_of(finding: Finding) -> Words:
    if finding.code in VALUES:
        return words_of_value(finding.code, finding.facts)
    rule = RULES[finding.rule]
    return Words(_(rule.risk), _(rule.remedy))


def title(finding: Finding) -> str | Promise:
    """The sentences of a code say it all."""
    return "" if finding.code in VALUES else _(RULES[finding.rule].title)


def where(finding: Finding) -> str:
    """The field and the position in it, as far as they are known."""
    field, _dot, key = finding.field.partition(".")
    place = "" if finding.field == _WHOLE else str(FIELDS.get(field, field))
    return ", ".join(filter(None, (place, printable(key), finding.where)))
