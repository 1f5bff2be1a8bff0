"""Task definitions of Amazon ECS, as `describe_task_definition` gives them.

What a task is started with may still override them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from secretsui.airflow import env_file
from secretsui.airflow.env_yaml import items, line_of, mapping, text_of, word
from secretsui.airflow.environment import Collector, EnvironmentReport, SecretRef, Unknown, Value

_OF_SECRETS_MANAGER: Final = re.compile(
    r"(?P<name>arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:[^:]+)(?::(?P<key>[^:]*).*)?", re.DOTALL
)


def read(answer: object, *, files: Mapping[str, str] | None = None) -> EnvironmentReport:
    """`files` are the texts of `environmentFiles` by their ARN."""
    collector = Collector()
    task = mapping(mapping(answer).get("taskDefinition")) or mapping(answer)
    containers = items(task.get("containerDefinitions"))
    if not containers:
        collector.problem("bad-shape", expected="answer of describe_task_definition with its containerDefinitions")
    for each in containers:
        _read_container(collector, mapping(each), files or {})
    return collector.report()


def _read_container(collector: Collector, container: dict[str, Any], files: Mapping[str, str]) -> None:
    component = word(container.get("name"))
    for each in items(container.get("environmentFiles")):
        _read_file(collector, word(mapping(each).get("value")), files, component)
    for each in items(container.get("environment")):
        value = text_of(mapping(each).get("value"))
        collector.add(word(mapping(each).get("name")), value, "environment", line_of(each, "value"), component)
    for each in items(container.get("secrets")):
        value = reference(word(mapping(each).get("valueFrom")))
        collector.add(word(mapping(each).get("name")), value, "secrets", line_of(each, "valueFrom"), component)


def _read_file(collector: Collector, arn: str, files: Mapping[str, str], component: str) -> None:
    if arn in files:
        env_file.read_into(collector, files[arn], reader="docker", source="environmentFiles", component=component)
    else:
        collector.gap("env-file", arn, component=component)


def reference(value_from: str) -> Value:
    """A secret, by its ARN and perhaps one key of its JSON, or a parameter by its ARN or name."""
    if found := _OF_SECRETS_MANAGER.fullmatch(value_from):
        return SecretRef("secrets-manager", found["name"], found["key"] or "")
    return SecretRef("parameter-store", value_from) if value_from else Unknown("no-reference")
