"""The linter for pasted settings reads every text of the set-up and has nothing to say about it."""

from __future__ import annotations

import json
from typing import Final

import pytest

from secretsui.airflow import settings_text
from secretsui.airflow.settings_text import Form
from secretsui.core.sensitive import Sensitive
from secretsui.core.settings_lint import Asked, Report, Setting, lint
from secretsui.core.setup.answers import Answers
from secretsui.core.setup.settings import settings_of
from secretsui.core.setup.snippets import snippets
from tests.core.setup.answered import every

FORMS: Final[dict[str, Form]] = {
    "environment": "env-file",
    "cfg": "cfg",
    "dockerfile": "dockerfile",
    "compose": "compose",
    "helm": "helm",
    "helm-community": "helm-community",
    "mwaa": "mwaa-console",
    "mwaa-cli": "mwaa-cli",
    "mwaa-terraform": "terraform",
    "ecs": "ecs",
    "astro": "astro",
    "software": "pairs",
}


def read(text: str, form: Form, airflow: str) -> list[Setting]:
    found = settings_text.read(text, form, airflow=airflow)
    assert not found.report.problems
    assert not found.strays
    return [
        Setting(each.name, each.kind, each.value if isinstance(each.value, Sensitive) else None, each.line)
        for each in found.report.entries
    ]


def linted(text: str, form: Form, given: Answers) -> Report:
    return lint(Asked(Sensitive(text), read(text, form, given.airflow), given.airflow, platform=given.platform))


@pytest.mark.parametrize(("name", "form"), FORMS.items())
def test_there_is_nothing_to_say(name: str, form: Form) -> None:
    seen = 0
    for given in every():
        found = {each.id: each.text for each in snippets(given)}
        if name in found:
            assert linted(found[name], form, given).remarks == [], given
            seen += 1
    assert seen


@pytest.mark.parametrize(("name", "form"), FORMS.items())
def test_the_settings_are_read_as_they_are_meant(name: str, form: Form) -> None:
    for given in every():
        found = {each.id: each.text for each in snippets(given)}
        if name not in found:
            continue
        told = {each.variable: _meaning(each.value) for each in settings_of(given) if not each.is_secret}
        values = {
            each.name: _meaning(each.value.reveal()) if each.value else ""
            for each in read(found[name], form, given.airflow)
        }
        assert {variable: values.get(variable) for variable in told} == told, given


def _meaning(text: str) -> object:
    """Formats may write an object of JSON otherwise."""
    return json.loads(text) if text.startswith("{") else text
