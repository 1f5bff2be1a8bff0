from __future__ import annotations

import copy
import pickle

import pytest

from secretsui.airflow.masks import extra, is_masked, told
from secretsui.core.masked import MaskedObject
from secretsui.core.sensitive import Hidden, Sensitive


@pytest.mark.parametrize("text", ["***", "postgres://u:***@h", '{"a": "***"}', "<redaction-failed>", "< hidden >"])
def test_a_mask_anywhere_hides_a_value(text: str) -> None:
    assert is_masked(text)
    assert isinstance(told(text), Hidden)


@pytest.mark.parametrize("text", ["", "**", "hunter2", '{"password": 12}'])
def test_what_has_no_mask_is_told(text: str) -> None:
    assert told(text) == extra(text) == Sensitive(text)


def test_an_extra_keeps_what_it_shows() -> None:
    found = extra('{"region": "eu", "n": [1, 2], "token": "***", "nested": {"a": 1, "password": "***"}}')
    assert isinstance(found, MaskedObject)
    assert {key: value for key, value in found.members.items() if not isinstance(value, Hidden)} == {
        "region": "eu",
        "n": [1, 2],
    }
    assert set(found.members) == {"region", "n", "token", "nested"}


@pytest.mark.parametrize("text", ["***", '["***"]', '{"broken: "***"', "[" * 100_000 + "***"])
def test_an_extra_that_is_no_object_is_hidden_as_a_whole(text: str) -> None:
    assert type(extra(text)) is Hidden


@pytest.mark.parametrize("depth", range(100, 1100, 20))
def test_an_extra_of_any_depth_is_read_or_hidden(depth: int) -> None:
    assert isinstance(extra(f'{{"a": {"[" * depth}"***"{"]" * depth}}}'), Hidden)


def test_a_masked_extra_is_no_text_and_leaves_no_process() -> None:
    found = extra('{"region": "canary", "token": "***"}')
    with pytest.raises(TypeError):
        found.reveal()
    assert "canary" not in f"{found} {found!r}"
    for kept in (pickle.loads(pickle.dumps(found)), copy.copy(found), copy.deepcopy(found)):
        assert type(kept) is Hidden
