"""A project of Google Cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy

from secretsui.inventory.models import Account
from secretsui.inventory.models.places import GLOBAL
from secretsui.web.forms.account import AccountForm, AddressField, ReferenceField


class GoogleForm(AccountForm):
    vendor = Account.Vendor.GOOGLE
    options = {"project": "project"}

    project = forms.CharField(
        label=gettext_lazy("Project id"),
        max_length=80,
        validators=[
            RegexValidator(
                r"^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]\Z|^[0-9]+\Z",
                gettext_lazy("Write the id of the project, as in data-platform-prod, or its number."),
            )
        ],
        help_text=gettext_lazy("Its id, not its name: data-platform-prod"),
    )
    credential = ReferenceField(
        gettext_lazy("Key file"),
        gettext_lazy(
            "Where it is kept, never the key itself: file:… or env:SECRETSUI_CREDENTIAL_…. "
            "Empty for the server's own credentials."
        ),
    )
    endpoint_url = AddressField(
        gettext_lazy("Endpoint URL"),
        gettext_lazy("Empty for Google itself. For a private or regional endpoint."),
        required=False,
    )

    def region_of(self, data: Mapping[str, Any]) -> str:
        return GLOBAL
