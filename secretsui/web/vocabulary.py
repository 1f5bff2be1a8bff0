"""The fixed words, icons and tones of the interface: one entry per state, severity, kind and action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from secretsui.core import catalogue


class Label(NamedTuple):
    """`tone` is a class of app.css: ok, warn, bad, note, crit, or nothing."""

    icon: str
    tone: str
    words: str | Promise


UNKNOWN = Label("help-circle", "warn", _("Could not check"))

STATES: Mapping[str, Label] = {
    # A secret of the index: SecretRecord.state()
    "ok": Label("circle-check", "ok", _("OK")),
    "deleted": Label("trash", "bad", _("Deletion pending")),
    "disabled": Label("player-stop", "warn", _("Disabled")),
    "broken": Label("alert-triangle", "bad", _("Airflow cannot read it")),
    "unreadable": Label("lock-question", "warn", _("Could not read")),
    "stale": Label("clock-exclamation", "warn", _("Not confirmed")),
    # A refresh
    "queued": Label("clock", "", _("Queued")),
    "running": Label("loader-2", "note", _("Refreshing")),
    "done": Label("check", "ok", _("Complete")),
    "partial": Label("alert-circle", "warn", _("Incomplete")),
    "failed": Label("alert-triangle", "bad", _("Failed")),
    "never": Label("minus", "", _("Never read")),
    # A comparison, field by field
    "same": Label("equal", "", _("Same")),
    "differs": Label("equal-not", "warn", _("Different")),
    "only-left": Label("minus", "", _("Only on the left")),
    "only-right": Label("plus", "", _("Only on the right")),
    "cannot-tell": Label("question-mark", "", _("Cannot compare")),
    # A right, and what became of an attempt
    "allowed": Label("check", "ok", _("Allowed")),
    "denied": Label("x", "bad", _("Denied")),
    "refused": Label("x", "bad", _("Refused")),
    "unknown": UNKNOWN,
    # A version
    "AWSCURRENT": Label("circle-check", "ok", _("Current")),
    "AWSPREVIOUS": Label("history", "", _("Previous")),
    "AWSPENDING": Label("clock", "note", _("Pending")),
}

SEVERITIES: Mapping[str, Label] = {
    "critical": Label("alert-octagon", "crit", _("Critical")),
    "high": Label("alert-triangle", "bad", _("High")),
    "medium": Label("alert-circle", "warn", _("Medium")),
    "low": Label("info-circle", "", _("Low")),
    "info": Label("info-circle", "", _("Info")),
    "error": Label("alert-triangle", "bad", _("Error")),
    "warning": Label("alert-circle", "warn", _("Warning")),
}

KINDS: Mapping[str, Label] = {
    "connection": Label("plug", "", _("Connection")),
    "variable": Label("variable", "", _("Variable")),
    "config": Label("settings", "", _("Config option")),
    "other": Label("key", "", _("Other")),
}

# The icons of connection types that have one of their own; most have that of their provider.
TYPE_ICONS: Mapping[str, str] = {
    "athena": "database",
    "docker": "server-2",
    "elasticsearch": "search",
    "email": "mail",
    "fs": "folder-share",
    "gcpcloudsql": "database",
    "gcpcloudsqldb": "database",
    "gcpspanner": "database",
    "hive_cli": "database",
    "hiveserver2": "database",
    "hive_metastore": "database",
    "jdbc": "database",
    "kubernetes": "server-2",
    "mongo": "database",
    "odbc": "database",
    "redis": "bolt",
    "redshift": "database",
    "snowflake": "snowflake",
    "spark": "flame",
    "ssh": "code",
    "wasb": "folder-share",
}
# By the provider's distribution, without what all of them begin with.
PROVIDER_ICONS: Mapping[str, str] = {
    "amazon": "brand-aws",
    "apache-kafka": "topology-star-3",
    "apache-spark": "flame",
    "databricks": "server-2",
    "ftp": "folder-share",
    "google": "brand-google",
    "http": "world-www",
    "imap": "mail",
    "microsoft-azure": "server-2",
    "microsoft-mssql": "database",
    "mysql": "database",
    "oracle": "database",
    "postgres": "database",
    "presto": "database",
    "salesforce": "world-www",
    "samba": "folder-share",
    "sftp": "folder-share",
    "slack": "brand-slack",
    "smtp": "mail",
    "sqlite": "database",
    "teradata": "database",
    "trino": "database",
    "vertica": "database",
}


# The icon of each action of the access log.
ACTIONS: Mapping[str, str] = {
    "reveal": "eye",
    "open-editor": "pencil",
    "compare": "equal-not",
    "write": "edit",
    "create": "plus",
    "put-back": "history",
    "delete": "trash",
    "purge": "trash",
    "restore": "restore",
    "tag": "tag",
    "update": "edit",
    "read-batch": "refresh",
    "account": "plug-connected",
    "prefix": "folder-share",
    "grant": "users",
    "schedule": "clock",
}

# What an identity may do, as a test names it.
RIGHTS: Mapping[str, str | Promise] = {
    "list": _("List secrets"),
    "describe": _("Read metadata and versions"),
    "read": _("Read values"),
    "write": _("Save values"),
    "create": _("Create secrets"),
    "tag": _("Change tags"),
    "delete": _("Delete"),
    "restore": _("Restore"),
}

# Why Airflow cannot use a connection, in the few words that a list has room for; web.problems has the sentences.
PROBLEMS: Mapping[str, str | Promise] = {
    "blank": _("Blank"),
    "quoted": _("In quotes"),
    "bad-json": _("Broken JSON"),
    "not-object": _("JSON, no object"),
    "cut-short": _("Not encoded"),
    "bad-uri": _("Broken URI"),
    "bad-port": _("Bad port"),
    "bad-extra": _("Bad extra"),
    "not-utf8": _("Not UTF-8"),
    "too-deep": _("Nested too deeply"),
    "number-too-long": _("Number too long"),
    "control-character": _("Control character"),
    "type-underscore": _("Underscore in type"),
    "not-a-uri": _("Neither URI nor JSON"),
    "missing-type": _("No connection type"),
    "repeated-protocol": _("Type stands twice"),
    "unescaped": _("Not encoded"),
    "wrong-type": _("Wrong type"),
    "conn-id-as-type": _("Id read as type"),
    "two-names": _("Field named twice"),
    "unknown-key": _("Unknown field"),
}

# StoreError.kind of a value that could not be read.
READ_ERRORS: Mapping[str, Label] = {
    "denied": Label("lock-question", "warn", _("Access denied")),
    "cannotdecrypt": Label("lock-question", "warn", _("Cannot decrypt")),
    "throttled": Label("clock-exclamation", "warn", _("Rate limited")),
    "expired": Label("clock-exclamation", "warn", _("Credentials expired")),
    "unavailable": Label("clock-exclamation", "warn", _("No answer")),
    "notfound": Label("question-mark", "warn", _("No value")),
    "pendingdeletion": Label("trash", "bad", _("Deletion pending")),
    "disabledversion": Label("question-mark", "warn", _("Disabled")),
}


def problem_label(code: str) -> str | Promise:
    return PROBLEMS.get(code) or STATES["broken"].words


def of_type(conn_type: str) -> Label:
    """By the name that Airflow's connection form gives it; a type that no provider has is shown as it is spelled."""
    known = catalogue.find(conn_type)
    if known is None:
        return Label("plug", "", conn_type)
    provider = known.distribution.removeprefix("apache-airflow-providers-")
    icon = TYPE_ICONS.get(known.conn_type) or PROVIDER_ICONS.get(provider, "plug")
    return Label(icon, "", known.name)
