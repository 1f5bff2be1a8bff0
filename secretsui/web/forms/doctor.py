"""The question of the doctor: which secret, for which role, and how Airflow asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from secretsui.core.doctor.judging import Role
from secretsui.inventory.models import Deployment, Prefix

_PLAIN: Final = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
_REGION: Final = RegexValidator(r"^[a-z]{2}(-[a-z]+)+-\d+$", _("Write the region as AWS does, say eu-central-1."))
_NO_ROLE: Final = _("Enter the ARN of a role: arn:aws:iam::, 12 digits, :role/ and its name.")


def _text(label: Any, help_text: Any, longest: int, **more: Any) -> forms.CharField:
    widget = forms.TextInput(attrs=dict(_PLAIN))
    return forms.CharField(label=label, help_text=help_text, max_length=longest, required=False, widget=widget, **more)


class DoctorForm(forms.Form):
    place = forms.ChoiceField(
        label=_("Prefix of the secret"),
        error_messages={
            "required": _("Choose the prefix in which the secret is."),
            "invalid_choice": _("Choose a prefix of the list."),
        },
    )
    key = _text(_("Id"), _("Empty: the first secret of the prefix."), 512)
    deployment = forms.ChoiceField(
        label=_("Deployment that asks"),
        required=False,
        help_text=_("Its role and settings fill what is left empty below."),
        error_messages={"invalid_choice": _("Choose a deployment of the list.")},
    )
    role = _text(_("Role that Airflow runs as"), _("The ARN of the execution role."), 300)
    asked = _text(
        _("Name that Airflow asks for"),
        _("The prefix of the settings with the separator and the id behind it. Empty: not checked."),
        2048,
    )
    region = _text(
        _("Region that Airflow asks in"),
        _("With a shared account aws_region, which is eu-central-1 where it is not set."),
        30,
        validators=[_REGION],
    )

    def __init__(self, *args: Any, prefixes: Sequence[Prefix], deployments: Sequence[Deployment], **more: Any) -> None:
        super().__init__(*args, **more)
        self._prefixes = {str(each.pk): each for each in prefixes}
        self._deployments = {each.name: each for each in deployments}
        place, deployment = (cast("forms.ChoiceField", self.fields[name]) for name in ("place", "deployment"))
        place.choices = [
            (pk, f"{each.account.name}, {each.region}: {each.path or '–'}") for pk, each in self._prefixes.items()
        ]
        deployment.choices = [("", _("None")), *((name, name) for name in self._deployments)]

    @property
    def prefix_of_secret(self) -> Prefix:
        return self._prefixes[self.cleaned_data["place"]]

    @property
    def deployment_that_asks(self) -> Deployment | None:
        return self._deployments.get(self.cleaned_data["deployment"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        deployment = self._deployments.get(data.get("deployment", ""))
        given = data.get("role") or (deployment.role_arn if deployment else "")
        if "role" in data:
            data["role"] = Role.read(given)
            if data["role"] is None:
                self.add_error("role", _NO_ROLE)
        return data
