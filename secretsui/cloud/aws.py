"""AWS identities, opened: the one module through which the rest of the product reaches the SDK."""

from __future__ import annotations

from dataclasses import dataclass

from secretsui.cloud.edge import ask
from secretsui.cloud.sessions import Identity, Tuning, client, forget, forget_all

__all__ = ["Caller", "Identity", "Tuning", "client", "forget", "forget_all", "who_am_i"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who AWS says we are."""

    account_id: str
    arn: str
    user_id: str


def who_am_i(identity: Identity) -> Caller:
    """Asks STS, which needs no right for it; raises a `StoreError` when there is no usable identity."""
    answer = ask(identity, "get_caller_identity", service="sts")
    return Caller(account_id=answer["Account"], arn=answer["Arn"], user_id=answer["UserId"])
