"""The accounts of the sample company, and the credentials from which each is reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

HOME_REGION: Final = "eu-central-1"


@dataclass(frozen=True, slots=True)
class SampleAccount:
    name: str
    account_id: str
    environment: str
    external_id: str
    regions: Sequence[str]

    @property
    def role_arn(self) -> str:
        return f"arn:aws:iam::{self.account_id}:role/secretsui"


# The first is where secretsui itself runs; it reaches each of them, this one included, by assuming a role.
ACCOUNTS: Final = (
    SampleAccount("shared-platform", "258781458051", "shared", "", [HOME_REGION]),
    SampleAccount("data-dev", "111122223333", "dev", "", [HOME_REGION]),
    SampleAccount("data-prod", "444455556666", "prod", "halden-secretsui-4417", [HOME_REGION, "us-east-1"]),
)
# Of nobody: the sample AWS reads the account from the digits of the key.
AMBIENT: Final[Mapping[str, str]] = {
    "AWS_ACCESS_KEY_ID": f"AKIA{ACCOUNTS[0].account_id}DEMO",
    "AWS_SECRET_ACCESS_KEY": "sample-key-of-nobody",
    "AWS_DEFAULT_REGION": HOME_REGION,
}
