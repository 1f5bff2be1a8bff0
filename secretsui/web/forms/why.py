"""The question why something is not found: an id, its kind, whose Airflow, and which of its processes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from secretsui.inventory.models import Deployment
from secretsui.web.conflict_subject import LONGEST
from secretsui.web.lookup_words import KINDS, PROCESSES


class WhyForm(forms.Form):
    """No deployment named means all of them."""

    q = forms.CharField(
        label=_("Connection id or variable key"),
        max_length=LONGEST,
        strip=False,
        error_messages={
            "required": _("Type the id that is not found."),
            "max_length": _("No id is longer than 512 characters. Type the id alone."),
            "null_characters_not_allowed": _("The id has a null character in it. Type it again."),
        },
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=list(KINDS.items()),
        error_messages={"invalid_choice": _("Choose Connection or Variable.")},
    )
    process = forms.ChoiceField(
        label=_("Who looks"),
        choices=list(PROCESSES.items()),
        required=False,
        error_messages={"invalid_choice": _("Choose tasks, or the API server and scheduler.")},
    )
    deployment = forms.MultipleChoiceField(
        label=_("Deployments"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all that you may see."),
        error_messages={"invalid_choice": _("Choose deployments of the list.")},
    )

    def __init__(self, data: Any, *, deployments: Sequence[Deployment], **kwargs: Any) -> None:
        self.deployments = deployments
        super().__init__(data, **kwargs)
        self.fields["deployment"].choices = [(each.name, each.name) for each in deployments]  # type: ignore[attr-defined]
        self.fields["q"].widget.attrs = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}

    @property
    def chosen(self) -> Sequence[Deployment]:
        names = self.cleaned_data["deployment"]
        return [each for each in self.deployments if not names or each.name in names]
