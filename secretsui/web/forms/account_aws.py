"""An account of AWS: whose identity asks, and for which region."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.inventory.models import Account
from secretsui.web.forms.account import REGION, AccountForm

ROLE: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}", re.ASCII)
EXTERNAL_ID: Final = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)

Chain = list[dict[str, str]]


class AwsForm(AccountForm):
    vendor = Account.Vendor.AWS

    account_id = forms.CharField(
        label=gettext_lazy("Account id"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("12 digits. With it, credentials of another account are refused."),
    )
    region = forms.CharField(label=gettext_lazy("Region"), max_length=40, validators=[REGION])
    credentials = forms.ChoiceField(label=gettext_lazy("Credentials"), choices=Account.Credentials.choices)
    profile = forms.CharField(
        label=gettext_lazy("Profile"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Of the server's AWS configuration; with roles, the identity that assumes the first."),
    )
    role_chain = forms.CharField(
        label=gettext_lazy("Roles to assume"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One ARN per line, in order; after a space its external id, where the role asks for one."
        ),
    )
    endpoint_url = forms.URLField(
        label=gettext_lazy("Endpoint URL"),
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy("Empty for AWS itself. For a private endpoint or an emulator."),
    )

    def initial_of(self, account: Account) -> dict[str, Any]:
        lines = [f"{step['role_arn']} {step.get('external_id', '')}".strip() for step in account.role_chain]
        return super().initial_of(account) | {"role_chain": "\n".join(lines)}

    def clean_account_id(self) -> str:
        digits = re.sub(r"[\s-]", "", self.cleaned_data["account_id"])
        if digits and not re.fullmatch(r"[0-9]{12}", digits):
            raise forms.ValidationError(_("An AWS account id has 12 digits."))
        return digits

    def clean_role_chain(self) -> Chain:
        lines = [line.split() for line in self.cleaned_data["role_chain"].splitlines()]
        return [_step(number, words) for number, words in enumerate(lines, 1) if words]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        kind = data.get("credentials")
        if kind == Account.Credentials.PROFILE and not data.get("profile"):
            self.add_error("profile", _("Name the profile, or choose other credentials."))
        if kind == Account.Credentials.ROLE and not data.get("role_chain") and "role_chain" not in self.errors:
            self.add_error("role_chain", _("Name at least one role, or choose other credentials."))
        return data


def _step(number: int, words: list[str]) -> dict[str, str]:
    if len(words) > 2 or not ROLE.fullmatch(words[0]):
        raise forms.ValidationError(
            _("Line %(number)d: write one role ARN, as in arn:aws:iam::111122223333:role/reader, and its external id.")
            % {"number": number}
        )
    external_id = words[1] if len(words) == 2 else ""
    if external_id and not EXTERNAL_ID.fullmatch(external_id):
        raise forms.ValidationError(
            _("Line %(number)d: the external id has characters that AWS does not allow.") % {"number": number}
        )
    return {"role_arn": words[0], "external_id": external_id}
