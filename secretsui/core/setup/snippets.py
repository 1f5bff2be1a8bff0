"""Every text that sets Airflow up, those of the chosen platform first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from secretsui.core.setup import astro, containers, helm, mwaa, plain, requirements
from secretsui.core.setup.answers import Answers, Platform
from secretsui.core.setup.settings import Setting, settings_of
from secretsui.core.setup.snippet import Snippet

Make = Callable[[Sequence[Setting], Answers], Iterator[Snippet]]

_OF: Final[Mapping[Platform, Sequence[Make]]] = {
    "plain": (plain.environment, plain.config, plain.secret_files, containers.dockerfile),
    "mwaa": (
        *(mwaa.console, mwaa.command, mwaa.terraform, mwaa.script, plain.secret_files),
        *(plain.environment, plain.config),
    ),
    "astro": (astro.command, plain.secret_files, plain.environment, containers.dockerfile, plain.config),
    "astro-software": (astro.browser, containers.dockerfile, plain.environment, plain.secret_files, plain.config),
    "helm": (helm.official, helm.secret, plain.secret_files, plain.environment, plain.config, containers.dockerfile),
    "helm-community": (
        *(helm.community, helm.secret, plain.secret_files),
        *(plain.environment, plain.config, containers.dockerfile),
    ),
    "compose": (containers.compose, containers.dockerfile, plain.secret_files, plain.environment, plain.config),
    "ecs": (
        *(containers.ecs, containers.ecs_terraform, containers.parameter, plain.secret_files),
        *(plain.environment, plain.config, containers.dockerfile),
    ),
}


def snippets(answers: Answers) -> Sequence[Snippet]:
    settings = settings_of(answers)
    made = [each for make in _OF[answers.platform] for each in make(settings, answers)]
    return [*made, *requirements.lines(answers)]
