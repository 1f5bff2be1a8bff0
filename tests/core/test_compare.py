from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsui.core import compare
from secretsui.core.connection import Connection, conceal
from secretsui.core.sensitive import Hidden, Sensitive
from tests.core import strategies as some


def conn(**fields: Any) -> Connection:
    secret = {name: conceal(fields.pop(name)) for name in ("login", "password", "extra") if name in fields}
    return Connection(**fields, **secret)


def differences(left: Connection | None, right: Connection | None) -> dict[str, str]:
    return {diff.field: diff.state for diff in compare.compare(left, right)}


def of_texts(left: str | None, right: str | None) -> dict[str, str]:
    sides = [None if text is None else Sensitive(text) for text in (left, right)]
    return {diff.field: diff.state for diff in compare.compare_texts(*sides)}


def changes(*conns: Connection | None) -> dict[str, str]:
    return {found.field: found.change for found in compare.compare3(*conns)}


def test_each_field_that_is_set_somewhere_is_compared() -> None:
    left = conn(conn_type="http", host="h", login="a", port=1)
    right = conn(conn_type="http", host="h2", password="p", port=1)
    assert differences(left, right) == {
        "conn_type": "same",
        "host": "differs",
        "login": "only-left",
        "password": "only-right",
        "port": "same",
    }


def test_fields_come_in_airflows_order() -> None:
    left, right = conn(port=1, extra='{"b": 1}'), conn(conn_type="t", extra='{"a": 1}', host="h")
    assert list(differences(left, right)) == ["conn_type", "host", "port", "extra.b", "extra.a"]


def test_an_empty_field_is_no_field() -> None:
    assert differences(conn(host="", password=""), conn(extra="{}")) == {}


def test_an_extra_is_compared_key_by_key() -> None:
    left = conn(extra='{"same": [1, {"x": 2}], "type": 1, "gone": "x", "n": null}')
    right = conn(extra='{"type": true, "new": "", "same": [1,{"x":2}], "n": null}')
    assert differences(left, right) == {
        "extra.same": "same",
        "extra.type": "differs",
        "extra.gone": "only-left",
        "extra.n": "same",
        "extra.new": "only-right",
    }


def test_an_extra_on_one_side_only_is_taken_apart_too() -> None:
    assert differences(conn(extra='{"a": 1}'), conn()) == {"extra.a": "only-left"}


def test_an_extra_that_is_no_object_is_compared_as_a_whole() -> None:
    assert differences(conn(extra="[1]"), conn(extra='{"a": 1}')) == {"extra": "differs"}
    assert differences(conn(extra="[1]"), conn(extra="[1]")) == {"extra": "same"}


def test_what_could_not_be_read_cannot_be_compared() -> None:
    found = differences(None, conn(host="h", extra='{"a": 1}'))
    assert set(found) == {"conn_type", "description", "host", "login", "password", "schema", "port", "extra"}
    assert set(found.values()) == {"cannot-tell"}


def test_a_value_that_was_left_behind_cannot_be_compared() -> None:
    hidden: Any = Hidden()
    left = Connection(password=hidden, extra=hidden, host="h")
    assert differences(left, conn(password="p", extra="{}", host="h")) == {
        "host": "same",
        "password": "cannot-tell",
        "extra": "cannot-tell",
    }


@given(left=some.sound_connections(some.any_extras), right=some.sound_connections(some.any_extras))
def test_sides_can_be_swapped(left: Connection, right: Connection) -> None:
    mirror = {"only-left": "only-right", "only-right": "only-left"}
    swapped = {field: mirror.get(state, state) for field, state in differences(right, left).items()}
    assert differences(left, right) == swapped
    assert set(differences(left, left).values()) <= {"same"}


def test_texts_are_compared_by_key_where_both_are_objects() -> None:
    assert of_texts('{"a": 1, "b": 2}', '{"b": 3, "c": 1}') == {"a": "only-left", "b": "differs", "c": "only-right"}
    assert of_texts('{"a": 1}', '{"a":1}') == {"a": "same"}


