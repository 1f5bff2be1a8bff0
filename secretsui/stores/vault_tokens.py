"""The logins of this process: a store is opened for each page, and each login would leave a token behind in Vault."""

from __future__ import annotations

import secrets
import threading
from dataclasses import replace
from typing import Final

from secretsui.core.sensitive import Sensitive
from secretsui.stores import vault_login
from secretsui.stores.vault_place import VaultPlace

Key = tuple[VaultPlace, str]

MOST: Final = 200
_PROCESS: Final = secrets.token_bytes(32)
_tokens: Final[dict[Key, Sensitive]] = {}
_keeping: Final = threading.Lock()


def key_of(place: VaultPlace, body: Sensitive | None) -> Key:
    """The same for every mount, and another for another credential: who enters one gets no login of somebody else's."""
    where = replace(place, mount="", kv=0, auth_mount=vault_login.path_of(place))
    return where, body.fingerprint(_PROCESS) if body is not None else ""


def found(key: Key) -> Sensitive | None:
    with _keeping:
        return _tokens.get(key)


def keep(key: Key, token: Sensitive) -> None:
    with _keeping:
        while len(_tokens) >= MOST:
            del _tokens[next(iter(_tokens))]
        _tokens[key] = token


def forget_all() -> None:
    with _keeping:
        _tokens.clear()
