"""What to tell somebody whose text does not fit a typed extra."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from secretsui.core.extras import BadExtra

WORDS: Final[Mapping[str, str | Promise]] = {
    "not-a-number": _("Write a number, as in 2.5."),
    "not-whole": _("Write a whole number, as in 30."),
    "out-of-range": _("This number is outside the range."),
    "not-a-choice": _("Choose one of the listed values."),
    "bad-json": _("This is not valid JSON."),
    "not-an-object": _('Write a JSON object, as in {"key": "value"}.'),
    "not-a-list": _('Write a JSON list, as in ["one", "two"].'),
    "bad-pattern": _("This does not have the form that the provider asks for."),
    "too-short": _("This is too short."),
    "too-long": _("This is too long."),
}


def words_of(error: BadExtra) -> str:
    return str(WORDS[error.code])
