"""Settings for Astro, through its command line, and for Astronomer Software, in its browser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from secretsui.core import quoting
from secretsui.core.setup import spelling
from secretsui.core.setup.answers import Answers
from secretsui.core.setup.settings import Setting
from secretsui.core.setup.snippet import Snippet

MARKED: Final = (
    "Astro never shows again what is marked as secret. "
    "Leave out --secret where the kwargs hold none and you want to read them."
)
FROM_FILE: Final = "The kwargs hold a secret, so the command reads them from a file beside it."
IN_BROWSER: Final = "Enter each name and value under Variables of the deployment, without quotes around the value."
TICK: Final = "Tick Secret? for the kwargs: they hold one. Put it in the place of its name in angle brackets."


def command(settings: Sequence[Setting], answers: Answers) -> Iterator[Snippet]:
    plain = [each for each in settings if not each.value.startswith("{")]
    kwargs = [each for each in settings if each.value.startswith("{")]
    text = f"{_call(plain, answers)}\n\n{_call(kwargs, answers)} \\\n  --secret\n"
    notes = (FROM_FILE, MARKED) if any(each.is_secret for each in kwargs) else (MARKED,)
    yield Snippet("astro", "Astro CLI", "shell", text, notes)


def _call(settings: Sequence[Setting], answers: Answers) -> str:
    name = quoting.shell(answers.name or "my-deployment")
    words = [_word(each) for each in settings]
    return spelling.options("astro deployment variable create", f"--deployment-name {name}", *words)


def _word(setting: Setting) -> str:
    if setting.is_secret:
        return f'{setting.variable}="$(cat {setting.file})"'
    return f"{setting.variable}={quoting.shell(setting.value)}"


def browser(settings: Sequence[Setting], _answers: Answers) -> Iterator[Snippet]:
    text = "\n".join(f"{each.variable}\n{each.value}\n" for each in settings)
    notes = (IN_BROWSER, TICK) if any(each.is_secret for each in settings) else (IN_BROWSER,)
    yield Snippet("software", "Deployment variables", "options", text, notes)
