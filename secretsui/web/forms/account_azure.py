"""A key vault of Azure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.inventory.models import Account
from secretsui.inventory.models.places import GLOBAL
from secretsui.web.forms.account import AccountForm, AddressField, ReferenceField

# Of the public cloud and of the sovereign ones.
DOMAINS: Final = (".vault.azure.net", ".vault.azure.cn", ".vault.usgovcloudapi.net", ".vault.microsoftazure.de")
_ID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class AzureForm(AccountForm):
    vendor = Account.Vendor.AZURE
    options = {name: name for name in ("tenant_id", "client_id", "ca_file")}

    endpoint_url = AddressField(
        gettext_lazy("Vault URL"),
        gettext_lazy("The backend's vault_url: https://data-prod.vault.azure.net"),
        schemes="https",
    )
    tenant_id = forms.CharField(
        label=gettext_lazy("Tenant id"),
        max_length=100,
        required=False,
        validators=[
            RegexValidator(
                rf"^(?:{_ID}|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)\Z",
                gettext_lazy("Write the tenant's id (8-4-4-4-12 digits) or its domain."),
            )
        ],
    )
    client_id = forms.CharField(
        label=gettext_lazy("Client id"),
        max_length=100,
        required=False,
        validators=[RegexValidator(rf"^{_ID}\Z", gettext_lazy("Write the application's id: 8-4-4-4-12 digits."))],
        help_text=gettext_lazy("Of the application, or of a managed identity that the server is to use."),
    )
    credential = ReferenceField(
        gettext_lazy("Client secret"),
        gettext_lazy(
            "Where it is kept, never the secret itself: env:SECRETSUI_CREDENTIAL_… or file:…. "
            "Empty for the server's own identity."
        ),
    )
    ca_file = ReferenceField(
        gettext_lazy("Certificate of its authority"),
        gettext_lazy("Only for a vault at an address of your own: file: and a path below the credentials folder."),
    )

    def clean_endpoint_url(self) -> str:
        address: str = self.cleaned_data["endpoint_url"]
        if not (urlsplit(address).hostname or "").endswith(DOMAINS):
            self.notices.append(_("This is no address of Azure's own. Tokens for Key Vault are sent there."))
        return address

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("credential"):
            for name, words in (("tenant_id", _("Enter the tenant.")), ("client_id", _("Enter the client id."))):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, f"{words} {_('A client secret is of no use without it.')}")
        return data

    def region_of(self, data: Mapping[str, Any]) -> str:
        return GLOBAL
