"""Who we are at Azure: an application with a secret or a certificate, or whatever identity this server has."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from secretsui.core.sensitive import Sensitive
from secretsui.stores.azure_place import RETRIES, TIMEOUTS, AzurePlace
from secretsui.stores.base import Expired

Credential = Callable[[], Sensitive]
# The authorities that azure-identity knows for its own; of any other it would ask the public cloud.
_KNOWN: Final = ("microsoftonline.com", "microsoftonline.us", "chinacloudapi.cn", "microsoftonline.de")
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "tenant_id": ("tenantId", "tenant_id", "tenant"),
    "client_id": ("clientId", "client_id", "appId"),
    "secret": ("clientSecret", "client_secret", "password"),
}


class Watched:
    """A credential that remembers whom its last token is for, which nobody but the token tells."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.caller = ""

    def get_token_info(self, *scopes: str, options: Any = None) -> Any:
        found = self._inner.get_token_info(*scopes, options=options)
        self.caller = _caller(found.token) or self.caller
        return found


def _caller(token: str) -> str:
    """In the words of Azure's own refusals."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return ""
    named = {"user": claims.get("upn"), "appid": claims.get("appid"), "oid": claims.get("oid")}
    return ";".join(f"{name}={text}" for name, text in named.items() if text)


def opened(place: AzurePlace, credential: Credential | None) -> Any:
    """A credential of the SDK, or why there is none. Without a `credential` the identity of this server."""
    if credential is None:
        return _of_this_server(place)
    content = _content(place, credential())
    if not (content["tenant_id"] and content["client_id"]):
        return Expired(
            "The account names no tenant or no application that its credential is for.",
            remedy="Enter the tenant id and the client id on the account's page.",
            code="incomplete",
        )
    transport = {"connection_verify": place.ca_file} if place.ca_file else {}
    return _of_application(content, {**RETRIES, **TIMEOUTS, **transport, **_authority()})


def _of_this_server(place: AzurePlace) -> Any:
    from azure.identity import DefaultAzureCredential

    chosen = {"managed_identity_client_id": place.client_id, "workload_identity_client_id": place.client_id}
    chosen |= {"workload_identity_tenant_id": place.tenant_id}
    return DefaultAzureCredential(
        exclude_visual_studio_code_credential=True,
        exclude_powershell_credential=True,
        exclude_developer_cli_credential=True,
        **{name: text for name, text in chosen.items() if text},
    )


def _of_application(content: Mapping[str, str], more: Mapping[str, Any]) -> Any:
    from azure.identity import CertificateCredential, ClientSecretCredential

    whom = {"tenant_id": content["tenant_id"], "client_id": content["client_id"]}
    if content["secret"].startswith("-----BEGIN"):
        return CertificateCredential(**whom, certificate_data=content["secret"].encode(), **more)
    return ClientSecretCredential(**whom, client_secret=content["secret"], **more)


def _content(place: AzurePlace, text: Sensitive) -> dict[str, str]:
    """What the account says goes before what the credential says. A text that is no object is the secret itself."""
    try:
        found = json.loads(text.reveal())
    except (ValueError, RecursionError):
        found = None
    given = found if isinstance(found, dict) else {"password": text.reveal()}
    said = {name: next((str(given[each]) for each in keys if given.get(each)), "") for name, keys in _NAMES.items()}
    return said | {
        name: entered for name, entered in (("tenant_id", place.tenant_id), ("client_id", place.client_id)) if entered
    }


def _authority() -> dict[str, Any]:
    host = urlsplit(os.environ.get("AZURE_AUTHORITY_HOST", "")).hostname or ""
    is_own = bool(host) and not host.endswith(_KNOWN)
    return {"disable_instance_discovery": True} if is_own else {}
