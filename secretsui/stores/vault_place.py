"""Where one key-value engine of Vault is, and how one logs in there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# As the hashicorp provider spells the ways to log in.
AUTHS: Final = ("token", "approle", "userpass", "kubernetes", "aws_iam", "jwt")


@dataclass(frozen=True, slots=True)
class VaultPlace:
    """One mount of one server. Nothing in here is secret: an AppRole's role id is a name, its secret id is not."""

    url: str
    mount: str  # may have slashes
    kv: int = 0  # the engine's version, 1 or 2; 0 asks the server
    namespace: str = ""
    auth: str = "token"  # one of AUTHS
    auth_mount: str = ""  # where the method is mounted, if not under its own name
    role: str = ""  # of approle its role id; of kubernetes, aws_iam and jwt the role
    username: str = ""
    region: str = ""  # of AWS, for aws_iam
    ca_file: str = ""  # a path that has been checked already; "" for the authorities that the server trusts anyway
