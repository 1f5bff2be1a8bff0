from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from secretsui.airflow.environment import SENTENCES
from secretsui.inventory.models import EnvSource
from secretsui.web import source_words

PARSERS = sorted((Path(settings.BASE_DIR) / "secretsui" / "airflow").glob("env_*.py"))


def test_every_gap_that_a_parser_leaves_has_a_sentence_of_its_own() -> None:
    named = {reason for path in PARSERS for reason in re.findall(r'\.gap\(\s*"([a-z-]+)"', path.read_text())}
    assert named
    assert named <= set(source_words.GAPS)


def test_a_gap_names_its_place_and_line() -> None:
    source = EnvSource(gaps=[{"reason": "env-file", "where": "web.env", "line": 3}, {"reason": "not known here"}])
    assert source_words.gaps(source) == [
        "Line 3: Not given: the env file web.env. Give it along with the text.",
        "Something else sets variables as well.",
    ]


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_problem_has_its_sentence_with_its_facts(code: str) -> None:
    facts = {name: f"<{name}>" for name in re.findall(r"{(\w+)}", SENTENCES[code])}
    (words,) = source_words.problems(EnvSource(problems=[{"code": code, "line": 7, "facts": facts}]))
    assert words.startswith("Line 7: ")
    assert all(fact in words for fact in facts.values())
