"""What the set-up of a backend prints is read by the check, and nothing in it is found to be wrong."""

from __future__ import annotations

from typing import Final

import pytest

from secretsui.airflow import settings_text
from secretsui.core.sensitive import Sensitive
from secretsui.core.settings_lint import Asked, Setting, lint
from secretsui.core.setup.answers import Platform, StoreName
from secretsui.core.setup.snippets import snippets
from tests.core.setup.answered import PLATFORMS, STORES, answers

# They set nothing: what to install, and where a secret is kept that the settings refer to.
_OTHERS: Final = ("requirements", "mwaa-secret", "helm-secret", "ecs-parameter")
# The secret is kept elsewhere, so the check cannot see it.
_SEEN: Final = {("R-56", "missing-kwarg")}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("store", STORES)
def test_no_snippet_has_a_fault(platform: Platform, store: StoreName) -> None:
    asked = answers(platform, store)
    read = 0
    for snippet in snippets(asked):
        if not any(word in snippet.text for word in ("AIRFLOW__SECRETS__BACKEND", "secrets.backend", "[secrets]")):
            continue
        found = settings_text.read(snippet.text, airflow=asked.airflow)
        assert found.form or snippet.id.startswith(("secret-file", *_OTHERS)), snippet.id
        entries = [(each, each.value) for each in found.report.entries]
        settings = [
            Setting(each.name, each.kind, value if isinstance(value, Sensitive) else None, each.line)
            for each, value in entries
        ]
        report = lint(Asked(Sensitive(snippet.text), settings, asked.airflow, {}, platform))
        faults = {(each.rule, each.failed.code) for each in report.remarks if each.severity in ("critical", "high")}
        assert faults <= _SEEN, snippet.id
        read += bool(settings)
    assert read >= 2
