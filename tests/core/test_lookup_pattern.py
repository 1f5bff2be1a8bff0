from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsui.core.backends.prefixes import patterns
from secretsui.core.lookup_pattern import BadPattern, Other, Pattern, judge, near_misses, proposal

IDS = st.sets(st.text("abcAB_-.1ß", min_size=1, max_size=8), max_size=12)


@pytest.mark.parametrize(
    ("text", "code"), [("(", "no-expression"), ("(a+)+$", "too-intricate"), ("a" * 2001, "too-intricate")]
)
def test_what_cannot_be_tried_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadPattern) as refused:
        Pattern(text)
    assert refused.value.code == code


def test_the_bare_id_is_matched_from_its_start_in_any_case() -> None:
    pattern = Pattern("crm|DB_")
    assert [key for key in ("crm", "CRM_old", "my_crm", "db_1", "db") if pattern.lets_in(key)] == [
        "crm",
        "CRM_old",
        "db_1",
    ]


@given(st.sampled_from(["^crm$", "a|b_", "^[ab].*$", "", "(?!a$)", "c\\.", "ss"]), IDS)
def test_it_lets_in_what_the_backend_asks_for(text: str, keys: set[str]) -> None:
    backend = patterns({"connections_lookup_pattern": text})["connection"]
    pattern = Pattern(text)
    assert [pattern.lets_in(key) for key in keys] == [backend(key) is None for key in keys]


def test_no_pattern_lets_every_id_in_and_none_by_accident() -> None:
    found = judge(Pattern(""), ["a", "B"], [Other("c", "metastore")])
    assert (found.lives, found.dies, found.by_accident) == (["B", "a"], [], [])
    assert [each.key for each in found.asked_in_vain] == ["c"]


def test_a_match_of_the_beginning_is_an_accident_where_some_id_is_spelled_whole() -> None:
    assert judge(Pattern("^crm"), ["crm", "crm_old"], []).by_accident == [("crm_old", "start")]
    assert judge(Pattern("^crm_"), ["crm_new", "crm_old"], []).by_accident == []


def test_another_letter_case_is_an_accident() -> None:
    assert judge(Pattern("^crm"), ["CRM_x", "crm_y"], [Other("Crm", "environment")]).by_accident == [
        ("CRM_x", "case"),
        ("Crm", "case"),
    ]


def test_nothing_is_known_of_no_ids() -> None:
    assert judge(Pattern("x"), [], []).lives == []
    assert proposal([], ["a"]) == ""


def test_near_misses_differ_in_case_hyphens_or_underscores() -> None:
    found = near_misses({"crm_db"}, [Other("CRM-DB", "metastore"), Other("crm", "metastore"), Other("crm_db", "x")])
    assert found == [Other("CRM-DB", "metastore", "crm_db"), Other("crm", "metastore", "")]


@pytest.mark.parametrize(
    ("stored", "others", "expected"),
    [
        ({"snowflake_a", "snowflake_b"}, set(), "^snowflake_"),
        ({"snowflake_a", "crm"}, set(), "^(?:crm$|snowflake_)"),
        ({"a_b_c", "a_b_d"}, {"a_x"}, "^a_b_"),
        ({"slack"}, {"slack_alerts"}, "^slack$"),
        ({"Slack"}, {"slack"}, ""),
        ({"a.b-c"}, {"a.b"}, r"^a\.b\-"),
    ],
)
def test_a_proposal_is_made_of_the_shortest_starts(stored: set[str], others: set[str], expected: str) -> None:
    assert proposal(stored, others) == expected


def test_too_many_starts_make_no_proposal() -> None:
    assert proposal({f"x{number}" for number in range(61)}, set()) == ""


def test_ten_thousand_ids_make_one() -> None:
    stored = {f"team{number % 9}_{number}" for number in range(10_000)}
    text = proposal(stored, {f"other_{number}" for number in range(10_000)})
    assert text.count("|") == 8
    assert not judge(Pattern(text), stored, []).dies


@given(IDS, IDS)
def test_a_proposal_lets_in_all_that_lies_there_and_no_other(stored: set[str], others: set[str]) -> None:
    text = proposal(stored, others)
    if text:
        match = re.compile(text, re.IGNORECASE).match
        assert all(map(match, stored))
        assert not any(map(match, others - stored))
