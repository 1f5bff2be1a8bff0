"""Version 2 of the key-value engine: versions are counted, and a write names the one that it replaces."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from secretsui.core.backends.vault_object import Held
from secretsui.core.sensitive import Sensitive
from secretsui.stores import vault_entries
from secretsui.stores.base import (
    Conflict,
    Denied,
    NotFound,
    PendingDeletion,
    SecretInfo,
    StoreError,
    Unable,
    Value,
    Version,
    VersionChange,
)
from secretsui.stores.vault_entries import Entry
from secretsui.stores.vault_session import Answer, Request, Session, as_json

_PROOF: Final = {
    ("LIST", "metadata"): "keys",
    ("GET", "metadata"): "versions",
    ("GET", "data"): "metadata",
    ("POST", "data"): "version",
}


class Versioned:
    def __init__(self, session: Session, mount: str, kind: str) -> None:
        self._session, self._mount, self._kind = session, mount, kind

    def _ask(
        self,
        method: str,
        part: str,
        name: str,
        body: Sensitive | None = None,
        *,
        capability: str = "",
        version: str = "",
    ) -> Answer:
        params = {"version": version} if version else None
        proof = _PROOF.get((method, part), "")
        return self._session.ask(Request(method, f"{self._mount}/{part}/{name}", body, params, name, capability, proof))

    def keys(self, folder: str) -> Sequence[str]:
        keys: Sequence[str] = self._ask("LIST", "metadata", folder).data.get("keys", ())
        return keys

    def infos(self, names: Sequence[str]) -> Sequence[SecretInfo]:
        found = (self._info(name) for name in names)
        return [each for each in found if each is not None]

    def _info(self, name: str) -> SecretInfo | None:
        """None for one that went after it was listed; nothing but the name where a policy withholds the rest."""
        try:
            return self.describe(name)
        except NotFound:
            return None
        except Denied:
            return SecretInfo(name=name, arn=self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._mount}/{name}"

    def describe(self, name: str) -> SecretInfo:
        return vault_entries.info(name, self._metadata(name), self._path(name))

    def _metadata(self, name: str) -> Entry:
        answer = self._ask("GET", "metadata", name)
        if not answer.found:
            raise NotFound(name=name)
        return answer.data

    def _present(self, name: str) -> Entry:
        """The metadata of a secret whose current version is not deleted."""
        metadata = self._metadata(name)
        if vault_entries.state(vault_entries.current_entry(metadata)) == "deleted":
            raise PendingDeletion("This secret is deleted.", name=name)
        return metadata

    def versions(self, name: str) -> Sequence[Version]:
        return vault_entries.versions(self._metadata(name))

    def read(self, name: str, version_id: str = "") -> Value:
        answer = self._object(name, version_id)
        told = _told(answer)
        number, created = str(told["version"]), vault_entries.moment(told.get("created_time"))
        return vault_entries.value(name, number, Held(answer.data["data"]), self._kind, created)

    def _object(self, name: str, version_id: str = "") -> Answer:
        """The answer with the object of a version; raises where that is not there, not any more or not for now."""
        if version_id and not _is_number(version_id):
            raise NotFound("This secret has no such version.", remedy="Reload its history.", name=name)
        answer = self._ask("GET", "data", name, version=version_id)
        if not answer.found:
            raise vault_entries.gone(name, _told(answer))
        return answer

    def create(self, name: str, text: Sensitive, token: str, tags: Mapping[str, str]) -> str:
        made = vault_entries.object_from(text, self._kind, None)
        version = self._put(name, made, "", token, is_new=True)
        if tags:
            self._tag_new(name, tags)
        return version

    def _tag_new(self, name: str, tags: Mapping[str, str]) -> None:
        try:
            self._write_tags(name, tags)
        except StoreError as error:
            problem = error.with_traceback(None)
        else:
            return
        raise StoreError(
            f"The secret was created without its custom metadata. {problem.sentence}",
            remedy=problem.remedy,
            code=problem.code,
            name=name,
        )

    def replace(self, name: str, text: Sensitive, replaces: str, token: str) -> str:
        before = self._before(name, replaces)
        return self._put(name, vault_entries.object_from(text, self._kind, before), replaces, token)

    def _before(self, name: str, replaces: str) -> Held | None:
        """The object that a new text is made from; None where no more of it is left than its number."""
        try:
            return Held(self._object(name, replaces).data["data"])
        except (NotFound, PendingDeletion):
            pass
        metadata = self._present(name)
        if vault_entries.current(metadata) != replaces:
            raise Conflict(current=vault_entries.current(metadata), name=name)
        return None

    def _put(self, name: str, made: Held | StoreError, replaces: str, token: str, *, is_new: bool = False) -> str:
        if isinstance(made, StoreError):
            made.name = name
            raise made
        body = Sensitive(json.dumps({"options": {"cas": int(replaces or 0)}, "data": made.value}))
        try:
            answer = self._ask("POST", "data", name, body, capability="create" if is_new else "update")
            return str(answer.data["version"])
        except Conflict as refused:
            code = refused.code
        metadata = self._present(name)
        current = vault_entries.current(metadata)
        if token and current == str(int(replaces or 0) + 1) and self._holds(name, current, made):
            return current  # an earlier attempt, whose answer was lost, did it
        if is_new:
            raise Conflict(
                "A secret of this name exists already.",
                remedy="Choose another name, or edit the existing secret.",
                current=current,
                code=code,
                name=name,
            )
        raise Conflict(current=current, code=code, name=name)

    def _holds(self, name: str, version_id: str, made: Held) -> bool:
        return Held(self._object(name, version_id).data["data"]) == made

    def put_back(self, name: str, version_id: str, *, replaces: str) -> None:
        """As a new version with the old object, of which every key comes back."""
        self._present(name)
        old = Held(self._object(name, version_id).data["data"])
        if not _is_number(replaces):
            raise Conflict(current=vault_entries.current(self._metadata(name)), name=name)
        self._put(name, old, replaces, token=version_id)

    def tag(self, name: str, put: Mapping[str, str], remove: Sequence[str]) -> None:
        tags = dict(self._present(name).get("custom_metadata") or {})
        kept = {key: text for key, text in tags.items() if key not in remove}
        self._write_tags(name, {**kept, **put})

    def _write_tags(self, name: str, tags: Mapping[str, str]) -> None:
        self._ask("POST", "metadata", name, as_json({"custom_metadata": tags}))

    def delete(self, name: str, *, for_good: bool) -> None:
        if for_good:
            self._metadata(name)
            self._ask("DELETE", "metadata", name)
        else:
            self._present(name)
            self._ask("DELETE", "data", name)

    def restore(self, name: str) -> None:
        metadata = self._metadata(name)
        latest = vault_entries.current_entry(metadata)
        if not latest or latest.get("destroyed"):
            raise vault_entries.gone(name, latest)
        self._change(name, vault_entries.current(metadata), "undelete")

    def change_version(self, name: str, version_id: str, change: VersionChange) -> None:
        if change not in ("delete", "undelete", "destroy"):
            raise Unable(f"Vault cannot {change} a version.", name=name)
        found = self._metadata(name).get("versions", {}).get(version_id)
        if found is None or (found.get("destroyed") and change != "destroy"):
            raise vault_entries.gone(name, found or {})
        self._change(name, version_id, change)

    def _change(self, name: str, version_id: str, change: str) -> None:
        self._ask("POST", change, name, as_json({"versions": [int(version_id)]}))


def _told(answer: Answer) -> Mapping[str, Any]:
    """Of a version, whether its object is given or not."""
    told: Mapping[str, Any] = answer.data.get("metadata") or {}
    return told


def _is_number(version_id: str) -> bool:
    return version_id.isascii() and version_id.isdigit() and version_id != "0"
