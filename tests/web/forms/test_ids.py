"""Ids that a browser sends."""

from __future__ import annotations

import pytest

from secretsui.web.forms.ids import is_id


@pytest.mark.parametrize("text", ["0", "7", "9" * 18])
def test_a_number_that_a_database_can_hold_is_an_id(text: str) -> None:
    assert is_id(text)


@pytest.mark.parametrize("text", ["", "-1", "1.0", " 1", "1\n", "none", "٣", "9" * 19])
def test_nothing_else_is(text: str) -> None:
    assert not is_id(text)
