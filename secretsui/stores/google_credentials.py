"""Who we are at Google: a key file, or whatever identity this server has."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import Expired

SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
Credential = Callable[[], Sensitive]


def opened(credential: Credential | None) -> Any:
    """Credentials of the SDK; without a `credential` the Application Default Credentials of this server.

    Each kind has its own way in, so that none comes in as another: a file that names a program to be run is refused.
    """
    if credential is None:
        from google.auth import default

        return default(scopes=[SCOPE])[0]
    return _of(_content(credential()))


def _content(text: Sensitive) -> dict[str, Any]:
    try:
        found = json.loads(text.reveal())
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}


def _of(content: Mapping[str, Any]) -> Any:
    kind = str(content.get("type"))
    if kind == "external_account" and "aws4_request" in str(content.get("subject_token_type")):
        kind = "external_account of AWS"
    if kind not in _KINDS or "executable" in (content.get("credential_source") or {}):
        return Expired(
            "The credential of this account is no key file of Google.",
            remedy="Give the JSON of a service account's key, of a workload identity federation (without a program to "
            "be run), or of gcloud auth application-default login.",
            code="form",
        )
    module, way_in = _KINDS[kind]
    return getattr(import_module(module).Credentials, way_in)(content, scopes=[SCOPE])


_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "service_account": ("google.oauth2.service_account", "from_service_account_info"),
    "authorized_user": ("google.oauth2.credentials", "from_authorized_user_info"),
    "impersonated_service_account": (
        "google.auth.impersonated_credentials",
        "from_impersonated_service_account_info",
    ),
    "external_account": ("google.auth.identity_pool", "from_info"),
    "external_account of AWS": ("google.auth.aws", "from_info"),
}


def caller(credentials: Any) -> str:
    """The service account or user, as IAM spells members; "" where only Google would know."""
    email = getattr(credentials, "service_account_email", "") or getattr(credentials, "signer_email", "")
    if email and "@" in email:
        return f"serviceAccount:{email}"
    account = getattr(credentials, "account", "")
    return f"user:{account}" if account else ""
