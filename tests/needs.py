"""What a test cannot do without: a missing one is a skip with its reason on a laptop, and a failure in CI."""

from __future__ import annotations

import os

import pytest


def need(condition: object, reason: str) -> None:
    if condition:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must have it: {reason}", pytrace=False)
    pytest.skip(reason)
