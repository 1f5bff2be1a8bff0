"""The words for the parts of a secret: Airflow's own, unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from secretsui.inventory.models import Kind

# In the order and with the labels of Airflow's own form.
FIELDS: Final[Mapping[str, str | Promise]] = {
    "conn_type": _("Connection Type"),
    "description": _("Description"),
    "host": _("Host"),
    "schema": _("Schema"),
    "login": _("Login"),
    "password": _("Password"),
    "port": _("Port"),
    "extra": _("Extra"),
}
TEXT: Final[Mapping[str, str | Promise]] = {
    Kind.CONNECTION: _("Raw text"),
    Kind.VARIABLE: _("Val"),
    Kind.CONFIG: _("Value"),
    Kind.OTHER: _("Value"),
}
IDS: Final[Mapping[str, str | Promise]] = {
    Kind.CONNECTION: _("Connection Id"),
    Kind.VARIABLE: _("Key"),
    Kind.CONFIG: _("Config option"),
    Kind.OTHER: _("Name"),
}
DIALECTS: Final[Mapping[str, str | Promise]] = {
    "2.11": _("Airflow 2.11"),
    "3.3": _("Airflow 3.3"),
    "3.3-sdk": _("Airflow 3.3 tasks"),
}
# The same where it is typed.
RAW_TEXT: Final[Mapping[str, str | Promise]] = {**TEXT, Kind.CONNECTION: _("URI or JSON")}
