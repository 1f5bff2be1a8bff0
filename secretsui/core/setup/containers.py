"""Settings for images, Docker Compose and Amazon ECS."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from secretsui.core.setup import spelling
from secretsui.core.setup.answers import Answers, OnAws
from secretsui.core.setup.plain import IN_FILE, mounted
from secretsui.core.setup.settings import Setting
from secretsui.core.setup.snippet import Snippet

IMAGE: Final = "An image is read by whoever may pull it: no secret stands here."
SERVICES: Final = "Put it under x-airflow-common of Airflow's own file, so that every service has it."
MERGE: Final = "Add these to the container definition of each service of Airflow and register the definition again."
FROM_PARAMETER: Final = (
    "The kwargs hold a secret, so ECS fetches them from a parameter: "
    "the role that starts the task, executionRoleArn, needs ssm:GetParameters on it."
)


def dockerfile(settings: Sequence[Setting], _answers: Answers) -> Iterator[Snippet]:
    """Between single quotes a Dockerfile takes everything as it is."""
    lines = [
        f"ENV {each.variable}_CMD='{each.command}'\n" if each.is_secret else f"ENV {each.variable}={_quoted(each)}\n"
        for each in settings
    ]
    notes = (IN_FILE, IMAGE) if any(each.is_secret for each in settings) else (IMAGE,)
    yield Snippet("dockerfile", "Dockerfile", "dockerfile", "".join(lines), notes)


def _quoted(setting: Setting) -> str:
    return spelling.env(setting.value) if setting.value.startswith("{") else setting.value


def compose(settings: Sequence[Setting], _answers: Answers) -> Iterator[Snippet]:
    held = [each for each in settings if each.is_secret]
    lines = ["x-airflow-common:\n  environment:\n", *(_compose_line(each) for each in settings)]
    if held:
        lines.append("  secrets:\n")
        lines += [f"    - source: {each.secret_name}\n      target: {mounted(each)}\n" for each in held]
        lines.append("secrets:\n")
        lines += [f"  {each.secret_name}:\n    file: ./{each.file}\n" for each in held]
    notes = (SERVICES, IN_FILE) if held else (SERVICES,)
    yield Snippet("compose", "Compose", "yaml", "".join(lines), notes)


def _compose_line(setting: Setting) -> str:
    if setting.is_secret:
        return f"    {setting.variable}_CMD: {setting.command}\n"
    return f"    {setting.variable}: {spelling.compose(setting.value)}\n"


def ecs(settings: Sequence[Setting], answers: Answers) -> Iterator[Snippet]:
    notes = (MERGE, FROM_PARAMETER) if any(each.is_secret for each in settings) else (MERGE,)
    yield Snippet("ecs", "Task definition", "json", json.dumps(_task(settings, answers), indent=2) + "\n", notes)


def _task(settings: Sequence[Setting], answers: Answers) -> dict[str, Any]:
    container: dict[str, Any] = {"name": "airflow", "environment": _plain(settings)}
    if held := _held(settings):
        container["secrets"] = held
    role = {"taskRoleArn": answers.place.role} if isinstance(answers.place, OnAws) and answers.place.role else {}
    return {"family": answers.name or "airflow", **role, "containerDefinitions": [container]}


def _plain(settings: Sequence[Setting]) -> list[dict[str, str]]:
    return [{"name": each.variable, "value": each.value} for each in settings if not each.is_secret]


def _held(settings: Sequence[Setting]) -> list[dict[str, str]]:
    return [{"name": each.variable, "valueFrom": each.secret_name} for each in settings if each.is_secret]


def ecs_terraform(settings: Sequence[Setting], _answers: Answers) -> Iterator[Snippet]:
    given: dict[str, Any] = {"environment": _plain(settings)}
    if held := _held(settings):
        given["secrets"] = held
    lines = [f"  {name.ljust(12)} = {spelling.hcl(value, 2)}\n" for name, value in given.items()]
    text = "airflow_container = {\n" + "".join(lines) + "}\n"
    notes = ("Merge it into the object that container_definitions encodes: merge(local.airflow_container, {…}).",)
    yield Snippet("ecs-terraform", "Terraform", "hcl", f"locals {{\n{_indented(text)}}}\n", notes)


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())


def parameter(settings: Sequence[Setting], _answers: Answers) -> Iterator[Snippet]:
    held = [each for each in settings if each.is_secret]
    if held:
        text = "\n".join(_put(each) for each in held)
        yield Snippet("ecs-secret", "Store the secret", "shell", text, ())


def _put(setting: Setting) -> str:
    words = ["aws ssm put-parameter", "--type SecureString", f"--name {setting.secret_name}"]
    return spelling.options(*words, f"--value file://{setting.file}") + "\n"
