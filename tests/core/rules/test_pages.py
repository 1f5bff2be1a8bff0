"""Each rule has a page, and the examples on it are what the rule says they are."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from secretsui.core.findings import Finding
from secretsui.core.rules import audit
from secretsui.core.rules.format import RULES as OF_VALUES
from secretsui.core.rules.format import Context, lint
from secretsui.core.rules.outcome import Failed, Unchecked
from secretsui.core.sensitive import Sensitive
from tests.core.rules.estates import estate

RULES = audit.RULES
FOLDER = Path(__file__).resolve().parents[3] / "docs" / "findings"
FENCE = re.compile(r"^```(text|json) (bad|good)(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
OF_ESTATES = [rule for rule in RULES if rule not in OF_VALUES]


def page(rule: str) -> str:
    return (FOLDER / f"{rule}.md").read_text()


def examples(rule: str) -> Iterator[tuple[str, list[Finding]]]:
    """Bad or good, and what the rule finds in it. After the word stand the kind and what is known beside the value."""
    for _, sort, info, body in FENCE.findall(page(rule)):
        told = dict(pair.split("=", 1) for pair in shlex.split(info))
        kind = told.pop("kind", "connection")
        found = lint(Sensitive(body.removesuffix("\n")), kind, known(told))
        yield sort, [finding for finding in found if finding.rule == rule]


def known(told: dict[str, str]) -> Context:
    fields: dict[str, Any] = {"backend": told.get("backend")}
    if "kwargs" in told:
        fields["backend_kwargs"] = json.loads(told["kwargs"])
    if "provider" in told:
        fields["provider_versions"] = dict([told["provider"].split("==")])
    return Context(**fields)


def test_there_is_a_page_for_every_rule_and_for_nothing_else() -> None:
    assert sorted(path.stem for path in FOLDER.glob("R-*.md")) == sorted(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_page_names_title_severity_and_versions(rule: Any) -> None:
    text = page(rule.id)
    assert text.startswith(f"# {rule.id}: {rule.title}\n\nSeverity: {rule.severity}. Holds for: {rule.versions}.\n")
    assert re.findall("^## (.*)$", text, re.MULTILINE) == ["What happens in Airflow", "How to mend it", "Examples"]
    assert f"<{rule.reference}>" in text


@pytest.mark.parametrize("rule", OF_VALUES)
def test_the_bad_examples_of_a_page_are_found_and_the_good_ones_are_not(rule: str) -> None:
    found = list(examples(rule))
    assert {sort for sort, _ in found} == {"bad", "good"}
    assert [bool(findings) for sort, findings in found] == [sort == "bad" for sort, _ in found]


@pytest.mark.parametrize("rule", OF_ESTATES)
def test_an_estate_on_a_page_fails_or_passes_as_it_says(rule: str) -> None:
    found = {"bad": 0, "good": 0}
    for form, sort, _, body in FENCE.findall(page(rule)):
        assert form == "json"
        outcomes = [outcome for _, outcome in audit.CHECKS[rule](estate(json.loads(body)))]
        assert any(isinstance(each, Failed) for each in outcomes) == (sort == "bad")
        assert not any(isinstance(each, Unchecked) for each in outcomes)
        assert outcomes
        found[sort] += 1
    assert all(found.values())


def test_the_index_lists_every_page_with_title_and_severity() -> None:
    rows = re.findall(
        r"^\| \[(R-\d+)\]\(\1\.md\) \| (.*) \| (.*) \|$", (FOLDER / "README.md").read_text(), re.MULTILINE
    )
    assert rows == [(rule.id, rule.title, rule.severity) for rule in RULES.values()]
