from __future__ import annotations

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_attempts_yet() -> None:
    """Attempts are counted per address and person for minutes; ids of people come again in the next test."""
    cache.clear()
