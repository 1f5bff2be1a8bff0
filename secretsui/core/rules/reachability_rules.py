"""What each rule about reachability says, and where its facts are from."""

from __future__ import annotations

from typing import Final

from secretsui.core.findings import Rule

_AIRFLOW: Final = "https://airflow.apache.org/docs/"
_SECRETS_MANAGER: Final = _AIRFLOW + "apache-airflow-providers-amazon/stable/secrets-backends/aws-secrets-manager.html"
_ORDER: Final = _AIRFLOW + "apache-airflow/stable/security/secrets/secrets-backend/index.html"
_SHARED: Final = "https://github.com/afranzi/airflow-aws-shared-secrets"
_AWS: Final = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/"

_ALL_VERSIONS: Final = "Airflow 2.11 and 3.x"
_AMAZON: Final = "Amazon provider"
_PATTERNS: Final = "Amazon provider with a lookup pattern"
_BOTH: Final = ("connection", "variable")
_EVERY_KIND: Final = ("connection", "variable", "config")

ALL: Final = (
    Rule(
        "R-10",
        "Id that the lookup pattern does not match",
        "high",
        ("ids", "settings"),
        "The backend is never asked for this id, so the secret is not found. Only a line at debug level says so.",
        "Widen the pattern in the backend's kwargs, or rename the secret.",
        _SECRETS_MANAGER,
        _PATTERNS,
        _BOTH,
    ),
    Rule(
        "R-11",
        "Lookup pattern written for the whole path",
        "high",
        ("settings", "ids"),
        "The pattern is matched against the bare id. One with the prefix or a separator in it matches nothing, which "
        "switches the backend off for that kind; one that is no regular expression makes every lookup fail.",
        "Write the pattern for the id alone, without prefix and separator.",
        _SECRETS_MANAGER,
        _PATTERNS,
        _EVERY_KIND,
    ),
    Rule(
        "R-12",
        "Lookup pattern that is open at the end",
        "low",
        ("settings", "ids"),
        "The pattern spells an id and matches others that only begin like it. Each of them costs a call, and may be "
        "found where it was not meant to be.",
        "End the pattern with $, or with .* where the beginning is meant.",
        _SECRETS_MANAGER,
        _PATTERNS,
        _EVERY_KIND,
    ),
    Rule(
        "R-13",
        "Secret beside the prefix",
        "high",
        ("secrets", "settings"),
        "The name begins almost like the prefix that Airflow puts before an id, and so no id leads to it.",
        "Store the secret under the prefix, or correct the prefix in the backend's kwargs.",
        _SECRETS_MANAGER,
        _AMAZON,
        _EVERY_KIND,
    ),
    Rule(
        "R-14",
        "Slash before the name",
        "high",
        ("secrets", "settings"),
        "Parameter Store puts a slash before every name, Secrets Manager does not. With a slash before the secret or "
        "the prefix alone, the two never meet.",
        "Use the same beginning in both: store the secret without the slash, or write the prefix as the names are.",
        _SECRETS_MANAGER,
        _AMAZON,
        _EVERY_KIND,
    ),
    Rule(
        "R-15",
        "Separator twice, or at the end",
        "high",
        ("secrets", "settings"),
        "Airflow joins prefix and id with one separator. A name with two in a row or one at its end is not the name "
        "that it asks for, and the prefix of a shared account is not trimmed.",
        "Rename the secret, or remove the separator from the end of the prefix.",
        _SHARED,
        _AMAZON,
        _EVERY_KIND,
    ),
    Rule(
        "R-16",
        "Path deeper than prefix and id",
        "medium",
        ("secrets", "settings"),
        "The secret is only found by an id that holds the separator. Tasks of Airflow 3 do not get such a connection "
        "from the server, as a slash does not get through.",
        "Store it directly below the prefix.",
        _SECRETS_MANAGER,
        _AMAZON,
        _BOTH,
    ),
    Rule(
        "R-17",
        "Deletion pending while Airflow asks for it",
        "critical",
        ("ids", "secrets"),
        "No store hands out a secret that waits for its deletion. Airflow takes it for missing and goes on in "
        "silence, so an old value of another place may be used.",
        "Restore the secret, or delete the other values of this id too.",
        _AWS + "manage_delete-secret.html",
        _ALL_VERSIONS,
        _BOTH,
    ),
    Rule(
        "R-18",
        "Binary secret",
        "high",
        ("values",),
        "Airflow reads the text of a secret alone. A binary one is as good as missing.",
        "Store the value as text.",
        _SECRETS_MANAGER,
        _AMAZON,
        _EVERY_KIND,
    ),
    Rule(
        "R-19",
        "Airflow's role may not decrypt",
        "critical",
        ("identity", "secrets"),
        "Reading fails for want of the key, the next place is asked, and at most a line in a log tells. The policies "
        "of the role do not allow the key; the policy of the key itself is not looked at.",
        "Allow kms:Decrypt on the key for the role that Airflow runs as.",
        _AWS + "security-encryption.html",
        _ALL_VERSIONS,
        _EVERY_KIND,
    ),
    Rule(
        "R-20",
        "Airflow's role may not read",
        "critical",
        ("identity", "secrets", "details"),
        "Airflow is refused, says so at most in a log, and takes what the next place has.",
        "Allow secretsmanager:GetSecretValue on the names below the prefix for the role that Airflow runs as.",
        _AWS + "auth-and-access.html",
        _ALL_VERSIONS,
        _EVERY_KIND,
    ),
    Rule(
        "R-21",
        "Secrets in another account or region",
        "high",
        ("secrets", "settings"),
        "Where the backend looks there is nothing below the prefix, and in a place where nobody looks there is.",
        "Correct region_name or the role in the backend's kwargs, or move the secrets.",
        _SECRETS_MANAGER,
        _AMAZON,
        _BOTH,
    ),
    Rule(
        "R-22",
        "Lookup switched off while there are secrets",
        "medium",
        ("secrets", "settings"),
        "The prefix is null, so the backend is never asked for this kind, and secrets lie below the usual prefix.",
        "Give the prefix in the backend's kwargs, or delete the secrets.",
        _SECRETS_MANAGER,
        _AMAZON,
        _BOTH,
    ),
    Rule(
        "R-23",
        "Variables looked for among connections",
        "high",
        ("secrets", "settings", "ids"),
        "The backend for shared accounts asks for a variable below the prefix of connections. A variable below its own "
        "prefix is missed, and one with the id of a connection comes back as that connection's text.",
        "Set variables_prefix to null and keep variables elsewhere, or store them below the prefix of connections.",
        _SHARED,
        "airflow-aws-shared-secrets 0.0.5",
        ("variable",),
    ),
)
