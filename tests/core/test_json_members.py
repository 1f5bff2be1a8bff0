from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsui.core.json_members import append, members, remove, replace

TEXT = ' {"a" : 1.10 ,\n\t"b":{"a":[1e400, "}"]}, "a":"x\\u00fc" } '


def test_members_and_their_places() -> None:
    assert [(each.name, TEXT[each.value : each.end]) for each in members(TEXT)] == [
        ("a", "1.10"),
        ("b", '{"a":[1e400, "}"]}'),
        ("a", '"x\\u00fc"'),
    ]


def test_a_value_is_replaced_wherever_its_name_stands() -> None:
    assert replace(TEXT, "b", "null") == ' {"a" : 1.10 ,\n\t"b":null, "a":"x\\u00fc" } '
    assert replace(TEXT, "a", "2") == ' {"a" : 2 ,\n\t"b":{"a":[1e400, "}"]}, "a":2 } '
    assert replace(TEXT, "c", "2") == TEXT


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('{"x": 1}', "{}"),
        ('{"x": 1, "b": 2}', '{"b": 2}'),
        ('{"a": 1, "x": 2}', '{"a": 1}'),
        ('{"a": 1, "x": 2, "b": 3}', '{"a": 1, "b": 3}'),
        ('{\n  "a": 1,\n  "x": 2\n}', '{\n  "a": 1\n}'),
        ('{"x": 1, "x": 2}', "{}"),
        ('{"x": 1, "a": 2, "x": 3}', '{"a": 2}'),
    ],
)
def test_a_member_goes_with_its_comma(text: str, left: str) -> None:
    assert remove(text, "x") == left


def test_a_name_that_stands_thousands_of_times_goes_in_no_time() -> None:
    started = time.process_time()
    assert remove("{" + '"x": 1, ' * 5_000 + '"a": 2}', "x") == '{"a": 2}'
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("text", "longer"),
    [
        ("{}", '{"x": 0}'),
        ('{"a": 1}', '{"a": 1, "x": 0}'),
        ('{"a":1}', '{"a":1,"x":0}'),
        ('{"a": 1,"b": 2}', '{"a": 1,"b": 2,"x": 0}'),
        ('{\n  "a": 1\n}\n', '{\n  "a": 1,\n  "x": 0\n}\n'),
        ('{"a" : 1 }', '{"a" : 1, "x" : 0 }'),
    ],
)
def test_a_new_member_looks_like_the_others(text: str, longer: str) -> None:
    assert append(text, '"x"', "0") == longer


objects = st.dictionaries(st.text(max_size=3), st.integers() | st.lists(st.text(max_size=2), max_size=2), max_size=5)


@given(objects, st.sampled_from([None, 0, 2, "\t"]), st.sampled_from([(",", ":"), (", ", ": ")]), st.data())
def test_every_change_is_the_change_of_the_object(
    found: dict[str, Any], indent: Any, separators: tuple[str, str], data: st.DataObject
) -> None:
    text = json.dumps(found, indent=indent, separators=separators)
    name = data.draw(st.sampled_from([*found, "new"]))
    spelled = json.dumps(name)
    assert json.loads(remove(text, name)) == {key: value for key, value in found.items() if key != name}
    assert json.loads(replace(text, name, "[7]")) == {key: [7] if key == name else found[key] for key in found}
    if name not in found:
        assert json.loads(append(text, spelled, "[7]")) == found | {name: [7]}
