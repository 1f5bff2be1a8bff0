"""Version 1 of the key-value engine: one object under each path, and nothing about it."""

from __future__ import annotations

from collections.abc import Sequence

from secretsui.core.backends.vault_object import Held
from secretsui.core.sensitive import Sensitive
from secretsui.stores import vault_entries, vault_errors, vault_mount
from secretsui.stores.base import Conflict, NotFound, SecretInfo, StoreError, Value
from secretsui.stores.vault_session import Answer, Request, Session, as_json


class Plain:
    """`secret` keys the ids that tell versions apart."""

    def __init__(self, session: Session, mount: str, kind: str, secret: bytes) -> None:
        self._session, self._mount, self._kind, self._secret = session, mount, kind, secret

    def _ask(self, method: str, name: str, body: Sensitive | None = None, *, capability: str = "") -> Answer:
        proof = "keys" if method == "LIST" else ""
        answer = self._session.ask(Request(method, self._path(name), body, None, name, capability, proof))
        if not answer.found and any("versioned" in each for each in answer.warnings):
            raise vault_mount.wrong_version(self._mount, 1)
        return answer

    def _path(self, name: str) -> str:
        return f"{self._mount}/{name}"

    def keys(self, folder: str) -> Sequence[str]:
        keys: Sequence[str] = self._ask("LIST", folder).data.get("keys", ())
        return keys

    def infos(self, names: Sequence[str]) -> Sequence[SecretInfo]:
        return [SecretInfo(name=name, arn=self._path(name)) for name in names]

    def describe(self, name: str) -> SecretInfo:
        return SecretInfo(name=name, arn=self._path(name), version_id=self._id(name, self._object(name)))

    def read(self, name: str) -> Value:
        found = self._object(name)
        return vault_entries.value(name, self._id(name, found), found, self._kind)

    def _object(self, name: str) -> Held:
        answer = self._ask("GET", name)
        if not answer.found:
            raise NotFound(name=name)
        if not answer.data:  # version 1 keeps no empty object
            raise vault_errors.foreign(name)
        return Held(answer.data)

    def _id(self, name: str, found: Held) -> str:
        return vault_entries.keyed(found, name, self._secret)

    def create(self, name: str, text: Sensitive, token: str) -> str:
        try:
            found = self._object(name)
        except NotFound:
            return self._put(name, vault_entries.object_from(text, self._kind, None), capability="create")
        if token and found == vault_entries.object_from(text, self._kind, None):
            return self._id(name, found)
        raise Conflict(
            "A secret of this name exists already.",
            remedy="Choose another name, or edit the existing secret.",
            current=self._id(name, found),
            name=name,
        )

    def replace(self, name: str, text: Sensitive, replaces: str, token: str) -> str:
        """Compared before it is written: a change in between is lost, which this engine cannot prevent."""
        found = self._object(name)
        made = vault_entries.object_from(text, self._kind, found)
        current = self._id(name, found)
        if current == replaces:
            return self._put(name, made)
        if token and found == made:
            return current  # an earlier attempt, whose answer was lost, did it
        raise Conflict(current=current, name=name)

    def _put(self, name: str, made: Held | StoreError, *, capability: str = "update") -> str:
        if isinstance(made, StoreError):
            made.name = name
            raise made
        self._ask("POST", name, as_json(made.value), capability=capability)
        return self._id(name, made)

    def delete(self, name: str) -> None:
        self._object(name)
        self._ask("DELETE", name)
