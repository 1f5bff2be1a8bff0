from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsui.core.near import MOST, WHYS, Known, Near, distance_up_to, near

PREFIXES = ("airflow/connections", "/airflow/variables/", "airflow-variables", "")


def whys(wanted: str, *known: Known | str) -> list[str]:
    return [each.why for each in found(wanted, *known)]


def found(wanted: str, *known: Known | str) -> list[Near]:
    all_known = [each if isinstance(each, Known) else Known("connection", each) for each in known]
    return list(near("connection", wanted, all_known, PREFIXES))


@pytest.mark.parametrize(
    ("wanted", "known", "why"),
    [
        ("my_db", "My_DB", "case"),
        ("my-db", "my_db", "hyphen-underscore"),
        ("MY-db", "my_db", "hyphen-underscore"),
        ("my_db ", "my_db", "blank"),
        ("my_db", "my\u200b_db\n", "blank"),
        ("airflow/connections/my_db", "my_db", "prefix-repeated"),
        ("my_db", "airflow/connections/my_db", "prefix-repeated"),
        ("my_db", "/airflow/connections/my-db", "prefix-repeated"),
        ("AIRFLOW_CONN_MY_DB", "my_db", "prefix-repeated"),
        ("my_db", "Airflow-Variables-my_db", "prefix-repeated"),
        ("_db", "airflow/connections/_db", "prefix-repeated"),
        ("my_db", "my_dv", "edit-distance"),
        ("my_db", "ym_db", "edit-distance"),
        ("warehouse", "warehuose2", "edit-distance"),
    ],
)
def test_what_was_meant_is_found_and_why(wanted: str, known: str, why: str) -> None:
    assert whys(wanted, known, "something_else") == [why]


@pytest.mark.parametrize("where", ["pattern", "pending-deletion", "prefix-missing", "other-prefix", "other-account"])
def test_the_id_itself_counts_where_no_lookup_leads_to_it(where: str) -> None:
    assert whys("my_db", Known("connection", "my_db", where)) == [where]  # type: ignore[arg-type]
    assert whys("my_db", "my_db") == []


def test_the_other_kind_is_told_where_the_id_is_the_same_but_for_its_spelling() -> None:
    assert whys("my_db", *(Known("variable", key) for key in ("my_db", "My-Db", "my_dc"))) == ["other-kind"] * 2


@pytest.mark.parametrize(
    ("wanted", "known"), [("a", "b"), ("my_db", "your_db"), ("orders", "ordering"), ("", "x"), ("db", "airflow")]
)
def test_what_is_another_word_is_not_near(wanted: str, known: str) -> None:
    assert whys(wanted, known) == []


def test_the_nearest_come_first_and_no_more_than_fit() -> None:
    letters = string.ascii_lowercase
    known = [
        Known("connection", "my_db", "other-account"),
        *(Known("connection", f"my_db{letter}") for letter in letters),
    ]
    nearest = found("my_db", "mydb", *reversed(known), "MY_DB")
    assert [each.known.key for each in nearest[:4]] == ["my_db", "MY_DB", "my_dba", "my_dbb"]
    assert len(nearest) == MOST
    ranks = [WHYS.index(each.why) for each in nearest]
    assert ranks == sorted(ranks)


def test_what_the_caller_holds_comes_back() -> None:
    assert found("my_db", Known("connection", "My_db", held=7))[0].known.held == 7


words = st.text(string.ascii_lowercase + "_", min_size=6, max_size=14)


@given(wanted=words, others=st.lists(words, max_size=20), data=st.data())
def test_a_planted_slip_is_always_among_them(wanted: str, others: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(wanted) - 2))
    slip = data.draw(
        st.sampled_from(
            [
                wanted[:place] + wanted[place + 1 :],
                wanted[:place] + "x" + wanted[place:],
                wanted[:place] + "x" + wanted[place + 1 :],
                wanted[:place] + wanted[place + 1] + wanted[place] + wanted[place + 2 :],
                wanted.upper(),
                f" {wanted}",
                f"airflow/connections/{wanted}",
            ]
        )
    )
    planted = Known("connection", slip, held="planted")
    everything = [Known("connection", each) for each in others] + [planted]
    nearest = near("connection", wanted, everything, PREFIXES, most=len(everything))
    assert (slip == wanted) or any(each.known.held == "planted" for each in nearest)


few = st.text("abc", max_size=5)


@given(left=few, right=few, limit=st.integers(0, 5))
def test_the_distance_is_that_of_the_definition(left: str, right: str, limit: int) -> None:
    whole = _distance(left, right)
    assert distance_up_to(limit, left, right) == (whole if whole <= limit else None)


def _distance(left: str, right: str) -> int:
    if not left or not right:
        return len(left) + len(right)
    ways = [
        _distance(left[:-1], right) + 1,
        _distance(left, right[:-1]) + 1,
        _distance(left[:-1], right[:-1]) + (left[-1] != right[-1]),
    ]
    if left[-2:] == right[-2:][::-1] and len(left) > 1 and len(right) > 1:
        ways.append(_distance(left[:-2], right[:-2]) + 1)
    return min(ways)