@pytest.mark.parametrize(
    ("left", "right", "state"),
    [
        ("x", "x", "same"),
        ("x", "y", "differs"),
        ("", "x", "differs"),
        ('{"a": 1}', "x", "differs"),
        ("[1]", "[1] ", "differs"),
        (None, "x", "cannot-tell"),
        ("{}", None, "cannot-tell"),
    ],
)
def test_other_texts_are_compared_as_a_whole(left: str | None, right: str | None, state: str) -> None:
    assert of_texts(left, right) == {"text": state}


def test_two_edits_are_told_apart_field_by_field() -> None:
    base = conn(conn_type="t", host="h", login="l", port=1, extra='{"a": 1, "b": 1}')
    theirs = conn(conn_type="t", host="h2", login="l2", port=2, extra='{"a": 2, "b": 1}')
    mine = conn(conn_type="t", host="h", login="l3", port=2, extra='{"a": 1}', schema="s")
    assert changes(base, theirs, mine) == {
        "conn_type": "unchanged",
        "host": "theirs",
        "login": "clash",
        "schema": "mine",
        "port": "both",
        "extra.a": "theirs",
        "extra.b": "mine",
    }


def test_edits_of_an_unreadable_value_cannot_be_told_apart() -> None:
    assert set(changes(None, conn(host="a"), conn(host="b")).values()) == {"cannot-tell"}


@given(base=some.hostile, theirs=some.hostile, mine=some.hostile)
def test_edits_of_a_text_are_told_apart_as_a_whole(base: str, theirs: str, mine: str) -> None:
    [found] = compare.compare3_texts(Sensitive(base), Sensitive(theirs), Sensitive(mine))
    assert found.field == "text"
    assert (found.change == "unchanged") == (base == theirs == mine)
    assert (found.change == "clash") == (len({base, theirs, mine}) == 3)


def test_edits_of_json_texts_are_told_apart_by_key() -> None:
    texts = [Sensitive(text) for text in ('{"a": 1, "b": 1}', '{"a": 2, "b": 1}', '{"a": 3, "b": 1}')]
    assert [(found.field, found.change) for found in compare.compare3_texts(*texts)] == [
        ("a", "clash"),
        ("b", "unchanged"),
    ]


@given(text=st.text(min_size=1))
def test_a_comparison_holds_no_value(text: str) -> None:
    canary = f"c4nary{text}"
    found = [
        *compare.compare(conn(password=canary, host=canary), conn(password="p")),
        *compare.compare_texts(Sensitive(canary), None),
    ]
    assert "c4nary" not in repr(found)


class TestAlike:
    @given(left=some.sound_connections(some.any_extras), right=some.sound_connections(some.any_extras))
    def test_what_is_surely_alike_differs_nowhere(self, left: Connection, right: Connection) -> None:
        for other in (right, left):
            if compare.is_alike(left, other):
                assert set(differences(left, other).values()) <= {"same"}

    def test_equal_fields_of_one_type_are(self) -> None:
        one, other = (conn(conn_type="http", login="a", port=1, extra='{"a": 1}') for _ in range(2))
        assert compare.is_alike(one, other)

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ({"port": 1}, {"port": True}),
            ({"login": "5"}, {"login": 5}),
            ({"host": "a"}, {"host": "b"}),
            ({"login": 5}, {"login": 5}),
            ({"extra": "[" * 2000}, {"extra": "[" * 2000}),
            ({"password": None}, {"password": "p"}),
        ],
    )
    def test_others_are_looked_at_more_closely(self, left: dict[str, Any], right: dict[str, Any]) -> None:
        assert not compare.is_alike(conn(**left), conn(**right))

    def test_what_is_hidden_is_not(self) -> None:
        hidden = Connection(password=Hidden())  # type: ignore[arg-type]
        assert not compare.is_alike(hidden, hidden)
