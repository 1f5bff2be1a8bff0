"""What the screens have for each vendor: the form of its accounts, and whether its client is installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from secretsui.inventory.models import Account
from secretsui.web.forms.account import AccountForm
from secretsui.web.forms.account_aws import AwsForm
from secretsui.web.forms.account_azure import AzureForm
from secretsui.web.forms.account_google import GoogleForm
from secretsui.web.forms.account_vault import VaultForm


@dataclass(frozen=True, slots=True)
class Vendor:
    """`modules` are those of an SDK that the base installation leaves out, `requirements` the file that has it."""

    value: str
    name: str | Promise
    icon: str
    form: type[AccountForm]
    template: str  # the fields of the form
    words: str | Promise
    modules: Sequence[str] = ()
    requirements: str = ""

    @property
    def is_installed(self) -> bool:
        return all(map(_is_there, self.modules))


VENDORS: Final[Mapping[str, Vendor]] = {
    each.value: each
    for each in (
        Vendor(
            Account.Vendor.AWS,
            _("AWS"),
            "brand-aws",
            AwsForm,
            "accounts/fields_aws.html",
            _("Secrets Manager and Parameter Store of one account"),
        ),
        Vendor(
            Account.Vendor.VAULT,
            _("HashiCorp Vault"),
            "lock",
            VaultForm,
            "accounts/fields_vault.html",
            _("Key-value engines of one server"),
            ("hvac",),
            "requirements-vault.txt",
        ),
        Vendor(
            Account.Vendor.GOOGLE,
            _("Google Cloud"),
            "brand-google",
            GoogleForm,
            "accounts/fields_google.html",
            _("Secret Manager of one project"),
            ("google.cloud.secretmanager",),
            "requirements-gcp.txt",
        ),
        Vendor(
            Account.Vendor.AZURE,
            _("Azure"),
            "brand-azure",
            AzureForm,
            "accounts/fields_azure.html",
            _("One key vault"),
            ("azure.keyvault.secrets", "azure.identity"),
            "requirements-azure.txt",
        ),
    )
}


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of a package above it
        return False
