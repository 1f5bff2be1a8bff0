"""The ways to log in to Vault: for each, where it is asked and with what."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import Expired, StoreError
from secretsui.stores.vault_place import VaultPlace

Credential = Callable[[], Sensitive]

POD_TOKEN: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
# What a login without an address of its own is mounted at.
_MOUNTS: Final[Mapping[str, str]] = {"aws_iam": "aws"}
_STS: Final = "https://sts.amazonaws.com/"
_STS_REGION: Final = "us-east-1"
_STS_BODY: Final = "Action=GetCallerIdentity&Version=2011-06-15"


def path_of(place: VaultPlace) -> str:
    mount = quote((place.auth_mount or _MOUNTS.get(place.auth, place.auth)).strip("/"))
    return f"auth/{mount}/login/{quote(place.username)}" if place.auth == "userpass" else f"auth/{mount}/login"


def body_of(place: VaultPlace, credential: Credential | None) -> Sensitive:
    """What is sent there, as JSON."""
    ways: Mapping[str, Callable[[], Mapping[str, str]]] = {
        "approle": lambda: {"role_id": place.role, "secret_id": _given(credential).reveal() if credential else ""},
        "userpass": lambda: {"password": _given(credential).reveal()},
        "kubernetes": lambda: {"role": place.role, "jwt": _given(credential or _of_the_pod).reveal()},
        "jwt": lambda: {"role": place.role, "jwt": _given(credential).reveal()},
        "aws_iam": lambda: _signed(place),
    }
    if place.auth not in ways:
        raise Expired("This way to log in to Vault is not known.", remedy="Choose another one for this account.")
    return Sensitive(json.dumps(ways[place.auth]()))


def token_of(credential: Credential | None) -> Sensitive:
    return _given(credential)


def _given(credential: Credential | None) -> Sensitive:
    if credential is None:
        raise Expired(
            "The account names no credential for Vault.",
            remedy="Enter where its token, secret id, password or JWT is kept.",
        )
    return credential()


def _of_the_pod() -> Sensitive:
    try:
        return Sensitive(POD_TOKEN.read_text().strip())
    except (OSError, ValueError):
        reason = Expired(
            "This server has no token of a Kubernetes service account.",
            remedy="Run it in a pod with a service account, or name the JWT as the credential of this account.",
        )
    raise reason


def _signed(place: VaultPlace) -> Mapping[str, str]:
    """The server's own identity, proven by a request to STS that it signs and Vault sends."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    reason: StoreError | None = None
    try:
        found = Session().get_credentials()
        keys = found.get_frozen_credentials() if found else None
    except BotoCoreError as error:
        keys, reason = None, _no_identity(type(error).__name__)
    if keys is None:
        raise reason or _no_identity("NoCredentialsError")
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "Host": "sts.amazonaws.com"}
    request = AWSRequest("POST", _STS, headers=headers, data=_STS_BODY)
    SigV4Auth(keys, "sts", place.region or _STS_REGION).add_auth(request)
    signed = json.dumps({name: [text] for name, text in request.headers.items()})
    return {
        "role": place.role,
        "iam_http_request_method": "POST",
        "iam_request_url": _base64(_STS),
        "iam_request_headers": _base64(signed),
        "iam_request_body": _base64(_STS_BODY),
    }


def _no_identity(code: str) -> StoreError:
    return Expired(
        "The server has no AWS identity to log in to Vault with.",
        remedy="Give the server a role of its machine or task, or AWS_ environment variables.",
        code=code,
    )


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
