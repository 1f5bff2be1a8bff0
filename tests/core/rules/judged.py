"""What one rule about settings says of a deployment, or of an environment alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from secretsui.core.rules.outcome import Failed, Outcome
from secretsui.core.rules.settings import CHECKS, lint_settings
from tests.core.rules.estates import CLASSES, estate

AMAZON = "apache-airflow-providers-amazon"
HASHICORP = "apache-airflow-providers-hashicorp"
GOOGLE = "apache-airflow-providers-google"
SERVER, WORKER = "AIRFLOW__SECRETS__BACKEND", "AIRFLOW__WORKERS__SECRETS_BACKEND"
OPTION = "AIRFLOW__CORE__FERNET_KEY_SECRET"
OFF = {"config_prefix": None}
PATTERN = {"connections_lookup_pattern": "^x", "config_prefix": None}
CONFIG = [{"path": "airflow/config"}]


def judged(rule: str, *, scopes: Any = (), secrets: Any = (), **deployment: Any) -> list[Outcome]:
    found = estate({"scopes": scopes, "secrets": secrets, "deployments": [deployment]})
    outcomes = list(CHECKS[rule](found))
    assert {subject.ref for subject, _ in outcomes} <= {"deployment:prod"}
    told = [(each.code, each.field) for _, each in outcomes if isinstance(each, Failed)]
    assert len(set(told)) == len(told)
    return [outcome for _, outcome in outcomes]


def codes(rule: str, **deployment: Any) -> list[str]:
    return [each.code for each in judged(rule, **deployment) if isinstance(each, Failed)]


def linted(environ: Mapping[str, str], airflow: str = "3.3", **versions: str) -> list[tuple[str, str, str]]:
    providers = {f"apache-airflow-providers-{name}": each for name, each in versions.items()}
    return [(rule, each.code, each.field) for rule, each in lint_settings(environ, airflow, providers)]


def set_up(backend: str, kwargs: Any = PATTERN, option: str = SERVER) -> dict[str, str]:
    text = kwargs if isinstance(kwargs, str) else json.dumps(kwargs)
    return {option: CLASSES.get(backend, backend), f"{option}_KWARGS": text}
