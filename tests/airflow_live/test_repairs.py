"""The real Airflow reads what the rules call mended, and the same in every version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from secretsui.core.codec import DIALECTS
from tests.airflow_live.conftest import Ask
from tests.core.rules.test_format import EXAMPLES

pytestmark = pytest.mark.airflow_live

FIELDS = ("conn_type", "host", "login", "password", "schema", "port")
MENDED = [
    each["repaired"]
    for rule in EXAMPLES.values()
    for each in rule["bad"]
    if "repaired" in each and "kind" not in each and "context" not in each
]
# Mended as far as it goes: what is found next has a repair of its own.
HALF_WAY = ["postgres://svc:pa/ss@db.example"]


def fields(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: answer.get(name) or None for name in FIELDS} | {"extra": answer.get("extra_dejson")}


def test_every_airflow_reads_the_same_from_a_mended_value(ask_airflow: Ask) -> None:
    questions = [{"op": "decode_secret", "text": text} for text in MENDED if text not in HALF_WAY]
    assert len(questions) > 40
    first, *others = ([fields(each) for each in ask_airflow(dialect, questions)] for dialect in DIALECTS)
    assert [question["text"] for question, each in zip(questions, first, strict=True) if not each["conn_type"]] == []
    assert others == [first] * 2


def test_no_airflow_has_a_use_for_what_is_found_unusable(ask_airflow: Ask) -> None:
    bad = [each for rule in ("R-25", "R-27", "R-29", "R-30") for each in EXAMPLES[rule]["bad"]]
    questions = [{"op": "decode_secret", "text": each["text"]} for each in bad if "severity" not in each]
    for dialect in DIALECTS:
        answers = ask_airflow(dialect, questions)
        usable = [bool(answer.get("conn_type") and answer.get("host")) for answer in answers]
        assert [question["text"] for question, is_used in zip(questions, usable, strict=True) if is_used] == []
