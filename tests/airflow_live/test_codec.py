"""Our answers against those of the real Airflow."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from secretsui.core.codec import DIALECTS, Dialect
from tests.airflow_live.cases import Maker, cases
from tests.airflow_live.conftest import Ask, answers_of
from tests.airflow_live.judging import check, decoded, differences

pytestmark = pytest.mark.airflow_live

SIMULATE = [sys.executable, str(Path(__file__).parents[2] / "manage.py"), "simulate"]
WORDS = [None, None, {}, {"user": ["account"], "host": ["node", "h"]}, {"extra": ["login"]}, {"colour": ["c"]}]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_simulate_answers_as_airflow_does(dialect: Dialect, ask_airflow: Ask, seed: int, count: int) -> None:
    questions = list(cases(seed, count))
    lines = "".join(json.dumps({**question, "airflow": dialect}) + "\n" for question in questions)
    theirs = ask_airflow(dialect, questions)
    check(differences(questions, theirs, answers_of(SIMULATE, lines)), count, seed)
    # The cases are worth their time: many are refused, and many are not.
    refused = sum("error" in answer for answer in theirs)
    assert count * 0.1 < refused < count * 0.6


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_secret_is_read_as_the_secrets_manager_backend_reads_it(
    dialect: Dialect, ask_airflow: Ask, seed: int, count: int
) -> None:
    maker = Maker(seed)
    made = [{"op": "decode_secret", "text": maker.secret(), "words": maker.pick(WORDS)} for _ in range(count // 5)]
    questions = json.loads(json.dumps(made))  # as Airflow will get them: two halves of a character become one
    ours = [decoded(question["text"], dialect, question["words"]) for question in questions]
    check(differences(questions, ask_airflow(dialect, questions), ours), len(questions), seed)
