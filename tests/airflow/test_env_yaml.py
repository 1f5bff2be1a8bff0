from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from secretsui.airflow.env_yaml import BadText, documents, line_of, text_of
from secretsui.airflow.environment import Unknown
from secretsui.core.sensitive import Sensitive

AMBIGUOUS = Unknown("ambiguous-yaml")


def read(text: str) -> Any:
    return documents(text)[0].content


def test_every_value_knows_its_line() -> None:
    found = read("a: 1\nb:\n  - x\n  - c: y\n")
    assert (line_of(found, "b"), line_of(found["b"], 1), line_of(found["b"][1], "c")) == (2, 4, 4)
    assert line_of({"a": 1}, "a") == 0


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("text", "text"),
        ("'5'", "5"),
        ("5", 5),
        ("-12", -12),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("yes", AMBIGUOUS),
        ("off", AMBIGUOUS),
        ("1.10", AMBIGUOUS),
        ("0777", AMBIGUOUS),
        ("0o17", AMBIGUOUS),
        ("1e5", AMBIGUOUS),
        ("1_000", AMBIGUOUS),
        ("12:30:45", AMBIGUOUS),
        ("2001-99-99", AMBIGUOUS),
        ("1234567", AMBIGUOUS),
        ("!!str 5", "5"),
        ("!!binary eA==", AMBIGUOUS),
        ("!custom x", AMBIGUOUS),
    ],
)
def test_what_tools_read_in_different_ways_stays_open(written: str, expected: object) -> None:
    assert read(f"a: {written}")["a"] == expected


@pytest.mark.parametrize(("value", "expected"), [(True, "true"), (5, "5"), ("x", "x")])
def test_values_become_text(value: object, expected: str) -> None:
    assert text_of(value) == Sensitive(expected)
    assert text_of([value]) == Unknown("not-text")


def test_merged_keys_count_less_than_own_ones_and_the_first_of_several_most() -> None:
    found = read("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], z: 3}")
    assert found["c"] == {"x": 1, "y": 1, "z": 3}


def test_keys_that_occur_twice_are_told() -> None:
    assert documents("a: 1\nb: {x: 1, x: 2}\na: 2\n")[0].doubles == [2, 3]


BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
MERGES = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 30))
WIDE = (
    "a: &a {" + ", ".join(f"k{n}: 1" for n in range(2_000)) + "}\n" + "".join(f"b{n}: {{<<: *a}}\n" for n in range(99))
)


@pytest.mark.parametrize("bomb", [BOMB, MERGES])
def test_aliases_do_not_make_a_small_text_large(bomb: str) -> None:
    assert len(read(bomb)) == 30


@pytest.mark.parametrize(
    ("hostile", "problem"),
    [
        ("[" * 5_000, ("too-deep", 1)),
        ("a:\n" + "".join(f"{' ' * n}- \n" for n in range(100)), ("too-deep", 61)),
        ("x: 1\na: &a [*a]", ("recursive", 2)),
        ("a: &a {<<: *a}", ("recursive", 1)),
        ("x: 1\n\x00", ("bad-text", 2)),
        ("a: \ud800", ("bad-text", 1)),
        ("a: 'x", ("bad-text", 1)),
        ("a: 1\nb: *x", ("bad-text", 2)),
        ("a:\n\t- b", ("bad-text", 2)),
        ("x" * 600_000, ("too-long", 0)),
        (WIDE, ("too-long", 0)),
    ],
)
def test_hostile_text_is_refused_with_its_line(hostile: str, problem: tuple[str, int]) -> None:
    with pytest.raises(BadText) as caught:
        documents(hostile)
    assert (caught.value.code, caught.value.line) == problem


def test_a_text_of_very_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secretsui.airflow.env_yaml._MAX_NODES", 10)
    assert read("[1, 2, 3]") == [1, 2, 3]
    with pytest.raises(BadText, match="too-long"):
        documents("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]")


# Without digits no text looks like a number to some other tool.
words = st.text(st.characters(exclude_characters="0123456789"))
trees = st.recursive(
    words | st.booleans() | st.none() | st.integers(-999_999, 999_999),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=8), trees, max_size=4), st.booleans())
def test_what_pyyaml_writes_is_read_as_it_was(tree: object, flow: bool) -> None:
    written = yaml.safe_dump(tree, default_flow_style=flow)
    assert read(written) == tree
