"""Accounts, and the places in them that are listed, refreshed and granted as a unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

GLOBAL: Final = "global"
# In addresses: of a region's parameters, and instead of the slash in the name of a mount, which never has it.
PARAMETERS: Final = "~parameters"
SLASH: Final = "~"


class Account(models.Model):
    """An account of AWS, a server of Vault, a project of Google or a key vault of Azure, and how it is opened.

    Credentials are references, resolved at use.
    """

    class Vendor(models.TextChoices):
        AWS = "aws", _("AWS")
        VAULT = "vault", _("HashiCorp Vault")
        GOOGLE = "google", _("Google Cloud")
        AZURE = "azure", _("Azure")

    class Credentials(models.TextChoices):
        AMBIENT = "ambient", _("The server's own credentials")
        PROFILE = "profile", _("A profile of the AWS configuration")
        ROLE = "role", _("Assume a role")

    vendor = models.CharField(_("Where it is"), max_length=8, choices=Vendor.choices, default=Vendor.AWS)
    name = models.SlugField(_("Name"), max_length=60, unique=True)
    account_id = models.CharField(
        _("Account id"),
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^\d{12}$", _("An AWS account id has 12 digits."))],
    )
    # Of AWS a region, of Vault the mount that is usual there, elsewhere `GLOBAL`.
    region = models.CharField(_("Region"), max_length=100)
    credentials = models.CharField(max_length=10, choices=Credentials.choices, default=Credentials.AMBIENT)
    profile = models.CharField(max_length=100, blank=True)
    # Each {"role_arn": …, "external_id": …}, assumed one after the other from the ambient or profile identity.
    role_chain = models.JSONField(default=list, blank=True)
    endpoint_url = models.URLField(_("Endpoint URL"), blank=True)  # of Vault its address, of Azure the key vault's
    # How other vendors' accounts are opened, nothing of it secret. Vault: {"auth": …, "auth_mount": …, "namespace": …,
    # "role": …, "username": …, "ca_file": "file:…"}; Google: {"project": …}; Azure: {"tenant_id": …, "client_id": …}.
    options = models.JSONField(default=dict, blank=True)
    # env:NAME or file:PATH of airflow.credentials: Vault's token, secret id, password or JWT, Google's key file,
    # Azure's client secret. "" for what the server's own surroundings give.
    credential = models.CharField(_("Credential"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def store_kinds(self) -> tuple[str, ...]:
        return STORES_OF[self.vendor]


class Kind(models.TextChoices):
    CONNECTION = "connection", _("Connection")
    VARIABLE = "variable", _("Variable")
    CONFIG = "config", _("Config option")
    OTHER = "other", _("Other")


class Prefix(models.Model):
    """One place that is listed, refreshed and granted as a unit: account, region, store kind, path and entry kind."""

    class StoreKind(models.TextChoices):
        """As `core.backends` name what they ask."""

        SECRETS_MANAGER = "secrets-manager", _("AWS Secrets Manager")
        PARAMETER_STORE = "parameter-store", _("AWS Systems Manager Parameter Store")
        VAULT = "vault", _("HashiCorp Vault")
        GOOGLE = "google", _("Google Secret Manager")
        AZURE = "azure", _("Azure Key Vault")

    class WrittenAs(models.TextChoices):
        JSON = "json", _("JSON")
        URI = "uri", _("URI")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="prefixes")
    # Of AWS a region, of Vault the mount of its key-value engine, elsewhere `GLOBAL`.
    region = models.CharField(_("Region"), max_length=100)
    store_kind = models.CharField(max_length=20, choices=StoreKind.choices, default=StoreKind.SECRETS_MANAGER)
    path = models.CharField(_("Prefix"), max_length=256)  # without the trailing separator: airflow/connections
    sep = models.CharField(_("Separator"), max_length=4, default="/")
    kind = models.CharField(_("Kind"), max_length=12, choices=Kind.choices)
    options = models.JSONField(default=dict, blank=True)  # of Vault: {"kv": 1 or 2}; of parameters: {"kms_key_id": …}
    refresh_minutes = models.PositiveIntegerField(_("Refresh every, in minutes"), default=60)
    # The form that new connections are written in; what is stored keeps its own.
    written_as = models.CharField(_("Stored as"), max_length=4, choices=WrittenAs.choices, default=WrittenAs.JSON)

    # What the last refreshes found. `as_of` is when the last complete listing began, None before the first.
    as_of = models.DateTimeField(null=True, editable=False)
    complete = models.BooleanField(default=False, editable=False)
    problem = models.CharField(max_length=300, blank=True, editable=False)
    remedy = models.CharField(max_length=500, blank=True, editable=False)
    code = models.CharField(max_length=80, blank=True, editable=False)  # the service's own word for the problem
    # {"records": n, "kinds": …, "types": {type: n}, "tags": {"k=v": n}, "states": {state: n}, "forms": {form: n}}:
    # menus and counts without a query. Types and forms are of readable values; tags are the hundred most used.
    summary = models.JSONField(default=dict, editable=False)

    class Meta:
        ordering: ClassVar = ["account__name", "region", "path"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "region", "store_kind", "path"], name="prefix_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.region} {self.path}"

    @property
    def start(self) -> str:
        """What the name of each of its secrets begins with."""
        return self.path + self.sep if self.path else ""

    @property
    def address(self) -> str:
        """What stands for region and store in addresses, beside the name of the account."""
        if self.store_kind == Prefix.StoreKind.PARAMETER_STORE:
            return self.region + PARAMETERS
        return self.region.replace("/", SLASH)

    def holds(self, name: str) -> bool:
        return spelt(self.store_kind, name).startswith(spelt(self.store_kind, self.start))

    def key_of(self, name: str) -> str:
        """What follows the prefix; of the ids that Azure gives one name, the one without underscores."""
        return name[len(self.start) :] if self.holds(name) else name

    def name_of(self, key: str) -> str:
        if self.store_kind == Prefix.StoreKind.AZURE:
            return (self.start + key).replace("_", self.sep)  # as the provider spells names there
        return self.start + key


def spelt(store_kind: str, name: str) -> str:
    """The same for all spellings of one name: Azure does not tell capitals from small letters."""
    return name.lower() if store_kind == Prefix.StoreKind.AZURE else name


STORES_OF: Final[Mapping[str, tuple[str, ...]]] = {
    Account.Vendor.AWS: (Prefix.StoreKind.SECRETS_MANAGER, Prefix.StoreKind.PARAMETER_STORE),
    Account.Vendor.VAULT: (Prefix.StoreKind.VAULT,),
    Account.Vendor.GOOGLE: (Prefix.StoreKind.GOOGLE,),
    Account.Vendor.AZURE: (Prefix.StoreKind.AZURE,),
}
