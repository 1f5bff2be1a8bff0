"""Finding out what an identity may do in a project, without reading or changing a secret.

Of a secret that is there Google says which permissions we have. Where there is none yet, each verb is tried on a
secret that does not exist: "denied" means that the permission is missing, "not found" that it is there. Only creating
has no such harmless try, and so stays unknown.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import Denied, Expired, Outcome, Probe, Right, StoreError, Throttled, Unavailable
from secretsui.stores.google_entries import last
from secretsui.stores.google_session import Session

_SERVICE: Final = "secretmanager."
_LIST: Final = "secrets.list"
_CREATE: Final = "secrets.create"
_NO_ANSWER: Final = (Expired, Throttled, Unavailable)
_RIGHTS: Final[Mapping[str, Sequence[str]]] = {
    "list": (_LIST,),
    "describe": ("secrets.get", "versions.get", "versions.list"),
    "read": ("versions.access",),
    "write": ("versions.add",),
    "create": (_CREATE,),
    "tag": ("secrets.update",),
    "delete": ("secrets.delete",),
}
# The least of Google's roles that has each.
_ROLES: Final[Mapping[str, str]] = {
    _LIST: "roles/secretmanager.viewer",
    "secrets.get": "roles/secretmanager.viewer",
    "versions.get": "roles/secretmanager.viewer",
    "versions.list": "roles/secretmanager.viewer",
    "versions.access": "roles/secretmanager.secretAccessor",
    "versions.add": "roles/secretmanager.secretVersionAdder",
}
_ADMIN: Final = "roles/secretmanager.admin"
Tried = Mapping[str, StoreError | None]


def probe(session: Session, prefix_start: str) -> Probe:
    resource, listing = _first(session, prefix_start)
    error = listing if isinstance(listing, _NO_ANSWER) else None
    tried: dict[str, StoreError | None] = {_LIST: listing}
    if error is None:
        tried |= _granted(session, resource) if resource else _tries(session, prefix_start)
    rights = [_right(name, permissions, tried, error) for name, permissions in _RIGHTS.items()]
    return Probe(
        account_id=session.project if error is None else "",
        caller=session.caller(),
        error=error,
        rights=rights,
        missing=_bindings(session, rights, resource, prefix_start),
    )


def _first(session: Session, prefix_start: str) -> tuple[str, StoreError | None]:
    """The resource name of one secret of the prefix, "" where there is none."""
    request = {"parent": f"projects/{session.project}", "page_size": 100}
    if prefix_start[:1].isalnum():
        request["filter"] = f"name:{prefix_start.rstrip('-_')}"
    try:
        page = session.ask("list_secrets", request)
    except StoreError as error:
        return "", error
    return next((each.name for each in page.secrets if last(each.name).startswith(prefix_start)), ""), None


def _of_secrets() -> list[str]:
    return [each for permissions in _RIGHTS.values() for each in permissions if each not in (_LIST, _CREATE)]


def _granted(session: Session, resource: str) -> Tried:
    asked = [_SERVICE + each for each in _of_secrets()]
    try:
        answer = session.ask("test_iam_permissions", {"resource": resource, "permissions": asked})
    except StoreError as error:
        return dict.fromkeys(_of_secrets(), error if isinstance(error, _NO_ANSWER) else Unavailable(code=error.code))
    has = {each.removeprefix(_SERVICE) for each in answer.permissions}
    return {each: None if each in has else _lacking(each, resource) for each in _of_secrets()}


def _lacking(permission: str, resource: str) -> Denied:
    action = _SERVICE + permission
    return Denied(
        f"Google refused {action}.",
        remedy=f"Grant a role with {action} on {resource} to the identity that this account uses.",
        action=action,
        arn=resource,
        code="IAM_PERMISSION_DENIED",
    )


def _tries(session: Session, prefix_start: str) -> Tried:
    name = f"{prefix_start}secretsui-probe-{uuid.uuid4().hex}"[-255:]
    path, latest = session.path(name), session.path(name, "latest")
    requests: Mapping[str, tuple[str, Mapping[str, Any], Sensitive | None]] = {
        "secrets.get": ("get_secret", {"name": path}, None),
        "versions.get": ("get_secret_version", {"name": latest}, None),
        "versions.list": ("list_secret_versions", {"parent": path, "page_size": 1}, None),
        "versions.access": ("access_secret_version", {"name": latest}, None),
        "versions.add": ("add_secret_version", {"parent": path}, Sensitive("probe")),
        "secrets.update": (
            "update_secret",
            {"secret": {"name": path, "labels": {"probe": "probe"}}, "update_mask": {"paths": ["labels"]}},
            None,
        ),
        "secrets.delete": ("delete_secret", {"name": path}, None),
    }

    def attempt(permission: str) -> StoreError | None:
        method, request, value = requests[permission]
        try:
            session.ask(method, request, name=name, value=value)
        except StoreError as error:
            return error
        return None

    with ThreadPoolExecutor(4, thread_name_prefix="probe") as pool:
        return dict(zip(requests, pool.map(attempt, requests), strict=True))


def _right(name: str, permissions: Sequence[str], tried: Tried, error: StoreError | None) -> Right:
    found = {each: tried[each] for each in permissions if each in tried}
    denied = {each: reason for each, reason in found.items() if isinstance(reason, Denied)}
    silent = [reason for reason in found.values() if isinstance(reason, _NO_ANSWER)]
    outcome: Outcome = "denied" if denied else "unknown" if silent or len(found) < len(permissions) else "ok"
    return Right(
        name=name,
        actions=[_SERVICE + each for each in permissions],
        outcome=outcome,
        denied=[_SERVICE + each for each in denied],
        error=next(iter((*denied.values(), *silent)), error if outcome == "unknown" else None),
    )


def _bindings(
    session: Session, rights: Sequence[Right], resource: str, prefix_start: str
) -> Sequence[Mapping[str, Any]]:
    """For the project's IAM policy. A list is judged without a secret's name, so its role stands without condition."""
    denied = [action.removeprefix(_SERVICE) for right in rights for action in right.denied]
    roles = dict.fromkeys(_ROLES.get(each, _ADMIN) for each in denied)
    number = resource.split("/")[1] if resource else "PROJECT_NUMBER"
    condition = {
        "title": "secrets of this prefix",
        "expression": f'resource.name.startsWith("projects/{number}/secrets/{prefix_start}")',
    }
    member = {"members": [session.caller() or "serviceAccount:EMAIL"]}
    wide = {_ROLES[_LIST]} if _LIST in denied else set()
    return [
        {"role": role, **member, **({} if role in wide or not prefix_start else {"condition": condition})}
        for role in roles
    ]
