from __future__ import annotations

import pytest

from secretsui.core import codec_errors, fault, guard, paths
from secretsui.core.sensitive import MASK, Sensitive
from secretsui.web import problems

# Of a simulated Airflow alone; no stored value leads to them.
ELSEWHERE = {"bad-conn-id", "bad-conn-words", "bad-request"}


@pytest.mark.parametrize("code", sorted({*fault.CODES, *codec_errors.SENTENCES} - ELSEWHERE))
def test_every_fault_of_a_value_has_words(code: str) -> None:
    assert code in problems.VALUES


@pytest.mark.parametrize("name", ["", "ü", "x" * 600, "/a", "a/", "a//b", "a--b", "a-123456", "x" * 300, "a+b"])
def test_every_fault_of_a_name_has_words(name: str) -> None:
    codes = paths.name_problems(name, "connection")
    assert codes
    assert set(codes) <= set(problems.NAMES)


@pytest.mark.parametrize("value", ["x" * 65_537, MASK, " a ", '"a"', "", "\ud800"])
def test_every_remark_of_the_guard_has_words(value: str) -> None:
    found = guard.before_save("a", Sensitive(value), "variable")
    assert found
    for problem in found:
        words = problems.words_of_value(problem.code, {**problem.facts, "service": "Vault"})
        assert words.cause != problems.UNKNOWN.cause
        assert "%(" not in str(words.cause)


def test_an_unknown_code_still_says_something() -> None:
    assert problems.words_of_value("new-code") == problems.UNKNOWN
