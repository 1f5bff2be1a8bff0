from __future__ import annotations

import pytest

from secretsui.inventory.clean import fit, storable, storable_json
from secretsui.inventory.models import SecretRecord


@pytest.mark.parametrize(
    ("text", "stored"), [("plain", "plain"), ("naïve 🦆", "naïve 🦆"), ("a\0b", "a\ufffdb"), ("half \ud83e", "half ?")]
)
def test_what_no_database_takes_is_replaced(text: str, stored: str) -> None:
    assert storable(text) == stored


def test_a_text_is_cut_to_its_column() -> None:
    assert fit(SecretRecord, "form", "x" * 50) == "x" * 8
    assert fit(SecretRecord, "search", "x" * 5000) == "x" * 5000


def test_every_text_in_json_is_made_fit() -> None:
    given = {"a\0": ["b\0", {"c": "\ud800"}, 1, None, True]}
    assert storable_json(given) == {"a\ufffd": ["b\ufffd", {"c": "?"}, 1, None, True]}
