"""What Vault's refusals mean to people. Vault's own words are searched for known facts, never passed on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from secretsui.stores.base import (
    BadName,
    Conflict,
    Denied,
    Expired,
    StoreError,
    Throttled,
    TooLarge,
    Unavailable,
)

INVALID_TOKEN: Final = ("invalid token", "bad token", "missing client token")
CHECK_AND_SET: Final = "check-and-set parameter did not match"
_AGAIN: Final = (412, 429)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is none: its status, Vault's words, and what was asked for."""

    status: int
    words: str
    path: str  # as a policy spells it: secret/data/team/db
    capability: str  # create, read, update, delete or list
    name: str = ""

    @property
    def passes(self) -> bool:
        """It was refused before anything was done, and may not be a moment later."""
        return self.status in _AGAIN

    @property
    def names_token(self) -> bool:
        return any(each in self.words for each in INVALID_TOKEN)


def policy(path: str, capabilities: Sequence[str]) -> str:
    """A rule as Vault's policies are written."""
    return f"path {json.dumps(path, ensure_ascii=False)} {{ capabilities = {json.dumps([*capabilities])} }}"


def of_refusal(refusal: Refusal) -> StoreError:
    facts = {"code": str(refusal.status), "name": refusal.name}
    if refusal.status == 403:
        return denied(refusal)
    if refusal.status == 429:
        return Throttled("Vault is limiting the rate of requests.", **facts)
    if refusal.status == 404:
        return _no_route(refusal, facts)
    if refusal.status in (400, 405, 413) or "too large" in refusal.words:
        return _unaccepted(refusal, facts)
    if 300 <= refusal.status < 400:
        return Unavailable(
            "The server sends its requests elsewhere.",
            remedy="Enter the address of the active server or of the cluster, without a redirect in front.",
            **facts,
        )
    return _down(refusal, facts)


def denied(refusal: Refusal) -> StoreError:
    return Denied(
        f"Vault refused to {_VERBS[refusal.capability]} {refusal.path}.",
        remedy=f"Add to a policy of this login: {policy(refusal.path, [refusal.capability])}",
        code="403",
        name=refusal.name,
        action=refusal.capability,
        arn=refusal.path,
    )


_VERBS: Final = {
    "create": "create",
    "read": "read",
    "update": "change",
    "delete": "delete",
    "list": "list",
}


def expired(refusal: Refusal) -> StoreError:
    return Expired(
        "Vault does not accept the token of this account any more.",
        remedy="Renew or replace it. It may have reached its time to live, or been revoked.",
        code="403",
        name=refusal.name,
    )


def login_refused(refusal: Refusal) -> StoreError:
    """A wrong credential is a 400 of some methods and a 403 of others."""
    if refusal.status not in (400, 403, 404):
        return of_refusal(refusal)
    if "no handler for route" in refusal.words or refusal.status == 404:
        sentence, remedy = f"Vault has no login at {refusal.path}.", "Check where the method is mounted."
    elif "permission denied" in refusal.words or refusal.names_token:  # said of methods that are not mounted, too
        sentence, remedy = _REFUSED, "Check the credential and the role, the mount of the method and the namespace."
    else:
        sentence, remedy = _REFUSED, "Check the role, the user and the credential of this account."
    return Expired(sentence, remedy=remedy, code=str(refusal.status))


_REFUSED: Final = "Vault refused the login of this account."


def _no_route(refusal: Refusal, facts: dict[str, str]) -> StoreError:
    if "unsupported path" in refusal.words:
        return bad_name(**facts)
    return StoreError(
        f"Vault has no secrets engine at {refusal.path.partition('/')[0]}.",
        remedy="Check the mount of this prefix and the namespace of its account.",
        **facts,
    )


NAME_REMEDY: Final = "Leave out line breaks and .., a slash at either end, two slashes in a row and a dot at the end."


def bad_name(name: str, code: str = "") -> BadName:
    return BadName("Vault does not accept this name.", remedy=NAME_REMEDY, code=code, name=name)


def _unaccepted(refusal: Refusal, facts: dict[str, str]) -> StoreError:
    words = refusal.words
    if CHECK_AND_SET in words:
        return Conflict(**facts)
    if "too large" in words or refusal.status == 413:
        return TooLarge("The value is larger than this Vault accepts.", **facts)
    if "custom_metadata" in words:
        return StoreError(
            "Vault does not accept this custom metadata.",
            remedy="Use up to 64 keys of at most 128 bytes, and printable values of 1 to 512 bytes.",
            **facts,
        )
    if "missing data fields" in words or "no data provided" in words:
        return StoreError("Vault keeps no object without a key.", remedy="Enter at least one field.", **facts)
    if "printable" in words or "parent references" in words:
        return bad_name(**facts)
    return StoreError("Vault did not accept the request.", remedy="Check the name and the mount.", **facts)


def _down(refusal: Refusal, facts: dict[str, str]) -> StoreError:
    if "sealed" in refusal.words:
        return Unavailable("Vault is sealed.", remedy="Have it unsealed, then try again.", **facts)
    if refusal.status == 501:
        return Unavailable("Vault is not initialised.", remedy="Have it initialised and unsealed.", **facts)
    if refusal.status == 412:
        return Unavailable("This server of Vault is behind the others.", remedy="Try again in a minute.", **facts)
    if refusal.status in (472, 473) or "standby" in refusal.words:
        return Unavailable("This server of Vault stands by.", remedy="Enter the address of the active one.", **facts)
    return Unavailable("Vault failed to answer.", remedy="Try again; if it stays, see the log of Vault.", **facts)


def of_the_client(error: Exception, name: str) -> StoreError:
    """Nothing came back: told by the class, as the client's texts quote requests."""
    known = {each.__name__ for each in type(error).__mro__}
    for names, sentence, remedy in _BY_CLASS:
        if known & names:
            return Unavailable(sentence, remedy=remedy, code=type(error).__name__, name=name)
    return Unavailable("The request to Vault could not be sent.", code=type(error).__name__, name=name)


_ADDRESS: Final = "Check the address of this account, and the network between this server and Vault."
_BY_CLASS: Final = (
    (
        frozenset({"SSLError"}),
        "The certificate of Vault is not trusted.",
        "Name the certificate of its authority at this account, and use an address that its certificate names.",
    ),
    (frozenset({"ConnectTimeout", "ProxyError"}), "The server could not reach Vault.", _ADDRESS),
    (frozenset({"ReadTimeout"}), "Vault did not answer in time.", "Try again in a minute."),
    (frozenset({"ConnectionError", "ChunkedEncodingError"}), "The server could not reach Vault.", _ADDRESS),
    (
        frozenset({"InvalidURL", "MissingSchema", "InvalidSchema", "InvalidHeader", "UnicodeError"}),
        "The address or the namespace of this account is not usable.",
        "Correct it on the account's page.",
    ),
    (
        frozenset({"OSError", "FileNotFoundError"}),
        "The certificate file of this account cannot be read.",
        "Put it below the credentials folder, readable for this server.",
    ),
)


def foreign(name: str) -> StoreError:
    return Unavailable(
        "The answer did not come from Vault.",
        remedy="Check the address of this account and any proxy on the way.",
        name=name,
    )


def not_installed() -> StoreError:
    return Unavailable(
        "The client for Vault is not installed on this server.",
        remedy="Run pip install -r requirements-vault.txt, then restart it.",
        code="not-installed",
    )
