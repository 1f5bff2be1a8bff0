"""The ARNs of secrets and parameters that an identity speaks of."""

from __future__ import annotations

from typing import Final

from secretsui.cloud.sessions import Identity

# What begins the name of a region outside the partition that most are in.
_PARTITIONS: Final = {"cn": "aws-cn", "us-gov": "aws-us-gov"}


def arn_of(identity: Identity, name: str) -> str:
    """The ARN of the secret of this name, its random end as a pattern; for "" every secret of the account."""
    return arn_like(identity, f"{name}-??????" if name else "*")


def arn_like(identity: Identity, pattern: str, account_id: str = "") -> str:
    """The ARN of the secrets whose name and random end look like `pattern`."""
    return f"{_place(identity, 'secretsmanager', account_id)}:secret:{pattern}"


def parameter_arn(identity: Identity, pattern: str, account_id: str = "") -> str:
    """The ARN of the parameters whose name looks like `pattern`: the slash that a name begins with is not doubled."""
    return f"{_place(identity, 'ssm', account_id)}:parameter/{pattern.removeprefix('/')}"


def partition_of(region: str) -> str:
    return _PARTITIONS.get(region.rsplit("-", 2)[0], "aws")


def _place(identity: Identity, service: str, account_id: str) -> str:
    return f"arn:{partition_of(identity.region)}:{service}:{identity.region}:{account_id or _account(identity)}"


def _account(identity: Identity) -> str:
    from_role = identity.role_chain[-1][0].split(":")[4:5] if identity.role_chain else []
    return identity.account_id or (from_role[0] if from_role else "*")
