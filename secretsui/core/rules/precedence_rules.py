"""What each rule about precedence says, and where its facts are from."""

from __future__ import annotations

from typing import Final

from secretsui.core.findings import Rule

_AIRFLOW: Final = "https://airflow.apache.org/docs/"
_ORDER: Final = _AIRFLOW + "apache-airflow/stable/security/secrets/secrets-backend/index.html"
_ASTRO: Final = "https://www.astronomer.io/docs/astro/manage-connections-variables"
_SHARED: Final = "https://github.com/afranzi/airflow-aws-shared-secrets"
_MASKING: Final = _AIRFLOW + "apache-airflow/stable/security/secrets/mask-sensitive-values.html"

_ALL_VERSIONS: Final = "Airflow 2.11 and 3.x"
_BOTH: Final = ("connection", "variable")

ALL: Final = (
    Rule(
        "R-01",
        "Environment variable hidden by the secrets backend",
        "medium",
        ("ids", "environment"),
        "Airflow asks the backend first, so whoever changes the environment variable changes nothing.",
        "Keep the id in one place: delete the environment variable, or the secret.",
        _ORDER,
        _ALL_VERSIONS,
        _BOTH,
    ),
    Rule(
        "R-02",
        "Entry of the metadata database hidden",
        "medium",
        ("ids", "metastore"),
        "The metadata database is the last place that Airflow asks. What is edited in the Airflow UI has no effect "
        "while a place before it has the same id.",
        "Delete the entry in Airflow, or the secret or environment variable that hides it.",
        _ORDER,
        _ALL_VERSIONS,
        _BOTH,
    ),
    Rule(
        "R-03",
        "Two places hold different values of one id",
        "high",
        ("ids", "values"),
        "Once the first place fails or is emptied, Airflow goes on with the other value, without a word of it.",
        "Decide which value is right, then delete the other.",
        _ORDER,
        _ALL_VERSIONS,
        _BOTH,
    ),
    Rule(
        "R-04",
        "Two places hold the same value of one id",
        "low",
        ("ids", "values"),
        "The copy is not used. At the next change of the password one of the two stays behind.",
        "Delete the one that is not used.",
        _ORDER,
        _ALL_VERSIONS,
        _BOTH,
    ),
    Rule(
        "R-05",
        "Workers have another backend than the server",
        "high",
        ("settings",),
        "A Dag that the server can check fails when a task runs, or runs with another value: workers look elsewhere.",
        "Give workers and server the same backend and kwargs, unless the difference is meant.",
        _ORDER,
        "Airflow 3.x",
        _BOTH,
    ),
    Rule(
        "R-06",
        "Object of the Environment Manager hidden, or hiding a variable",
        "medium",
        ("ids", "environment-manager"),
        "On Astro the Environment Manager comes after the backend and before the environment. An object below a secret "
        "is never used, and an environment variable below an object neither.",
        "Keep the id in one place.",
        _ASTRO,
        "Astro",
        _BOTH,
    ),
    Rule(
        "R-07",
        "Secret of the shared account hidden by one's own",
        "medium",
        ("ids", "settings"),
        "The backend asks its own account first. A change in the shared account does not reach this deployment.",
        "Delete the secret in the own account, or give it another id.",
        _SHARED,
        "airflow-aws-shared-secrets 0.0.5",
        _BOTH,
    ),
    Rule(
        "R-08",
        "Values that cannot be compared",
        "info",
        ("ids", "values"),
        "One of two values is masked or could not be read, so whether they differ is not known. They are not the same "
        "until somebody has looked.",
        "Give access to both values, or delete the one that is not used.",
        _MASKING,
        _ALL_VERSIONS,
        _BOTH,
    ),
    Rule(
        "R-09",
        "Variable written where nobody reads it",
        "medium",
        ("ids", "metastore", "values"),
        "A task or a person sets the variable, Airflow writes it into the metadata database, and every read takes the "
        "other value from the backend.",
        "Delete the secret if tasks set the variable; else delete the row and whatever writes it.",
        _ORDER,
        _ALL_VERSIONS,
        ("variable",),
    ),
)
