"""A server of HashiCorp Vault: its address, and how one logs in there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.inventory.models import Account
from secretsui.web.forms.account import REGION, AccountForm, AddressField, ReferenceField

AUTHS: Final = (
    ("token", gettext_lazy("Token")),
    ("approle", gettext_lazy("AppRole")),
    ("userpass", gettext_lazy("User and password")),
    ("kubernetes", gettext_lazy("Kubernetes")),
    ("aws_iam", gettext_lazy("AWS IAM")),
    ("jwt", gettext_lazy("JWT or OIDC")),
)
# What each way to log in takes; the rest is put aside. The first of a pair says whether it has to be there.
_TAKES: Final[Mapping[str, Mapping[str, bool]]] = {
    "token": {"credential": True},
    "approle": {"role": True, "credential": False},
    "userpass": {"username": True, "credential": True},
    "kubernetes": {"role": True, "credential": False},
    "aws_iam": {"role": False, "aws_region": False},
    "jwt": {"role": True, "credential": True},
}
_MISSING: Final = {
    "credential": gettext_lazy("Name where the token, secret id, password or JWT is kept."),
    "role": gettext_lazy("Enter the role; for AppRole, its role id."),
    "username": gettext_lazy("Enter the user."),
}
MOUNT: Final = RegexValidator(
    r"^[^\s/~?#%](?:[^\s~?#%]*[^\s/~?#%])?\Z",
    gettext_lazy("Write the mount as Vault lists it, without slashes around it: secret or team/kv."),
)


class VaultForm(AccountForm):
    vendor = Account.Vendor.VAULT
    options = {
        **{name: name for name in ("namespace", "auth", "auth_mount", "role", "username", "ca_file")},
        "region": "aws_region",  # `region` itself is the mount
    }

    endpoint_url = AddressField(
        gettext_lazy("Address"), gettext_lazy("As in VAULT_ADDR: https://vault.example.com:8200")
    )
    namespace = forms.CharField(
        label=gettext_lazy("Namespace"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Of Vault Enterprise and HCP. Empty where there are none."),
    )
    region = forms.CharField(
        label=gettext_lazy("Usual mount"),
        max_length=100,
        initial="secret",
        validators=[MOUNT],
        help_text=gettext_lazy("Of the key-value engine. Each prefix may name another."),
    )
    ca_file = ReferenceField(
        gettext_lazy("Certificate of its authority"),
        gettext_lazy("file: and a path below the credentials folder, where the server does not trust it anyway."),
    )
    auth = forms.ChoiceField(label=gettext_lazy("Logs in by"), choices=AUTHS)
    auth_mount = forms.CharField(
        label=gettext_lazy("Mounted at"),
        max_length=100,
        required=False,
        validators=[MOUNT],
        help_text=gettext_lazy("Empty where the method has its usual mount."),
    )
    role = forms.CharField(label=gettext_lazy("Role or role id"), max_length=200, required=False)
    username = forms.CharField(
        label=gettext_lazy("User"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    aws_region = forms.CharField(
        label=gettext_lazy("Region of AWS"), max_length=40, required=False, validators=[REGION]
    )
    credential = ReferenceField(
        gettext_lazy("Token, secret id, password or JWT"),
        gettext_lazy("Where it is kept, never the secret itself: env:SECRETSUI_CREDENTIAL_… or file:…"),
    )

    def clean_namespace(self) -> str:
        return str(self.cleaned_data["namespace"]).strip("/")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        takes = _TAKES.get(data.get("auth", ""), {})
        for name in _login_fields():
            if name not in takes:
                data[name] = ""
                self.errors.pop(name, None)
            elif takes[name] and not data.get(name) and name not in self.errors:
                self.add_error(name, str(_MISSING[name]))
        if data.get("endpoint_url", "").startswith("http://"):
            self.notices.append(_("The address has no TLS, so tokens and secrets travel in clear."))
        return data


def _login_fields() -> Sequence[str]:
    return list(dict.fromkeys(name for each in _TAKES.values() for name in each))
