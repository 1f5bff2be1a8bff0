"""Amazon MWAA: an environment as `get_environment` gives it, and its start-up script.

Later ones count more: MWAA's own defaults, the start-up script, the configuration options, what MWAA protects.
"""

from __future__ import annotations

from typing import Any, Final

from secretsui.airflow.env_script import read_script
from secretsui.airflow.env_yaml import line_of, mapping, text_of, word
from secretsui.airflow.environment import Collector, EnvironmentReport, option_name
from secretsui.core.sensitive import Sensitive
from secretsui.core.versions import at_least

_DEFAULT: Final = "MWAA default"
DEFAULT_KWARGS: Final = '{"connections_lookup_pattern": "^(?!aws_default$).*$"}'


def read(answer: object, script: str | None = None) -> EnvironmentReport:
    """Without its text, a start-up script may set anything."""
    collector = Collector()
    environment = mapping(mapping(answer).get("Environment")) or mapping(answer)
    if not environment:
        collector.problem("bad-shape", expected="answer of get_environment with its Environment")
        return collector.report()
    _defaults(collector, word(environment.get("AirflowVersion")))
    _script(collector, environment, script)
    _options(collector, environment)
    _region(collector, word(environment.get("Arn")))
    return collector.report()


def _defaults(collector: Collector, airflow: str) -> None:
    collector.add("AIRFLOW_CONN_AWS_DEFAULT", Sensitive("aws://"), _DEFAULT)
    collector.add("AIRFLOW__SECRETS__BACKEND_KWARGS", Sensitive(DEFAULT_KWARGS), _DEFAULT)
    if at_least(airflow, "3"):
        collector.add("AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS", Sensitive(DEFAULT_KWARGS), _DEFAULT)


def _script(collector: Collector, environment: dict[str, Any], script: str | None) -> None:
    if script is not None:
        read_script(collector, script, "start-up script")
    elif path := word(environment.get("StartupScriptS3Path")):
        collector.gap("start-up-script", path)


def _options(collector: Collector, environment: dict[str, Any]) -> None:
    options = mapping(environment.get("AirflowConfigurationOptions"))
    for name, value in options.items():
        section, _, option = name.partition(".")
        collector.add(option_name(section, option), text_of(value), "configuration option", line_of(options, name))


def _region(collector: Collector, arn: str) -> None:
    parts = arn.split(":")
    if len(parts) > 3 and parts[3]:
        collector.remove("AWS_REGION")
        collector.add("AWS_REGION", Sensitive(parts[3]), "MWAA")
