"""What Azure's refusals mean to people. Its own words are searched for known facts, never passed on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from secretsui.stores import network_faults
from secretsui.stores.azure_place import AzurePlace
from secretsui.stores.base import (
    BadName,
    Denied,
    DisabledVersion,
    Expired,
    NotFound,
    PendingDeletion,
    StoreError,
    Throttled,
    TooLarge,
    Unavailable,
)

SERVICE: Final = "Azure Key Vault"
NAME_REMEDY: Final = "Use letters, digits and hyphens, at most 127 of them."
BY_POLICIES: Final = "AccessDenied"
# The least of Azure's roles that has each action, and the permission of an access policy that stands for it.
ROLES: Final[Mapping[str, str]] = {
    "readMetadata/action": "Key Vault Reader",
    "getSecret/action": "Key Vault Secrets User",
    "setSecret/action": "Key Vault Secrets Officer",
    "update/action": "Key Vault Secrets Officer",
    "delete": "Key Vault Secrets Officer",
    "recover/action": "Key Vault Secrets Officer",
    "purge/action": "Key Vault Secrets Officer",
}
ACTIONS: Final = "Microsoft.KeyVault/vaults/secrets/"

_ACTION: Final = re.compile(r"Action: '([^'\r\n]+)'")
_RESOURCE: Final = re.compile(r"Resource: '([^'\r\n]+)'", re.IGNORECASE)
_PERMISSION: Final = re.compile(r"does not have secrets (\w+) permission")


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    code: str
    inner: str  # the more exact code within, where there is one
    words: str  # searched, never shown
    place: AzurePlace
    name: str = ""

    def facts(self) -> dict[str, str]:
        return {"code": self.inner or self.code or str(self.status), "name": self.name}


def refusal(error: Any, place: AzurePlace, name: str) -> Refusal:
    body = _body(error.response)
    inner = body.get("innererror") or body.get("innerError") or {}
    return Refusal(
        status=int(error.status_code or 0),
        code=str(body.get("code", "")),
        inner=str(inner.get("code", "")) if isinstance(inner, dict) else "",
        words=str(body.get("message", "")),
        place=place,
        name=name,
    )


def _body(response: Any) -> Mapping[str, Any]:
    try:
        found = response.json()["error"]
    except (AttributeError, ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def of_refusal(said: Refusal) -> StoreError:
    if said.status >= 500:
        return Unavailable(f"{SERVICE} answered with an internal error.", **said.facts())
    make = _BY_STATUS.get(said.status)
    if make:
        return make(said)
    return StoreError(f"{SERVICE} did not accept the request.", **said.facts())


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""


def _denied(said: Refusal) -> StoreError:
    if said.inner == "SecretDisabled":
        return DisabledVersion(**said.facts())
    known = _NETWORK.get(said.inner)
    if known:
        return Denied(known[0], remedy=known[1], arn=said.place.vault_url, **said.facts())
    if "purge" in said.words and "does not have" not in said.words and "Action:" not in said.words:
        return StoreError(PROTECTED, remedy=PROTECTED_REMEDY, **said.facts())
    permission = _found(_PERMISSION, said.words)
    if permission:
        return _denied_by_policy(said, permission)
    action = _found(_ACTION, said.words)
    resource = _found(_RESOURCE, said.words) or said.place.vault_url
    role = ROLES.get(action.removeprefix(ACTIONS), "Key Vault Secrets Officer")
    return Denied(
        f"Azure refused {action or 'the request'}.",
        remedy=f"Assign the role {role} on the vault or on {resource} to the identity that this account uses; that "
        "takes some minutes to be heard of everywhere.",
        action=action,
        arn=resource,
        **said.facts(),
    )


def _denied_by_policy(said: Refusal, permission: str) -> StoreError:
    return Denied(
        f"Azure refused the permission {permission} on secrets.",
        remedy=f"Add {permission} to the secret permissions of this identity in the access policies of "
        f"{said.place.host}.",
        action=permission,
        arn=said.place.vault_url,
        **said.facts(),
    )


PROTECTED: Final = "This vault is protected from purging, so nothing in it can be deleted at once."
PROTECTED_REMEDY: Final = "Delete it in the ordinary way; the vault removes it when its retention ends."
_NETWORK: Final = {
    "ForbiddenByFirewall": (
        "The firewall of the vault lets this server's address through no more than any other.",
        "Add the address or the subnet of this server to the vault's network rules, or use its private endpoint.",
    ),
    "ForbiddenByConnection": (
        "The vault takes no requests from the public network.",
        "Ask it through its private endpoint: this server needs a way to it, and its private DNS zone.",
    ),
}


def _not_found(said: Refusal) -> StoreError:
    if not said.code:  # the vault says which; a proxy that has no such route does not
        return network_faults.foreign(SERVICE)
    return NotFound(**said.facts())


def _conflict(said: Refusal) -> StoreError:
    if said.inner == "ObjectIsDeletedButRecoverable":
        return PendingDeletion(**said.facts())
    return StoreError(
        "The vault is still deleting or recovering a secret of this name.",
        remedy="Try again in some seconds.",
        **said.facts(),
    )


def _throttled(said: Refusal) -> StoreError:
    return Throttled("Azure is limiting the rate of requests of this vault.", **said.facts())


def _unaccepted(said: Refusal) -> StoreError:
    words = said.words.lower()
    if "invalid name" in words:
        return BadName(remedy=NAME_REMEDY, **said.facts())
    if "tag" in words:
        return StoreError(
            "Azure does not accept these tags.",
            remedy="Use at most 15 tags, with names and values of at most 256 characters.",
            **said.facts(),
        )
    if "contenttype" in words.replace(" ", ""):
        return StoreError(
            "Azure does not accept this description.",
            remedy="It is kept as the content type, which takes 255 characters.",
            **said.facts(),
        )
    if "value" in words:
        return TooLarge("Azure did not accept the value.", **said.facts())
    return StoreError(f"{SERVICE} did not accept a part of the request.", remedy="Check the name.", **said.facts())


def _unaccepted_credential(said: Refusal) -> StoreError:
    if "AKV10032" in said.words:
        return Expired(
            "The vault belongs to another tenant than the identity of this account.",
            remedy="Enter the tenant of the vault, and an application of that tenant.",
            **said.facts(),
        )
    return Expired(
        f"{SERVICE} does not accept the token of this account.",
        remedy="Check the tenant, the application and this server's clock.",
        **said.facts(),
    )


_BY_STATUS: Final[dict[int, Callable[[Refusal], StoreError]]] = {
    400: _unaccepted,
    401: _unaccepted_credential,
    403: _denied,
    404: _not_found,
    409: _conflict,
    429: _throttled,
}


def of_the_sdk(error: Exception, place: AzurePlace) -> StoreError:
    """Nothing came back from the vault: the login failed, or the way there."""
    known = {each.__name__ for each in type(error).__mro__}
    code = type(error).__name__
    if "CredentialUnavailableError" in known:
        return Expired(
            "The server has no Azure identity for this account.",
            remedy="Give the server one: a managed or workload identity, or a client secret as credential.",
            code=code,
        )
    if "ClientAuthenticationError" in known:
        silent = network_faults.of_the_network(error, "Azure's login", "the login of Azure")
        return silent or _login_refused(str(error), code)
    if known & {"DecodeError", "JSONDecodeError"} or isinstance(error, network_faults.SURPRISES):
        return network_faults.foreign(SERVICE)
    if "ServiceRequestError" in known and "non-TLS" in str(error):
        return Unavailable("A key vault is asked over https alone.", remedy="Correct its address.", code=code)
    if "ValueError" in known or "NotImplementedError" in known:
        return _unusable(str(error), code)
    return network_faults.why_silent(error, SERVICE, place.host)


def _login_refused(words: str, code: str) -> StoreError:
    for sign, sentence, remedy in _LOGINS:
        if sign in words:
            return Expired(sentence, remedy=remedy, code=sign if sign.startswith("AADSTS") else code)
    return Expired(
        "Azure refused the login of this account.",
        remedy="Check the tenant, the application and its secret or certificate.",
        code=code,
    )


# What stands in the answers of the login service: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_LOGINS: Final = (
    (
        "AADSTS7000222",
        "The client secret of the application has expired.",
        "Make a new one, and put it in the place of the credential.",
    ),
    (
        "AADSTS7000215",
        "The client secret of the application is wrong.",
        "Give the secret's value, not its id.",
    ),
    ("AADSTS700016", "The tenant has no such application.", "Check the client id and the tenant id of this account."),
    ("AADSTS90002", "There is no such tenant.", "Check the tenant id of this account."),
    (
        "additionally_allowed_tenants",
        "The vault belongs to another tenant than the one of this account.",
        "Enter the tenant of the vault, and an application of that tenant.",
    ),
)


def _unusable(words: str, code: str) -> StoreError:
    if "challenge resource" in words:
        return Unavailable(
            "The address of this account is not that of a key vault.",
            remedy="Enter the vault URI as the portal shows it, https://NAME.vault.azure.net.",
            code="challenge",
        )
    return unusable(code)


def unusable(code: str) -> StoreError:
    return Expired(
        "The address, the tenant or the credential of this account is not usable.",
        remedy="Check the vault URI, the tenant id and the form of the credential.",
        code=code,
    )
