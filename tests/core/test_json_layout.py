from __future__ import annotations

import json

import pytest
from hypothesis import given

from secretsui.core import json_layout
from tests.core.strategies import hostile, json_of

VALUES = json_of(hostile)


@given(VALUES)
def test_both_layouts_hold_the_same_tokens(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    pretty = json_layout.pretty(text)
    assert pretty == json.dumps(value, indent=2, ensure_ascii=False)
    assert json_layout.compact(pretty) == json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize(
    "text", ['{"a": 1.10, "a": 1E5}', '["\\u00e9\\/"]', "[0.1234567890123456789, NaN]", '" {[:,]} "']
)
def test_nothing_is_spelled_anew(text: str) -> None:
    assert json_layout.compact(json_layout.pretty(text) or "") == json_layout.compact(text)
    assert "".join(text.split(" ")) == json_layout.compact(text).replace(" ", "")


def test_what_is_nested_too_deeply_is_not_indented() -> None:
    assert json_layout.pretty("[" * 2_000 + "]" * 2_000) is None
    assert json_layout.pretty("[" * 20 + "]" * 20) is not None
