"""From what an administrator gives, or a service answers, to what it says of the environment of Airflow's processes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from secretsui.airflow import (
    env_astro,
    env_compose,
    env_ecs,
    env_file,
    env_helm,
    env_kubernetes,
    env_mwaa,
    env_script,
)
from secretsui.airflow.env_astro import ManagedObjects
from secretsui.airflow.environment import EVERYWHERE, MAX_TEXT, Collector, EnvironmentReport, Problem
from secretsui.inventory.models import EnvSource

Form = EnvSource.Form
Content = str | Mapping[str, Any]

# Those processes that have nothing but what all have.
OTHERS: Final = "*"
# After these there may be names of which nothing is known.
_OPEN: Final = frozenset(
    {"bad-line", "bad-text", "bad-shape", "too-long", "too-deep", "too-many-blanks", "recursive", "several-documents"}
)
_TOO_LONG: Final = Problem("too-long")
_NO_JSON: Final = Problem("bad-text")


class Unreadable(Exception):
    """Nothing can be made of it; `problems` say why, with sentences."""

    def __init__(self, problems: Sequence[Any]) -> None:
        super().__init__(problems[0].sentence)
        self.problems = problems


class SeveralComponents(Exception):
    """It sets the environments of several processes, and nobody said which of them it is about."""

    def __init__(self, components: Sequence[str]) -> None:
        super().__init__("Several processes are described. Choose the one that this is about.")
        self.components = components


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """`managed` are objects of Astro's Environment Manager, a layer of their own."""

    report: EnvironmentReport
    managed: ManagedObjects | None = None


def read(form: str, content: Content, *, files: Mapping[str, str] | None = None, of: str = "") -> Found:
    """`files` are the texts of env files by the name that the source has for them, `of` is an Astro deployment."""
    if isinstance(content, str) and len(content) > MAX_TEXT:
        raise Unreadable([_TOO_LONG])
    if form == Form.OBJECTS:
        return _managed(env_astro.read_objects(_answer(content), of))
    report = _READERS[form](content, files or {})
    if report.problems and not report.entries and any(each.code in _OPEN for each in report.problems):
        raise Unreadable([each for each in report.problems if each.code in _OPEN])
    return Found(report)


def component_of(report: EnvironmentReport, wanted: str) -> str:
    """Which process of the report it is about; raises `SeveralComponents` where that has to be said."""
    named = [name for name in report.components if name != EVERYWHERE]
    choices = [OTHERS, *named] if EVERYWHERE in report.components and named else named
    if wanted in choices or not named:
        return wanted
    if len(choices) == 1 and not wanted:
        return choices[0]
    raise SeveralComponents(choices)


def is_open(problem: Problem) -> bool:
    return problem.code in _OPEN


def _managed(found: ManagedObjects) -> Found:
    if found.problems:
        raise Unreadable(found.problems)
    return Found(EnvironmentReport(), found)


def _answer(content: Content) -> Mapping[str, Any]:
    """What a service answered, or the JSON that its command line printed."""
    if not isinstance(content, str):
        return content
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Unreadable([_NO_JSON])
    return found


def _env_file(content: Content, _files: Mapping[str, str]) -> EnvironmentReport:
    return env_file.read(_text(content))


def _compose(content: Content, files: Mapping[str, str]) -> EnvironmentReport:
    return env_compose.read(_text(content), files=files, dotenv=files.get(".env", ""))


def _script(content: Content, _files: Mapping[str, str]) -> EnvironmentReport:
    collector = Collector()
    env_script.read_script(collector, _text(content), "start-up script")
    return collector.report()


def _text(content: Content) -> str:
    return content if isinstance(content, str) else json.dumps(content, default=str)


_READERS: Final[Mapping[str, Callable[[Content, Mapping[str, str]], EnvironmentReport]]] = {
    Form.ENV_FILE: _env_file,
    Form.COMPOSE: _compose,
    Form.HELM: lambda content, _: env_helm.read(_text(content), "official"),
    Form.COMMUNITY: lambda content, _: env_helm.read(_text(content), "community"),
    Form.ECS: lambda content, files: env_ecs.read(_answer(content), files=files),
    Form.KUBERNETES: lambda content, _: env_kubernetes.read(_text(content)),
    Form.MWAA: lambda content, files: env_mwaa.read(_answer(content), files.get("startup.sh")),
    Form.SCRIPT: _script,
    Form.ASTRO: lambda content, _: env_astro.read(_answer(content)),
}
