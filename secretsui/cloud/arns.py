"""The ARNs of secrets that an identity speaks of."""

from __future__ import annotations

from secretsui.cloud.sessions import Identity


def arn_of(identity: Identity, name: str) -> str:
    """The ARN of the secret of this name, its random end as a pattern; for "" every secret of the account."""
    return arn_like(identity, f"{name}-??????" if name else "*")


def arn_like(identity: Identity, pattern: str, account_id: str = "") -> str:
    """The ARN of the secrets whose name and random end look like `pattern`."""
    partition = {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(identity.region.rsplit("-", 2)[0], "aws")
    account = account_id or _account(identity)
    return f"arn:{partition}:secretsmanager:{identity.region}:{account}:secret:{pattern}"


def _account(identity: Identity) -> str:
    from_role = identity.role_chain[-1][0].split(":")[4:5] if identity.role_chain else []
    return identity.account_id or (from_role[0] if from_role else "*")
