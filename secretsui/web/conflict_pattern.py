"""A lookup pattern that keeps Airflow from asking for an id: a proposed one tried out, and what to change where."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.core import backend_settings
from secretsui.core.backend_kwargs import MARK
from secretsui.core.backends.pattern_cost import is_risky
from secretsui.core.backends.prefixes import PLURALS, patterns
from secretsui.core.backends.source import Backend, Raises
from secretsui.core.versions import at_least
from secretsui.inventory.deployments.explained import Explained
from secretsui.inventory.deployments.settings import airflow_of, settings_of
from secretsui.inventory.models import Deployment

LONGEST_ID: Final = 200


class PatternForm(forms.Form):
    """The pattern as the backend has it, or the one that is proposed."""

    pattern = forms.CharField(
        label=gettext_lazy("Pattern to try"),
        max_length=300,
        required=False,
        strip=False,
        help_text=gettext_lazy(
            "A regular expression, matched from the start of the id in any letter case. Empty: every id."
        ),
    )

    def __init__(self, data: Any, *, deployment: Deployment, explained: Explained) -> None:
        self.deployment, self.explained = deployment, explained
        self.backend, self.is_of_workers = _backend(deployment, explained)
        super().__init__(data, initial={"pattern": self.now or proposal(explained.key, self.now)})
        self.fields["pattern"].widget.attrs = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}

    @property
    def kwarg(self) -> str:
        return f"{PLURALS[self.explained.kind]}_lookup_pattern"

    @property
    def now(self) -> str:
        """The pattern that counts today; "" where there is none."""
        found = self.backend.kwargs.get(self.kwarg) if self.backend else None
        return found if isinstance(found, str) else ""

    @property
    def proposed(self) -> str:
        """The pattern of today, widened by this one id."""
        return proposal(self.explained.key, self.now)

    def clean_pattern(self) -> str:
        text: str = self.cleaned_data["pattern"]
        if is_risky(text) or len(self.explained.key) > LONGEST_ID:
            raise forms.ValidationError(
                _("This is too intricate to be tried here. Use three repeats at most, and none within another.")
            )
        if isinstance(self._tried(text), Raises):
            raise forms.ValidationError(_("This is no valid regular expression. Check its brackets and repeats."))
        return text

    @property
    def matches(self) -> bool:
        return self._tried(self.cleaned_data["pattern"]) is None

    def _tried(self, text: str) -> object:
        """As the backend itself matches."""
        return patterns({self.kwarg: text})[self.explained.kind](self.explained.key)


def proposal(key: str, now: str) -> str:
    own = f"{re.escape(key)}$"
    return f"{now}|{own}" if now else ""


def _backend(deployment: Deployment, explained: Explained) -> tuple[Backend | None, bool]:
    """The one whose pattern stops the id, and whether it is the workers' own."""
    settings = settings_of(deployment)
    stopped = [
        column.layer
        for column in explained.columns
        if explained.cells.get(column.id, {}).get("reason") in ("pattern", "bad-pattern")
    ]
    if stopped == ["worker-backend"] and settings.worker_backend:
        return settings.worker_backend, True
    return settings.backend, False


def hides(lines: Sequence[SettingLine]) -> bool:
    """Whether a mark stands in the place of a kwarg that is secret."""
    return any(MARK in line.text for line in lines)


class SettingLine(NamedTuple):
    """One way to say it, and where that is done."""

    where: str | Promise
    text: str


def lines_of(form: PatternForm) -> Sequence[SettingLine]:
    """Every line says the same; one of them is needed. Kwargs that are secret keep their mark."""
    pattern, backend = form.cleaned_data["pattern"], form.backend
    kwargs = {**(backend.kwargs if backend else {}), form.kwarg: pattern}
    text = json.dumps({name: value for name, value in kwargs.items() if value != ""}, ensure_ascii=False)
    option = backend_settings.WORKER if form.is_of_workers else backend_settings.SERVER
    section, name = ("workers", "secrets_backend_kwargs") if form.is_of_workers else ("secrets", "backend_kwargs")
    lines = [
        SettingLine(_("In the environment"), f"{option}_KWARGS={shlex.quote(text)}"),
        SettingLine(_("In airflow.cfg"), f"[{section}]\n{name} = {text}"),
    ]
    if form.deployment.platform == Deployment.Platform.MWAA:
        lines = [SettingLine(_("As a configuration option of MWAA"), f"{section}.{name} = {text}")]
    if at_least(airflow_of(form.deployment), "3.3"):
        single = f"{option}_KWARG__{form.kwarg.upper()}={shlex.quote(pattern)}"
        lines.append(SettingLine(_("In the environment, this kwarg alone"), single))
    return lines
