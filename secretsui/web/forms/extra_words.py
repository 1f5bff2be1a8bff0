"""What to tell somebody whose text does not fit a typed extra."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.core.extras import BadExtra

_WORDS: Final[Mapping[str, str | Promise]] = {
    "not-a-number": gettext_lazy("Write a number, as in 2.5."),
    "not-whole": gettext_lazy("Write a whole number, as in 30."),
    "not-a-choice": gettext_lazy("Choose one of: %(choices)s."),
    "not-an-object": gettext_lazy('Write a JSON object, as in {"key": "value"}.'),
    "not-a-list": gettext_lazy('Write a JSON list, as in ["one", "two"].'),
    "bad-pattern": gettext_lazy("This does not have the form that the provider asks for."),
    "too-short": gettext_lazy("Write at least %(minimum)s characters."),
    "too-long": gettext_lazy("Write at most %(maximum)s characters."),
}


def words_of(error: BadExtra) -> str:
    if error.code == "bad-json":
        return _bad_json(error.facts)
    if error.code == "out-of-range":
        return _out_of_range(error.facts.get("minimum"), error.facts.get("maximum"))
    facts = {**error.facts, "choices": ", ".join(map(str, error.facts.get("choices", ())))}
    return str(_WORDS[error.code]) % facts


def _bad_json(place: Mapping[str, Any]) -> str:
    words = _("This is not valid JSON.")
    return f"{words} ({_('line %(line)s, column %(column)s') % place})" if place else words


def _out_of_range(minimum: float | None, maximum: float | None) -> str:
    limits = {"minimum": minimum, "maximum": maximum}
    if minimum is None and maximum is None:
        return _("This number is too large.")
    if maximum is None:
        return _("Write a number from %(minimum)s.") % limits
    if minimum is None:
        return _("Write a number up to %(maximum)s.") % limits
    return _("Write a number from %(minimum)s to %(maximum)s.") % limits
