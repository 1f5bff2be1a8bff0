"""Settings as an environment and as airflow.cfg, and the file that keeps the kwargs with a secret out of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from secretsui.core.setup import spelling
from secretsui.core.setup.answers import Answers
from secretsui.core.setup.settings import FOLDER, Setting
from secretsui.core.setup.snippet import Snippet

BOTH: Final = "Both lines belong together: without the class the kwargs have no effect."
DOCKER_QUOTES: Final = "For docker run --env-file leave out the single quotes: it takes them for a part of the value."
IN_FILE: Final = (
    "The kwargs hold a secret, so the setting names a command that reads them from a file which only Airflow may read."
)
FILL_IN: Final = (
    "Put the secret in the place of its name in angle brackets, and keep this file out of repositories and images."
)


def environment(settings: Sequence[Setting], _answers: Answers) -> Iterator[Snippet]:
    """Every reader of such files takes what stands between single quotes as it is, if nothing special is in it."""
    lines = "".join(f"{_line(each)}\n" for each in settings)
    notes = [*(IN_FILE for each in settings if each.is_secret), BOTH, DOCKER_QUOTES]
    yield Snippet("environment", "Environment", "env", lines, tuple(dict.fromkeys(notes)))


def _line(setting: Setting) -> str:
    if setting.is_secret:
        return f"{setting.variable}_CMD='{setting.command}'"
    is_json = setting.value.startswith("{")
    return f"{setting.variable}={spelling.env(setting.value) if is_json else setting.value}"


def config(settings: Sequence[Setting], _answers: Answers) -> Iterator[Snippet]:
    text = "\n".join(_section(name, list(found)) for name, found in groupby(settings, key=lambda each: each.section))
    notes = [IN_FILE] if any(each.is_secret for each in settings) else []
    yield Snippet("cfg", "airflow.cfg", "cfg", text, tuple(notes))


def _section(name: str, settings: Sequence[Setting]) -> str:
    lines = [
        f"{each.option}_cmd = {each.command}" if each.is_secret else f"{each.option} = {spelling.cfg(each.value)}"
        for each in settings
    ]
    return f"[{name}]\n" + "".join(f"{line}\n" for line in lines)


def secret_files(settings: Sequence[Setting], _answers: Answers) -> Iterator[Snippet]:
    for each in settings:
        if each.is_secret:
            yield Snippet(f"secret-file-{each.section}", each.file, "json", f"{each.value}\n", (FILL_IN,))


def mounted(setting: Setting) -> str:
    return f"{FOLDER}/{setting.file}"
