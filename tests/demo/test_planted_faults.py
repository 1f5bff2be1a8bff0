"""A full audit of the sample finds exactly what is planted there, rule by rule, and docs/demo.md tells of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from secretsui.access.door import Job
from secretsui.audits import alone, starting
from secretsui.audits.models import Audit, StoredFinding
from secretsui.core.rules import audit as rules
from secretsui.demo import rows, sample_aws, story
from secretsui.demo.accounts import ACCOUNTS
from secretsui.demo.companion import ADDRESS
from tests.aws import Aws
from tests.demo.told import DOCUMENT

# Each finding of the sample: its subjects by rule.
PLANTED: Mapping[str, list[str]] = json.loads(Path(__file__).with_name("planted.json").read_text())
_TOLD = re.compile(r"\| \[(?P<rule>R-\d+)\]\(findings/(?P=rule)\.md\) \| (?P<what>.+) \|")


def told() -> Mapping[str, str]:
    """What the document says of each rule: a subject between backticks, or why there is none."""
    return {row["rule"]: row["what"] for row in _TOLD.finditer(DOCUMENT.read_text())}


@pytest.mark.django_db
def test_a_full_audit_finds_exactly_what_is_planted(aws: Aws, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(ADDRESS, raising=False)
    sample_aws.seed()
    rows.write("a-password-of-three", aws.url)

    audit = alone.run(starting.create(Job("test"), trigger=Audit.Trigger.COMMAND))

    assert (audit.state, audit.gaps) == (Audit.State.DONE, [])
    found: dict[str, set[str]] = {}
    for rule, subject in StoredFinding.objects.values_list("rule", "subject"):
        found.setdefault(rule, set()).add(subject)
    assert {rule: sorted(subjects) for rule, subjects in found.items()} == PLANTED


def test_the_document_tells_of_every_rule_and_how_much_is_found():
    assert set(told()) == set(rules.RULES)
    assert f"\n{sum(map(len, PLANTED.values()))} pairs of a rule" in DOCUMENT.read_text()


def test_what_the_document_names_is_planted():
    for rule, what in told().items():
        named = re.fullmatch(r"`(.+)`", what)
        subjects = PLANTED.get(rule, [])
        assert bool(named) == bool(subjects), rule
        assert not named or any(re.search(rf"[:/]{re.escape(named[1])}$", each) for each in subjects), rule


def test_each_secret_of_the_lab_has_the_fault_that_it_is_there_for():
    for account in ACCOUNTS:
        for sample in story.samples(account):
            ref = f"secret:{account.name}/{sample.region}/{sample.name}"
            for rule in sample.line.get("plants", "").split():
                assert ref in PLANTED[rule] or _is_of_settings(rule), (rule, sample.name)


def _is_of_settings(rule: str) -> bool:
    """Of some rules it is the deployment that has the fault, and the secret that shows it."""
    return all(each.startswith("deployment:") for each in PLANTED[rule])
