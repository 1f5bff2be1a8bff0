"""Finding out what a login may do, without doing it: Vault says what its policies allow on a path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from secretsui.stores import vault_errors, vault_mount
from secretsui.stores.base import Outcome, Probe, Right, StoreError
from secretsui.stores.vault_session import Request, Session, as_json

Needs = Mapping[
    str, Sequence[tuple[str, str]]
]  # of each right what has to be allowed where: part of the path, capability

_NAME: Final = "secretsui-probe"
_V2: Final[Needs] = {
    "list": (("metadata", "list"),),
    "describe": (("metadata", "read"),),
    "read": (("data", "read"),),
    "write": (("data", "update"),),
    "create": (("data", "create"),),
    "tag": (("metadata", "update"),),
    "delete": (("data", "delete"), ("metadata", "delete")),
    "restore": (("undelete", "update"),),
}
_V1: Final[Needs] = {
    "list": (("", "list"),),
    "read": (("", "read"),),
    "write": (("", "update"),),
    "create": (("", "create"),),
    "delete": (("", "delete"),),
}


def probe(session: Session, prefix_start: str) -> Probe:
    mount = session.place.mount.strip("/")
    try:
        who: Mapping[str, Any] = session.ask(Request("GET", "auth/token/lookup-self", proof="policies")).data
    except StoreError as error:
        return Probe(error=error.with_traceback(None), rights=[_unknown(name, _V2[name], error) for name in _V2])
    try:
        kv = _version(session, mount)
        paths = _Paths(mount, prefix_start)
        needs = _V1 if kv == 1 else _V2
        allowed = _allowed(session, paths, needs)
    except StoreError as error:
        problem = error.with_traceback(None)
        return Probe(caller=_caller(who), error=problem, rights=[_unknown(name, _V2[name], problem) for name in _V2])
    rights = tuple(_right(name, needs[name], paths, allowed) for name in needs)
    wanted = _missing(paths, needs, allowed)
    return Probe(
        account_id=str(who.get("namespace_path") or "").strip("/"),
        caller=_caller(who),
        rights=rights,
        missing=({"path": {path: {"capabilities": found} for path, found in wanted.items()}},) if wanted else (),
        policy="\n".join(vault_errors.policy(path, found) for path, found in wanted.items()),
    )


def _version(session: Session, mount: str) -> int:
    if not session.place.kv:
        return vault_mount.version_of(session, mount)
    vault_mount.require(session, mount, session.place.kv)
    return session.place.kv


class _Paths:
    """As they are asked about and as a policy spells them, below one prefix."""

    def __init__(self, mount: str, prefix_start: str) -> None:
        self._mount, self._start = mount, prefix_start
        self._folder = prefix_start[: prefix_start.rfind("/") + 1]

    def asked(self, part: str, capability: str) -> str:
        return self._joined(part, self._folder if capability == "list" else self._start + _NAME)

    def granted(self, part: str, capability: str) -> str:
        return self._joined(part, f"{self._folder if capability == 'list' else self._start}*")

    def _joined(self, part: str, rest: str) -> str:
        return "/".join(each for each in (self._mount, part, rest) if each)


def _caller(who: Mapping[str, Any]) -> str:
    policies = ", ".join(str(each) for each in who.get("policies") or ())
    name = str(who.get("display_name") or "token")
    return f"{name} ({policies})" if policies else name


def _allowed(session: Session, paths: _Paths, needs: Needs) -> Mapping[str, Sequence[str]]:
    asked = sorted({paths.asked(*need) for each in needs.values() for need in each})
    found: Mapping[str, Any] = session.ask(
        Request("POST", "sys/capabilities-self", as_json({"paths": asked}), proof=asked[0])
    ).data
    return {path: found.get(path) or () for path in asked}


def _may(need: tuple[str, str], paths: _Paths, allowed: Mapping[str, Sequence[str]]) -> bool:
    found = allowed[paths.asked(*need)]
    return "root" in found or (need[1] in found and "deny" not in found)


def _spelled(need: tuple[str, str], paths: _Paths) -> str:
    return f"{need[1]} {paths.granted(*need)}"


def _right(name: str, needs: Sequence[tuple[str, str]], paths: _Paths, allowed: Mapping[str, Sequence[str]]) -> Right:
    refused = [need for need in needs if not _may(need, paths, allowed)]
    outcome: Outcome = "denied" if refused else "ok"
    return Right(
        name=name,
        actions=tuple(_spelled(need, paths) for need in needs),
        outcome=outcome,
        denied=tuple(_spelled(need, paths) for need in refused),
    )


def _unknown(name: str, needs: Sequence[tuple[str, str]], error: StoreError) -> Right:
    return Right(name=name, actions=tuple(capability for _part, capability in needs), outcome="unknown", error=error)


def _missing(paths: _Paths, needs: Needs, allowed: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """Which capabilities a policy has to have on which paths; Vault takes it as HCL and as JSON."""
    wanted: dict[str, set[str]] = {}
    for need in (need for each in needs.values() for need in each):
        if not _may(need, paths, allowed):
            wanted.setdefault(paths.granted(*need), set()).add(need[1])
    return {path: sorted(found) for path, found in sorted(wanted.items())}
