from __future__ import annotations

import ast
import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from secretsui.airflow.errors import ApiError
from secretsui.audits import word_list, words
from secretsui.audits.sentences import SENTENCES
from secretsui.cloud.errors import StoreError
from secretsui.core.rules import audit as rules
from secretsui.core.rules import format as formats
from secretsui.core.rules.outcome import Failed
from tests.core.rules.estates import estate

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```json bad.*\n((?:.*\n)*?)```$", re.MULTILINE)
OF_VALUES = {*formats.RULES}
# What a sentence may not end in or hold: a gap that was not filled, or a piece of a template.
UNFINISHED = re.compile(r"%\(|\{|\}|None|\bFalse\b|  ")


@dataclasses.dataclass
class Told:
    rule: str
    code: str
    field: str = ""
    where: str = ""
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)


def examples() -> Iterator[tuple[str, Failed]]:
    """What every rule finds in the bad examples of its page."""
    for rule in set(rules.RULES) - OF_VALUES:
        text = (ROOT / "docs" / "findings" / f"{rule}.md").read_text()
        for body in FENCE.findall(text):
            for result in rules.run(estate(json.loads(body)), [rule]):
                if isinstance(result.outcome, Failed):
                    yield rule, result.outcome


def test_what_the_examples_of_all_rules_show_is_told_with_all_of_its_facts() -> None:
    seen = set()
    for rule, failed in examples():
        seen.add(rule)
        told = Told(rule, failed.code, failed.field, failed.where, dict(failed.facts))
        template = SENTENCES.get((rule, failed.code)) or SENTENCES.get((rule, ""))
        assert template, (rule, failed.code)
        sentence = words.sentence(told)
        assert sentence != words._generic(told), (rule, failed)
        assert re.fullmatch(r"[A-Za-z_].*\.", sentence), sentence
        assert not UNFINISHED.search(sentence), sentence
    assert seen == set(rules.RULES) - OF_VALUES


def test_every_code_that_is_written_in_a_rule_has_a_sentence() -> None:
    known = {code for _, code in SENTENCES}
    for path in (ROOT / "secretsui" / "core" / "rules").glob("*.py"):
        for code in codes(ast.parse(path.read_text())):
            assert code in known, (path.name, code)


def codes(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Failed":
            first = node.args[0] if node.args else None
            for each in ast.walk(first) if isinstance(first, ast.Constant | ast.IfExp) else ():
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    yield each.value


def test_every_sentence_is_of_a_rule_that_there_is() -> None:
    assert {rule for rule, _ in SENTENCES} <= set(rules.RULES)


@pytest.mark.parametrize("rule", sorted(OF_VALUES - {"R-34"}))
def test_a_rule_about_values_is_told_by_its_title_field_and_risk(rule: str) -> None:
    sentence = words.sentence(Told(rule, "bad-uri", "password", "character 9"))
    assert sentence.startswith(f"Password, character 9: {rules.RULES[rule].title}. ")
    assert sentence.endswith(".")
    assert ".." not in sentence


def test_the_whole_value_is_no_field() -> None:
    assert words.position(Told("R-25", "quoted", "text")) == ""
    assert words.position(Told("R-40", "x", "extra.private_key", "line 2")) == "Extra, private_key, line 2"
    assert words.position(Told("R-03", "x", "backend/shared")) == "The shared account"


def test_a_sentence_names_layers_and_fields_as_the_screens_do() -> None:
    told = Told("R-03", "other-value", "metastore", "", {"winner": "backend", "fields": "host, password"})
    assert words.sentence(told) == (
        "The metadata database holds another value than the secrets backend, which wins; where the winner fails, "
        "Airflow goes on with the other one. They differ in: Host, Password."
    )


def test_what_an_older_audit_did_not_know_leaves_the_title_and_the_risk() -> None:
    assert words.sentence(Told("R-61", "unchanged")).startswith(rules.RULES["R-61"].title)


def test_a_rule_that_is_gone_is_told_by_its_number() -> None:
    assert words.sentence(Told("R-99", "x")) == "R-99."
    assert (words.risk(Told("R-99", "x")), words.remedy(Told("R-99", "x"))) == ("", "")


@pytest.mark.parametrize("what", ["listing", "value", "layer", "details"])
def test_a_gap_says_what_is_missing_where_and_why(what: str) -> None:
    told = words.gap("prefix:data-dev/eu-west-1/airflow", what, "denied", 14)
    assert "data-dev/eu-west-1/airflow" in told
    assert told.endswith(": access is denied.")
    assert ("14" in told) is (what == "value")


def test_a_reason_without_words_of_its_own_is_still_readable() -> None:
    assert words.reason_words("odd-thing") == "odd thing"
    assert set(word_list.REASONS) >= {"denied", "throttled", "worker-gone", "not-read"}


def kinds_of_errors() -> Iterator[type[StoreError] | type[ApiError]]:
    waiting: list[type[StoreError] | type[ApiError]] = [StoreError, ApiError]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += found.__subclasses__()


def test_every_kind_of_error_is_a_reason_with_words() -> None:
    kinds = {each().kind for each in kinds_of_errors() if each.__module__.startswith("secretsui.")}
    assert {
        kind for kind in kinds if kind not in word_list.REASONS and f"role-{kind}" not in word_list.REASONS
    } == set()


def test_every_reason_that_a_rule_gives_has_words() -> None:
    written = "".join(path.read_text() for path in (ROOT / "secretsui" / "core").rglob("*.py"))
    given = set(re.findall(r"(?:Unchecked|CannotTell)\(\"([a-z-]+)\"", written))
    given |= set(re.findall(r"^NO_[A-Z_]+: Final = \"(no-[a-z-]+)\"$", written, re.MULTILINE))
    assert len(given) > 20
    assert given - set(word_list.REASONS) == set()


def test_why_a_role_could_not_be_read_is_told_by_the_error() -> None:
    assert words.reason_words("role-denied") == "its role could not be read: access is denied"
    assert words.reason_words("role-bounded").startswith("its role has a permissions boundary")
