from __future__ import annotations

import pytest

from secretsui.core.connection import Connection, Mistyped, conceal, plain
from secretsui.core.sensitive import MASK, Sensitive


def test_printing_names_the_fields_that_are_set_and_nothing_in_them() -> None:
    conn = Connection(conn_type="postgres", host="c4nary", password=Sensitive("c4nary"), schema="c4nary")
    assert repr(conn) == str(conn) == "Connection(conn_type, host, password, schema)"


@pytest.mark.parametrize("value", [5, 0, True, None, [], {"a": None}, "text", ""])
def test_what_is_concealed_comes_back_as_it_was(value: object) -> None:
    concealed = conceal(value)
    assert plain(concealed) == value
    assert type(plain(concealed)) is type(value)
    assert bool(concealed) == bool(value)


def test_a_mistyped_value_reveals_as_json_and_prints_as_dots() -> None:
    assert Mistyped({"a": None}).reveal() == '{"a": null}'
    assert str(Mistyped(5)) == MASK


def test_a_number_is_not_the_text_of_it() -> None:
    assert Mistyped(5) == Mistyped(5)
    assert Mistyped(5) != Sensitive("5")
    assert Sensitive("5") != Mistyped(5)
    assert len({Mistyped(5), Mistyped(5), Sensitive("5")}) == 2


def test_a_value_nested_beyond_writing_still_has_a_text() -> None:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    assert Mistyped(nested).reveal() == "…"
