"""What Google's refusals mean to people. Its own words are searched for known facts, never passed on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from secretsui.stores import network_faults
from secretsui.stores.base import (
    BadName,
    CannotDecrypt,
    Conflict,
    Denied,
    DisabledVersion,
    Expired,
    NotFound,
    StoreError,
    Throttled,
    TooLarge,
    Unavailable,
)

SERVICE: Final = "Google Secret Manager"
HOST: Final = "secretmanager.googleapis.com"
NAME_REMEDY: Final = "Use letters, digits, underscores and hyphens, at most 255 of them."

_PERMISSION: Final = re.compile(r"Permission '([\w.]+)' denied")
_RESOURCE: Final = re.compile(r"resource '([^'\s]+)'")
_STATE: Final = re.compile(r"is in (DISABLED|DESTROYED) state")


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    code: str  # FAILED_PRECONDITION; of what has a reason beside it, the reason
    words: str  # searched, never shown
    project: str
    permission: str = ""
    resource: str = ""
    name: str = ""
    about_version: bool = False  # of a number that was asked for

    def facts(self) -> dict[str, str]:
        return {"code": self.code or str(self.status), "name": self.name}


def refusal(error: Any, project: str, name: str, *, about_version: bool) -> Refusal:
    info = error.metadata or {}
    words = str(error.message)
    return Refusal(
        status=int(error.code or 0),
        code=error.reason or _status(error.response),
        words=words,
        project=project,
        permission=info.get("permission") or _found(_PERMISSION, words),
        resource=info.get("resource") or _found(_RESOURCE, words),
        name=name,
        about_version=about_version,
    )


def _status(response: Any) -> str:
    try:
        return str(response.json()["error"]["status"])
    except (AttributeError, ValueError, KeyError, TypeError):
        return ""


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""


def of_refusal(said: Refusal) -> StoreError:
    if said.status >= 500:
        return Unavailable(f"{SERVICE} answered with an internal error.", **said.facts())
    make = _BY_STATUS.get(said.status)
    if make:
        return make(said)
    return StoreError(f"{SERVICE} did not accept the request.", **said.facts())


def _unaccepted_credential(said: Refusal) -> StoreError:
    return Expired(
        "Google does not accept the credentials of this account.",
        remedy="Check that the key or the identity still exists, and this server's clock.",
        **said.facts(),
    )


def _denied(said: Refusal) -> StoreError:
    known = _PROJECT_PROBLEMS.get(said.code)
    if known:
        sentence, remedy = (each.format(project=said.project) for each in known)
        return Denied(sentence, remedy=remedy, arn=f"projects/{said.project}", **said.facts())
    action = said.permission or "the request"
    resource = said.resource.removeprefix(f"//{HOST}/") or f"projects/{said.project}"
    return Denied(
        f"Google refused {action}.",
        remedy=f"Grant a role with {action} on {resource} to the identity that this account uses.",
        action=said.permission,
        arn=resource,
        **said.facts(),
    )


_WRONG_PROJECT: Final = (
    "There is no project {project}, or its use is not allowed to us.",
    "Check the project id of this account; it is not the project's display name.",
)
_PROJECT_PROBLEMS: Final = {
    "SERVICE_DISABLED": (
        "The Secret Manager API is not enabled in the project {project}.",
        "Run gcloud services enable secretmanager.googleapis.com --project={project}, and wait a few minutes.",
    ),
    "BILLING_DISABLED": (
        "Billing is disabled in the project {project}, so Secret Manager answers nothing.",
        "Enable it there.",
    ),
    "CONSUMER_INVALID": _WRONG_PROJECT,
    "USER_PROJECT_DENIED": _WRONG_PROJECT,
    "CONSUMER_SUSPENDED": ("The project {project} is suspended.", "Ask its owners."),
}


def _not_found(said: Refusal) -> StoreError:
    if not said.code:  # Google says which; a proxy that has no such route does not
        return network_faults.foreign(SERVICE)
    if said.about_version:
        return NotFound("This secret has no such version.", remedy="Reload its history.", **said.facts())
    return NotFound(**said.facts())


def _exists(said: Refusal) -> StoreError:
    return Conflict(
        "A secret of this name exists already.",
        remedy="Choose another name, or edit the existing secret.",
        **said.facts(),
    )


def _throttled(said: Refusal) -> StoreError:
    return Throttled("Google is limiting the rate of requests of this project.", **said.facts())


def _unaccepted(said: Refusal) -> StoreError:
    words = said.words.lower()
    state = _found(_STATE, said.words)
    if state == "DESTROYED":
        return DisabledVersion("This version is destroyed.", remedy="Save a new version.", **said.facts())
    if state:
        return DisabledVersion("This version is disabled.", remedy="Enable it, or save a new version.", **said.facts())
    if "etag" in words:
        return Conflict(**said.facts())
    if "kms" in words:
        return CannotDecrypt(
            "Google could not use the Cloud KMS key of this secret.",
            remedy="Check that the key is enabled, and that the service agent of Secret Manager may use it.",
            **said.facts(),
        )
    if "secret id" in words:
        return BadName(remedy=NAME_REMEDY, **said.facts())
    if "label" in words:
        return StoreError("Google does not accept a label.", remedy=LABEL_REMEDY, **said.facts())
    if "payload" in words:
        return TooLarge("Google did not accept the value.", **said.facts())
    return StoreError(f"{SERVICE} did not accept a part of the request.", remedy="Check the name.", **said.facts())


LABEL_REMEDY: Final = (
    "Use at most 64 labels, and keys and values of at most 63 lower-case letters, digits, underscores and hyphens; a "
    "key begins with a letter."
)
_BY_STATUS: Final[dict[int, Callable[[Refusal], StoreError]]] = {
    400: _unaccepted,
    401: _unaccepted_credential,
    403: _denied,
    404: _not_found,
    409: _exists,
    429: _throttled,
}


def of_the_sdk(error: Exception, host: str) -> StoreError:
    """Nothing came back from Secret Manager."""
    known = {each.__name__ for each in type(error).__mro__}
    code = type(error).__name__
    if "RefreshError" in known:
        return Expired(
            "Google did not renew the credentials of this account.",
            remedy="Check that the key or the identity still exists; a person's own credentials need gcloud auth "
            "application-default login again.",
            code=code,
        )
    if known & {"MalformedError", "MutualTLSChannelError", "ClientCertError"} or type(error) is ValueError:
        return damaged(error)
    if "DefaultCredentialsError" in known:
        return Expired(
            "The server has no Google credentials for this account.",
            remedy="Give the server an identity: a service account of its machine or pod, or a key file as credential.",
            code=code,
        )
    if "google.protobuf" in type(error).__module__ or isinstance(error, network_faults.SURPRISES):
        return network_faults.foreign(SERVICE)
    return network_faults.why_silent(error, SERVICE, host)


def damaged(error: Exception) -> StoreError:
    return Expired(
        "The credential of this account is incomplete or damaged.",
        remedy="Replace it by a new key file.",
        code=type(error).__name__,
    )
