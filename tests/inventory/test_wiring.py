from __future__ import annotations

from typing import Any

import pytest

from secretsui.inventory import wiring
from secretsui.stores.secrets_manager import SecretsManagerStore
from tests.conftest import NOWHERE, REGION, Place

CHAIN = [{"role_arn": "arn:aws:iam::1:role/hop", "external_id": "x"}, {"role_arn": "arn:aws:iam::2:role/last"}]
STEPS = (("arn:aws:iam::1:role/hop", "x"), ("arn:aws:iam::2:role/last", ""))


@pytest.mark.parametrize(
    ("credentials", "profile", "role_chain"),
    [("ambient", "", ()), ("profile", "dev", ()), ("role", "dev", STEPS)],
)
def test_an_account_becomes_an_identity(place: Place, credentials: str, profile: str, role_chain: Any) -> None:
    account = place.account
    account.credentials, account.profile, account.role_chain = credentials, "dev", CHAIN
    place.connections.account = account
    store = wiring.open_store(place.connections)
    assert isinstance(store, SecretsManagerStore)
    identity = store.identity
    assert (identity.profile, identity.role_chain) == (profile, role_chain)
    assert (identity.region, identity.endpoint_url, identity.account_id) == (REGION, NOWHERE, "111122223333")
