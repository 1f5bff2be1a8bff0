"""What each rule about settings says, and where its facts are from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from secretsui.core.findings import Rule

_DOCS: Final = "https://airflow.apache.org/docs/"
_BACKENDS: Final = _DOCS + "apache-airflow/stable/security/secrets/secrets-backend/index.html"
_OPTIONS: Final = _DOCS + "apache-airflow/stable/howto/set-config.html"
_CONFIGURATION: Final = _DOCS + "apache-airflow/stable/configurations-ref.html"
_AMAZON: Final = _DOCS + "apache-airflow-providers-amazon/stable/secrets-backends/aws-secrets-manager.html"
_PROVIDERS: Final = _DOCS + "apache-airflow-providers/index.html"
_ALL_VERSIONS: Final = "Airflow 2.11 and 3.x"
_ABOUT: Final[Sequence[str]] = ("deployment",)
_ALL: Final = (
    Rule(
        "R-54",
        "Lookups for options are left on, and nothing uses them",
        "low",
        ("kwargs", "settings"),
        "No option names a secret, so the prefix for them serves nobody. Whoever may set one such option could have "
        "Airflow read secrets there.",
        "Set config_prefix to null, for Vault config_path, and leave that prefix out of what the role may read.",
        _OPTIONS,
        _ALL_VERSIONS,
        _ABOUT,
    ),
    Rule(
        "R-55",
        "No lookup pattern",
        "low",
        ("kwargs", "access log"),
        "Each id is asked of the backend first, also those that lie in the environment or in the metadata database: "
        "one call each time, and as often as Dag files are parsed.",
        "Name in connections_lookup_pattern and variables_lookup_pattern which ids lie in the backend.",
        _AMAZON,
        "Amazon provider 7.3 and later",
        _ABOUT,
    ),
    Rule(
        "R-56",
        "Setting that Airflow does not take",
        "high",
        ("kwargs", "settings", "versions"),
        "A misspelt kwarg is ignored, makes each lookup fail, or keeps Airflow from starting, depending on the "
        "backend; a misspelt setting is ignored. Airflow then uses a default, or no backend at all.",
        "Spell it as the backend of the installed release does.",
        _CONFIGURATION,
        _ALL_VERSIONS,
        _ABOUT,
    ),
    Rule(
        "R-57",
        "Backend and installed provider do not fit",
        "high",
        ("kwargs", "versions"),
        "A kwarg that the installed provider does not know yet is ignored, or makes lookups or the start fail. The "
        "backend with a shared account finds nothing with the Amazon provider 9.26 and later.",
        "Install a provider that fits, or leave the kwarg out.",
        _PROVIDERS,
        "Amazon, Google and HashiCorp providers; Airflow 3.2 with providers that know no teams",
        _ABOUT,
    ),
    Rule(
        "R-58",
        "Backend that is not active as it was meant",
        "high",
        ("kwargs", "settings"),
        "Kwargs that are no JSON object are dropped with a warning, and kwargs without a class have no effect. Airflow "
        "does not start with the path of a class that is not there.",
        "Write the kwargs as one JSON object, beside the path of the class that the provider documents.",
        _BACKENDS,
        _ALL_VERSIONS,
        _ABOUT,
    ),
    Rule(
        "R-59",
        "Option that names a secret which is not there",
        "critical",
        ("settings", "kwargs", "names"),
        "Airflow uses its default for the option, or does not start: with another Fernet key it can decrypt nothing, "
        "with another address it uses another database.",
        "Store the secret under the config prefix, or remove the setting that ends in _SECRET.",
        _OPTIONS,
        _ALL_VERSIONS,
        _ABOUT,
    ),
)
RULES: Final[Mapping[str, Rule]] = {rule.id: rule for rule in _ALL}
