"""The question of the pattern tester: a pattern, whose ids, and what Airflow does in a day."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from secretsui.core.backends.pattern_cost import LONGEST
from secretsui.core.costs import Load
from secretsui.core.lookup_pattern import BadPattern, Pattern
from secretsui.web.lookup_words import KINDS

# Ten Dag files, each parsed every thirty seconds.
ESTIMATE: Final = {"parses": 28_800, "lookups_per_parse": 1, "tasks": 2_000, "lookups_per_task": 2, "absent": 3}
BURST: Final = 20
_MOST: Final = 10**9
_PLAIN: Final = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
_BAD: Final = {
    "too-intricate": _("This is too intricate to be tried here. Use three repeats at most, and none within another."),
    "no-expression": _("This is no valid regular expression. Check its brackets and repeats."),
}


def _number(label: Any, help_text: Any = "", least: int = 0) -> forms.IntegerField:
    words = _("Write a whole number from %(limit_value)s on.")
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=least,
        max_value=_MOST,
        help_text=help_text,
        error_messages={"invalid": _("Write a whole number."), "min_value": words},
    )


class _PatternField(forms.CharField):
    def __init__(self, **more: Any) -> None:
        widget = forms.TextInput(attrs=dict(_PLAIN))
        super().__init__(required=False, strip=False, max_length=LONGEST, widget=widget, **more)

    def clean(self, value: Any) -> Pattern:
        text = super().clean(value)
        try:
            return Pattern(text)
        except BadPattern as failure:
            raise forms.ValidationError(_BAD[failure.code]) from None


class PatternForm(forms.Form):
    place = forms.ChoiceField(
        label=_("Ids of"),
        error_messages={
            "required": _("Choose a prefix or a deployment."),
            "invalid_choice": _("Choose a prefix or a deployment of the list."),
        },
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=list(KINDS.items()),
        required=False,
        error_messages={"invalid_choice": _("Choose Connection or Variable.")},
    )
    pattern = _PatternField(
        label=_("Lookup pattern"),
        help_text=_("A regular expression, matched from the start of the id in any letter case. Empty: every id."),
    )
    now = _PatternField(label=_("Pattern of today"), help_text=_("To compare costs with. Empty: none."))
    parses = _number(_("Parses of Dag files a day"), _("Ten files, parsed every 30 seconds, are 28,800."))
    lookups_per_parse = _number(_("Lookups per parse"))
    tasks = _number(_("Tasks a day"))
    lookups_per_task = _number(_("Lookups per task"))
    absent = _number(
        _("Ids asked for that lie nowhere"), _("Such as aws_default. They count as asked for only without a pattern.")
    )
    burst = _number(_("Busiest second, times the average"), least=1)
    price = forms.DecimalField(
        label=_("Price of 10,000 calls, in USD"),
        required=False,
        min_value=0,
        max_value=1_000_000,
        max_digits=12,
        decimal_places=6,
        help_text=_("Empty: as in the list of prices. Nothing is stored."),
        error_messages={
            "invalid": _("Write a number, say 0.05."),
            "min_value": _("A price is no less than 0."),
        },
    )

    def __init__(self, data: Any = None, *, choices: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["place"].choices = choices  # type: ignore[attr-defined]

    @property
    def load(self) -> Load:
        found = self.cleaned_data
        numbers = {name: _or(found[name], estimate) for name, estimate in ESTIMATE.items() if name != "absent"}
        return Load(**numbers, burst=_or(found["burst"], BURST))

    @property
    def absent_ids(self) -> int:
        return _or(self.cleaned_data["absent"], ESTIMATE["absent"])

    @property
    def price_of_calls(self) -> Decimal | None:
        price: Decimal | None = self.cleaned_data["price"]
        return price


def _or(given: int | None, estimate: int) -> int:
    return estimate if given is None else given
