"""What an audit covers, until when a finding is accepted and why, and whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy

from secretsui.inventory.models import Deployment, Prefix

NULL: Final = {"null_characters_not_allowed": gettext_lazy("A null character is in it. Type it again.")}


class Extent(NamedTuple):
    deployments: Sequence[Deployment] | None
    prefixes: Sequence[Prefix] | None


class StartForm(forms.Form):
    """Nothing ticked means everything."""

    deployments = forms.MultipleChoiceField(
        label=gettext_lazy("Deployments"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Choose deployments of the list.")},
    )
    prefixes = forms.MultipleChoiceField(
        label=gettext_lazy("Prefixes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Choose prefixes of the list.")},
    )

    def __init__(self, data: Any = None, *, deployments: Sequence[Deployment], prefixes: Sequence[Prefix]) -> None:
        self.seen, self.listed = deployments, prefixes
        super().__init__(data)
        self._offer("deployments", [(str(each.pk), each.name) for each in deployments])
        self._offer("prefixes", [(str(each.pk), _place(each)) for each in prefixes])

    def _offer(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = list(choices)

    @property
    def can_start(self) -> bool:
        return bool(self.seen or self.listed)

    @property
    def extent(self) -> Extent:
        """For `starting.start`: what is ticked, or everything."""
        deployments, prefixes = (set(self.cleaned_data[name]) for name in ("deployments", "prefixes"))
        if not deployments and not prefixes:
            return Extent(None, None)
        return Extent(
            [each for each in self.seen if str(each.pk) in deployments],
            [each for each in self.listed if str(each.pk) in prefixes],
        )


def _place(prefix: Prefix) -> str:
    return f"{prefix.account.name} {prefix.path} {prefix.region}"


class AcceptForm(forms.Form):
    """Which days are allowed, `audits.acceptance` knows."""

    until = forms.DateField(
        label=gettext_lazy("Until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        help_text=gettext_lazy("On the day after, it counts as open again. A year at most."),
        error_messages={
            "required": gettext_lazy("Choose the day until which it is accepted."),
            "invalid": gettext_lazy("Type the day as year-month-day, for example 2027-03-31."),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Everybody who sees the finding reads it, so it names no secret value."),
        error_messages={
            "required": gettext_lazy("Say why this may stay as it is."),
            "max_length": gettext_lazy("500 characters at most. Shorten the reason."),
            **NULL,
        },
    )


class OwnerForm(forms.Form):
    owner = forms.CharField(
        label=gettext_lazy("Owner"),
        required=False,
        max_length=256,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("A name, a team or an address. Empty: the owner that a tag names."),
        error_messages={"max_length": gettext_lazy("256 characters at most. Shorten the name."), **NULL},
    )
