"""What each rule about names says, and where its facts are from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from secretsui.core.findings import Rule

_DOCS: Final = "https://airflow.apache.org/docs/"
_BACKENDS: Final = _DOCS + "apache-airflow/stable/security/secrets/secrets-backend/index.html"
_CONNECTION: Final = _DOCS + "apache-airflow/stable/howto/connection.html"
_AMAZON: Final = _DOCS + "apache-airflow-providers-amazon/stable/secrets-backends/aws-secrets-manager.html"
_AZURE: Final = _DOCS + "apache-airflow-providers-microsoft-azure/stable/secrets-backends/azure-key-vault.html"
_GOOGLE: Final = (
    _DOCS + "apache-airflow-providers-google/stable/secrets-backends/google-cloud-secret-manager-backend.html"
)
_NAMES: Final = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html"
_ALL_VERSIONS: Final = "Airflow 2.11 and 3.x"
_BOTH: Final = ("connection", "variable")
_ALL: Final = (
    Rule(
        "R-47",
        "Ids that share one environment variable",
        "medium",
        ("ids", "environment"),
        "Airflow looks for an id in the environment in capitals. Ids that differ in nothing else are one variable, "
        "which answers for all of them.",
        "Give one of them another name, or do not set the variable.",
        _BACKENDS,
        _ALL_VERSIONS,
        _BOTH,
    ),
    Rule(
        "R-48",
        "Ids that share one secret in Azure",
        "high",
        ("ids", "kwargs"),
        "The backend writes a hyphen for each underscore, and Key Vault takes capitals and small letters for the same. "
        "Ids that differ in nothing else are one secret: who saves one overwrites the other.",
        "Give one of them another name.",
        _AZURE,
        "Azure provider, all versions",
        _BOTH,
    ),
    Rule(
        "R-49",
        "Name that the store does not take",
        "high",
        ("ids", "kwargs"),
        "The id or the prefix has signs that no secret of this store can have in its name, so the backend never finds "
        "the id; with such a prefix Airflow does not start.",
        "Use letters, digits and hyphens alone.",
        _GOOGLE,
        "Airflow 2.11 and 3.x with a backend for Google, Azure or AWS",
        _BOTH,
    ),
    Rule(
        "R-50",
        "Id that looks like that of a team",
        "medium",
        ("ids", "versions"),
        "Two hyphens, or three underscores in the environment, part the name of a team from an id. Airflow refuses to "
        "look up other ids that have them.",
        "Use a single hyphen or underscore.",
        _AMAZON,
        "Airflow 3.2 and later; Amazon provider 9.26 and later",
        _BOTH,
    ),
    Rule(
        "R-51",
        "Id that Airflow does not take",
        "medium",
        ("names",),
        "Airflow's model drops a connection id with other signs than letters, digits and a few more, or with over 250. "
        "It cannot be saved in the metadata database.",
        "Use letters, digits, hyphens, underscores and dots, 250 of them at most.",
        _CONNECTION,
        _ALL_VERSIONS,
        _BOTH,
    ),
    Rule(
        "R-52",
        "Default ids are looked up and never there",
        "low",
        ("access log", "kwargs"),
        "Operators and remote logging ask for ids like aws_default. Each time the backend is asked first, which costs "
        "a call and, in the log of accesses, an error.",
        "Leave them out by the lookup pattern, for example ^(?!aws_default$).*$",
        _AMAZON,
        "Amazon provider 7.3 and later",
        ("deployment",),
    ),
    Rule(
        "R-53",
        "Name that ends like an ARN",
        "medium",
        ("names",),
        "Secrets Manager ends each ARN with a hyphen and six characters of its own. Where a secret is asked for by an "
        "ARN without them, a name that ends alike is taken for such an ending, and another secret or none is found.",
        "Choose a name that does not end with a hyphen and six letters or digits.",
        _NAMES,
        "AWS Secrets Manager",
        (*_BOTH, "config", "other"),
    ),
)
RULES: Final[Mapping[str, Rule]] = {rule.id: rule for rule in _ALL}
