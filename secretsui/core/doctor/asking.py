"""How Airflow asks for a secret of another account: by which name, and in which region."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from secretsui.core.doctor.judging import Role

_ARN: Final = re.compile(r"arn:([a-z-]*):secretsmanager:([^:]*):([^:]*):secret:(.+)", re.DOTALL)
_SUFFIX: Final = re.compile(r"-[A-Za-z0-9]{6}")
_ENDS_LIKE_ONE: Final = re.compile(r".*-[A-Za-z0-9]{6}", re.DOTALL)
ACCOUNT: Final = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, slots=True)
class Secret:
    """The secret as its store tells it: its full ARN, with the random end."""

    name: str
    arn: str

    @property
    def partition(self) -> str:
        return self.arn.split(":")[1]

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]


@dataclass(frozen=True, slots=True)
class Asking:
    """`name` is what Airflow sends as SecretId, "" where that is not known; `region` is the one that it asks in."""

    name: str = ""
    region: str = ""


def faults(asking: Asking, secret: Secret, role: Role) -> Iterator[tuple[str, dict[str, str]]]:
    """Why this secret is not what the question leads to, each as a code and its facts."""
    if asking.region and asking.region != secret.region:
        yield "other-region", {"asked": asking.region, "secret": secret.region}
    if role.partition != secret.partition:
        yield "other-partition", {"asked": role.partition, "secret": secret.partition}
    if not asking.name:
        return
    found = _ARN.fullmatch(asking.name)
    if found is None:
        yield from _of_name(asking.name, secret, role)
        return
    partition, region, account, name = found.groups()
    if not ACCOUNT.fullmatch(account):
        yield "account-digits", {"asked": account, "digits": str(len(account))}
    elif account != secret.account:
        yield "other-account", {"asked": account, "secret": secret.account}
    if partition != secret.partition:
        yield "arn-partition", {"asked": partition, "secret": secret.partition}
    if region != secret.region:
        yield "arn-region", {"asked": region, "secret": secret.region}
    yield from _of_end(name, secret)


def _of_name(name: str, secret: Secret, role: Role) -> Iterator[tuple[str, dict[str, str]]]:
    if name.startswith("arn:"):
        yield "no-arn", {}
    elif role.account != secret.account:
        yield "name-only", {"asked": name, "account": role.account}
    elif name != secret.name:
        yield _difference(name, secret.name), {"asked": name, "secret": secret.name}


def _of_end(name: str, secret: Secret) -> Iterator[tuple[str, dict[str, str]]]:
    """Six letters after a hyphen are taken for the random end, also where they are a part of the name."""
    full = secret.arn.split(":", 6)[6]
    if name == full:
        return
    if name == secret.name:
        if _ENDS_LIKE_ONE.fullmatch(name):
            yield "suffix-trap", {"asked": name, "full": full}
    elif name.startswith(secret.name) and _SUFFIX.fullmatch(name[len(secret.name) :]):
        yield "other-suffix", {"asked": name, "full": full}
    else:
        yield _difference(name, secret.name), {"asked": name, "secret": secret.name}


def _difference(asked: str, name: str) -> str:
    return "slash" if asked.strip("/") == name.strip("/") else "other-name"
