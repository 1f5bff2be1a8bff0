"""The words themselves, by code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

FIELDS: Final[Mapping[str, Text]] = {
    "conn_type": _("Connection Type"),
    "description": _("Description"),
    "host": _("Host"),
    "schema": _("Schema"),
    "login": _("Login"),
    "password": _("Password"),
    "port": _("Port"),
    "extra": _("Extra"),
    "name": _("Name"),
    "tags": _("Tags"),
    "policy": _("Policy"),
    "kms_key_id": _("Key"),
}
# Columns of a chain, as fields and facts name them.
COLUMNS: Final[Mapping[str, Text]] = {
    "backend": _("the secrets backend"),
    "backend/shared": _("the shared account"),
    "worker-backend": _("the secrets backend of workers"),
    "worker-backend/shared": _("the shared account of workers"),
    "environment": _("the environment"),
    "worker-environment": _("the environment of workers"),
    "environment-manager": _("the Environment Manager"),
    "metastore": _("the metadata database"),
}
STATES: Final[Mapping[str, Text]] = {
    "new": _("New"),
    "still": _("Still open"),
    "reopened": _("Open again"),
    "accepted": _("Accepted"),
    "fixed": _("Fixed"),
}
GAPS: Final[Mapping[str, Text]] = {
    "listing": _("%(where)s could not be listed: %(why)s."),
    "layer": _("A place where %(where)s looks could not be read: %(why)s."),
    "details": _("Policies, versions or replicas of secrets in %(where)s could not be read: %(why)s."),
}
REASONS: Final[Mapping[str, Text]] = {
    "denied": _("access is denied"),
    "forbidden": _("access is denied"),
    "decrypt-denied": _("the key may not be used"),
    "not-read": _("it has not been read yet"),
    "never-read": _("it has never been read"),
    "never-listed": _("it has never been listed"),
    "listing-failed": _("the last listing broke off"),
    "throttled": _("the service asked to slow down"),
    "unavailable": _("the service did not answer"),
    "unreachable": _("it cannot be reached"),
    "slow": _("it took too long to answer"),
    "expired": _("the credentials have expired"),
    "bad-credentials": _("the credentials are refused"),
    "config-hidden": _("Airflow hides its configuration"),
    "broken-off": _("the answer broke off"),
    "foreign-answer": _("the answer was not understood"),
    "no-credential": _("there is no credential"),
    "bad-address": _("the address is wrong"),
    "worker-gone": _("the worker stopped in the middle"),
    "stopped": _("the audit was stopped"),
    "failed": _("it failed"),
}
