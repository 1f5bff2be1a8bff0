from __future__ import annotations

import pytest
from django.http import QueryDict

from secretsui.core import catalogue
from secretsui.web.forms.type_choice import chosen, is_choice
from tests.web.forms.conftest import BOAT, SHIP


@pytest.fixture(autouse=True)
def searching(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "search", lambda words: [BOAT, SHIP] if words == "oar" else [])


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("type=ship&conn_type=boat", "ship"),
        ("type=%20raft%20", "raft"),
        ("action=type&conn_type=boat&q=oar", "boat"),
        ("action=find&q=oar&conn_type=ship", "boat"),
        ("action=find&q=raft", "raft"),
        ("action=find&q=&conn_type=ship", "ship"),
        ("action=save&conn_type=ship&q=oar", ""),
    ],
)
def test_the_type_that_a_button_asks_for(sent: str, found: str) -> None:
    data = QueryDict(sent)
    assert chosen(data) == found
    assert is_choice(data) == bool(found)
