"""Accounts, and the places in them that are listed, refreshed and granted as a unit."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Account(models.Model):
    """A cloud account and the identity with which it is opened. Credentials are references, resolved at use."""

    class Credentials(models.TextChoices):
        AMBIENT = "ambient", _("The server's own credentials")
        PROFILE = "profile", _("A profile of the AWS configuration")
        ROLE = "role", _("Assume a role")

    name = models.SlugField(_("Name"), max_length=60, unique=True)
    account_id = models.CharField(
        _("Account id"),
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^\d{12}$", _("An AWS account id has 12 digits."))],
    )
    region = models.CharField(_("Region"), max_length=40)
    credentials = models.CharField(max_length=10, choices=Credentials.choices, default=Credentials.AMBIENT)
    profile = models.CharField(max_length=100, blank=True)
    # Each {"role_arn": …, "external_id": …}, assumed one after the other from the ambient or profile identity.
    role_chain = models.JSONField(default=list, blank=True)
    endpoint_url = models.URLField(_("Endpoint URL"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Kind(models.TextChoices):
    CONNECTION = "connection", _("Connection")
    VARIABLE = "variable", _("Variable")
    CONFIG = "config", _("Config option")
    OTHER = "other", _("Other")


class Prefix(models.Model):
    """One place that is listed, refreshed and granted as a unit: account, region, store kind, path and entry kind."""

    class StoreKind(models.TextChoices):
        SECRETS_MANAGER = "secrets-manager", _("AWS Secrets Manager")

    class WrittenAs(models.TextChoices):
        JSON = "json", _("JSON")
        URI = "uri", _("URI")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="prefixes")
    region = models.CharField(_("Region"), max_length=40)
    store_kind = models.CharField(max_length=20, choices=StoreKind.choices, default=StoreKind.SECRETS_MANAGER)
    path = models.CharField(_("Prefix"), max_length=256)  # without the trailing separator: airflow/connections
    sep = models.CharField(_("Separator"), max_length=4, default="/")
    kind = models.CharField(_("Kind"), max_length=12, choices=Kind.choices)
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

    def name_of(self, key: str) -> str:
        return self.start + key
