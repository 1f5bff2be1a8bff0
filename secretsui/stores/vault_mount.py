"""What a mount is: which version of the key-value engine answers there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from secretsui.stores.base import Denied, StoreError
from secretsui.stores.vault_session import Request, Session


def version_of(session: Session, mount: str) -> int:
    """Raises a StoreError where it is no key-value engine, or where Vault does not say."""
    found = _told(session, mount)
    if found.get("type") not in ("kv", "generic"):
        raise StoreError(
            f"The secrets engine at {mount} keeps no keys and values.",
            remedy="Choose a mount of the engine kv for this prefix.",
            code="not-kv",
        )
    return 2 if (found.get("options") or {}).get("version") == "2" else 1


def _told(session: Session, mount: str) -> Mapping[str, Any]:
    try:
        return session.ask(Request("GET", f"sys/internal/ui/mounts/{mount}", proof="type")).data
    except Denied as error:
        code = error.code
    # Shown to whoever may do anything below it; a rule for this path alone would show it to nobody.
    raise Denied(
        f"Vault shows this login no secrets engine at {mount}.",
        remedy=f"Check the mount and the namespace, or allow the login something below {mount}/.",
        code=code,
        arn=f"{mount}/",
    )


def require(session: Session, mount: str, kv: int) -> None:
    """That it is the version that the prefix says: the paths of one are other keys to the other."""
    try:
        found = version_of(session, mount)
    except Denied:
        return  # may do something there all the same, and is told what it may not when it does
    if found != kv:
        raise wrong_version(mount, kv)


def wrong_version(mount: str, kv: int) -> StoreError:
    return StoreError(
        f"The secrets engine at {mount} is not version {kv}.",
        remedy=f"Set the version of this prefix to {3 - kv}.",
        code="kv-version",
    )
