"""The settings of Airflow that the answers come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from secretsui.core.setup.answers import Answers
from secretsui.core.setup.kwargs import as_json, kwargs_of, secret_kwarg

# Where the kwargs lie that hold a secret: the name of the file, and of the secret of the platform.
_FILES: Final[Mapping[str, str]] = {"secrets": "backend_kwargs", "workers": "workers_backend_kwargs"}
FOLDER: Final = "/run/secrets"


@dataclass(frozen=True, slots=True)
class Setting:
    """`is_secret`: the value holds one, of which only its name stands here; it belongs into no plain file."""

    section: str
    option: str
    value: str
    is_secret: bool = False

    @property
    def variable(self) -> str:
        return f"AIRFLOW__{self.section}__{self.option}".upper()

    @property
    def dotted(self) -> str:
        return f"{self.section}.{self.option}"

    @property
    def file(self) -> str:
        return f"{_FILES[self.section]}.json"

    @property
    def secret_name(self) -> str:
        """Of the platform's secret that holds the value."""
        return f"airflow-{_FILES[self.section].replace('_', '-')}"

    @property
    def command(self) -> str:
        """What Airflow runs to read the value where it is kept in a file."""
        return f"cat {FOLDER}/{_FILES[self.section]}.json"


def settings_of(answers: Answers) -> Sequence[Setting]:
    return tuple(_settings(answers))


def _settings(answers: Answers) -> Iterator[Setting]:
    is_secret = bool(secret_kwarg(answers))
    if answers.workers != "only":
        yield Setting("secrets", "backend", answers.class_path)
        yield Setting("secrets", "backend_kwargs", as_json(kwargs_of(answers)), is_secret)
    if answers.workers != "same":
        own = answers.worker_prefixes if answers.workers == "own" else answers.prefixes
        yield Setting("workers", "secrets_backend", answers.class_path)
        yield Setting("workers", "secrets_backend_kwargs", as_json(kwargs_of(answers, own)), is_secret)


def environ_of(settings: Sequence[Setting]) -> Mapping[str, str]:
    return {each.variable: each.value for each in settings}
