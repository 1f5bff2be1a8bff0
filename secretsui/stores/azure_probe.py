"""Finding out what an identity may do in a vault, without doing it.

Each verb is tried on a secret that does not exist. The vault judges the right first: "denied" means that it is
missing, "not found" that it is there. Only writing has no such harmless try, and so stays unknown.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from secretsui.stores.azure_errors import ACTIONS, BY_POLICIES, ROLES
from secretsui.stores.azure_session import Session
from secretsui.stores.base import Denied, Expired, Outcome, Probe, Right, StoreError, Throttled, Unavailable

_NO_ANSWER: Final = (Expired, Throttled, Unavailable)
_LIST: Final = "readMetadata/action"
_SET: Final = "setSecret/action"
_RIGHTS: Final[Mapping[str, Sequence[str]]] = {
    "list": (_LIST,),
    "describe": (_LIST,),
    "read": ("getSecret/action",),
    "write": (_SET,),
    "create": (_SET,),
    "tag": ("update/action",),
    "delete": ("delete",),
    "restore": ("recover/action",),
}
_PERMISSIONS: Final[Mapping[str, str]] = {
    _LIST: "list",
    "getSecret/action": "get",
    _SET: "set",
    "update/action": "set",
    "delete": "delete",
    "recover/action": "recover",
}
_NO_VERSION: Final = "0" * 32
Tried = Mapping[str, StoreError | None]


def probe(session: Session, prefix_start: str) -> Probe:
    name = f"{prefix_start}secretsui-probe-{uuid.uuid4().hex}"[-127:]
    listing = _try(lambda: next(iter(session.pages("list_properties_of_secrets"))))
    error = listing if isinstance(listing, _NO_ANSWER) else None
    tried: dict[str, StoreError | None] = {_LIST: listing}
    if error is None:
        tried |= _try_all(session, name)
    rights = [_right(each, actions, tried, error) for each, actions in _RIGHTS.items()]
    return Probe(
        account_id=session.place.host if error is None else "",
        caller=session.caller(),
        error=error,
        rights=rights,
        missing=_missing(session, tried),
    )


def _try_all(session: Session, name: str) -> Tried:
    ways: Mapping[str, Any] = {
        "getSecret/action": lambda: session.ask("get_secret", name),
        "update/action": lambda: session.ask("update_secret_properties", name, _NO_VERSION, tags={"probe": "probe"}),
        "delete": lambda: session.ask("begin_delete_secret", name),
        "recover/action": lambda: session.ask("begin_recover_deleted_secret", name),
    }
    with ThreadPoolExecutor(4, thread_name_prefix="probe") as pool:
        return dict(zip(ways, pool.map(_try, ways.values()), strict=True))


def _try(way: Any) -> StoreError | None:
    try:
        way()
    except StoreError as error:
        return error
    return None


def _right(name: str, actions: Sequence[str], tried: Tried, error: StoreError | None) -> Right:
    found = {each: tried[each] for each in actions if each in tried}
    denied = {each: reason for each, reason in found.items() if isinstance(reason, Denied)}
    silent = [reason for reason in found.values() if isinstance(reason, _NO_ANSWER)]
    outcome: Outcome = "denied" if denied else "unknown" if silent or len(found) < len(actions) else "ok"
    return Right(
        name=name,
        actions=[ACTIONS + each for each in actions],
        outcome=outcome,
        denied=[ACTIONS + each for each in denied],
        error=next(iter((*denied.values(), *silent)), error if outcome == "unknown" else None),
    )


def _missing(session: Session, tried: Tried) -> Sequence[Mapping[str, Any]]:
    """A role assignment, or what an access policy lacks, by how the vault judges."""
    denied = {action: reason for action, reason in tried.items() if isinstance(reason, Denied)}
    if not denied:
        return ()
    if any(reason.code == BY_POLICIES for reason in denied.values()):
        permissions = list(dict.fromkeys(_PERMISSIONS[action] for action in denied))
        return ({"vault": session.place.host, "permissions": {"secrets": permissions}},)
    roles = dict.fromkeys(ROLES[action] for action in denied)
    whom = session.caller() or "the identity of this account"
    return tuple({"role": role, "assignee": whom, "scope": session.place.host} for role in roles)
