from __future__ import annotations

import pytest

from tests.aws import Aws
from tests.conftest import Place
from tests.web.one_secret import OneSecret


@pytest.fixture
def one(aws: Aws, live_place: Place) -> OneSecret:
    """The connection `postgres_crm`, not made yet."""
    return OneSecret(aws, live_place, live_place.connections)


@pytest.fixture
def variable(aws: Aws, live_place: Place) -> OneSecret:
    """The variable `settings`, not made yet."""
    return OneSecret(aws, live_place, live_place.variables, key="settings")
