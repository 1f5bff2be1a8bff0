"""Our answers against those of the real Airflow."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from secretsui.core import codec, simulate
from secretsui.core.codec import DIALECTS, CodecError, Dialect
from tests.airflow_live.cases import Maker, cases
from tests.airflow_live.conftest import Ask, answers_of

pytestmark = pytest.mark.airflow_live

SIMULATE = [sys.executable, str(Path(__file__).parents[2] / "manage.py"), "simulate"]
WORDS = [None, None, {}, {"user": ["account"], "host": ["node", "h"]}, {"extra": ["login"]}, {"colour": ["c"]}]


def comparable(answer: Mapping[str, Any]) -> str:
    """Without the words: of errors the class counts, and Airflow's warnings have no part in the answer."""
    kept = {name: value for name, value in answer.items() if name not in ("message", "warnings")}
    for name in [name for name in kept if name.endswith("_error")]:
        kept[name] = kept[name].partition(":")[0]
    return json.dumps(kept, sort_keys=True)


def differences(
    questions: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]], ours: Sequence[Mapping[str, Any]]
) -> list[str]:
    assert len(theirs) == len(ours) == len(questions)
    return [
        f"asked   {json.dumps(question)[:2000]}\nairflow {json.dumps(their)[:2000]}\nwe      {json.dumps(our)[:2000]}"
        for question, their, our in zip(questions, theirs, ours, strict=True)
        if comparable(their) != comparable(our)
    ]


def check(found: Sequence[str], of: int, seed: int) -> None:
    assert not found, f"{len(found)} of {of} differ, SECRETSUI_SEED={seed}, such as\n" + "\n\n".join(found[:5])


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


def decoded(text: str, dialect: Dialect, words: Any) -> dict[str, Any]:
    """Our answer, spelled and respelled as the lab's would be."""
    answer: dict[str, Any]
    try:
        answer = simulate.describe(
            codec.decode_secrets_manager(text, dialect, words), dialect, simulate.DEFAULT_CONN_ID
        )
    except CodecError as failure:
        answer = {"error": failure.airflow_class} if failure.airflow_class else {"found": False}
    return json.loads(json.dumps(answer), parse_constant=str)
