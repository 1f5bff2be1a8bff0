"""Google Secret Manager as a store of raw secrets: the global secrets of one project."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from secretsui.core.sensitive import Sensitive
from secretsui.stores import google_entries, google_probe
from secretsui.stores.base import (
    Absent,
    Capabilities,
    Conflict,
    NotFound,
    Probe,
    SecretInfo,
    StoreError,
    Unable,
    Value,
    Version,
    VersionChange,
)
from secretsui.stores.checks import check_name, check_text
from secretsui.stores.google_credentials import Credential
from secretsui.stores.google_errors import NAME_REMEDY
from secretsui.stores.google_session import Session
from secretsui.stores.google_writing import Writing
from secretsui.stores.reading import Reading, Ways

CAPABILITIES: Final = Capabilities(
    page_size=1_000,
    batch_size=1,
    compare_and_swap=False,
    restore=False,
    history=True,
    tags=True,
    max_bytes=65_536,
    name_pattern=r"[A-Za-z0-9_-]+",
    max_name_length=255,
    recovery_days=(0, 0),
    service="Google Secret Manager",
    recovery="none",
    descriptions=False,
    kms_keys=False,
    policies=False,
    version_changes=frozenset({"disable", "enable", "destroy"}),
    lists_versions=False,
)
_CHANGES: Final[Mapping[VersionChange, str]] = {
    "disable": "disable_secret_version",
    "enable": "enable_secret_version",
    "destroy": "destroy_secret_version",
}
# What begins otherwise would be read as a part of the language that filters are written in.
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_TRIES: Final = 3


class GoogleStore:
    """Threads may share it; `calls` counts what was asked of the service.

    A list tells neither the current version nor when it was made, so `changed_at` is None there.
    """

    capabilities = CAPABILITIES

    def __init__(self, project: str, credential: Credential | None, *, endpoint: str = "", workers: int = 8) -> None:
        self._session = Session(project, credential, endpoint)
        self._workers = workers

    @property
    def calls(self) -> int:
        return self._session.calls

    def list(self, prefix: str) -> Iterator[Sequence[SecretInfo]]:
        request: dict[str, Any] = {"parent": f"projects/{self._session.project}", "page_size": CAPABILITIES.page_size}
        if _PLAIN.fullmatch(prefix):
            request["filter"] = f"name:{prefix.rstrip('-_')}"
        while True:
            page = self._session.ask("list_secrets", request)
            found = [google_entries.info(each) for each in page.secrets]
            yield [each for each in found if each.name.startswith(prefix)]
            if not page.next_page_token:
                return
            request["page_token"] = page.next_page_token

    def read(self, names: Sequence[str]) -> Iterator[Mapping[str, Value | StoreError]]:
        return Reading(Ways(lambda _: iter(()), self._latest, 1), self._workers).batches(names)

    def _latest(self, name: str) -> Value:
        return self._value(name, "latest")

    def _value(self, name: str, version_id: str) -> Value:
        request = {"name": self._path(name, version_id)}
        return google_entries.value(name, self._session.ask("access_secret_version", request, name=name))

    def _path(self, name: str, version_id: str = "") -> str:
        check_name(name, CAPABILITIES, remedy=NAME_REMEDY)
        return self._session.path(name, version_id)

    def describe(self, name: str) -> SecretInfo:
        secret = self._session.ask("get_secret", {"name": self._path(name)}, name=name)
        try:
            latest = self._session.ask("get_secret_version", {"name": self._path(name, "latest")}, name=name)
        except NotFound:
            latest = None  # it has no version yet
        return google_entries.info(secret, latest)

    def versions(self, name: str) -> Sequence[Version]:
        request: dict[str, Any] = {"parent": self._path(name), "page_size": CAPABILITIES.page_size}
        aliases = self._session.ask("get_secret", {"name": request["parent"]}, name=name).version_aliases
        found: list[Any] = []
        while True:
            page = self._session.ask("list_secret_versions", request, name=name)
            found += page.versions
            if not page.next_page_token:
                return google_entries.versions(found, dict(aliases))
            request["page_token"] = page.next_page_token

    def read_version(self, name: str, version_id: str) -> Value:
        return self._value(name, version_id)

    def write(
        self,
        name: str,
        text: Sensitive,
        *,
        replaces: str | Absent,
        token: str = "",
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        kms_key_id: str = "",
    ) -> str:
        """A repeated call is known by its text: the service takes no token."""
        check_text(text, name, CAPABILITIES)
        check_name(name, CAPABILITIES, remedy=NAME_REMEDY)
        writing = Writing(self._session, name, text)
        if isinstance(replaces, str):
            return writing.replace(replaces, is_repeated=bool(token))
        if description or kms_key_id:
            raise _unable("takes no description and no key with a new secret", name)
        return writing.create(tags or {}, is_repeated=bool(token))

    def put_back(self, name: str, version_id: str, *, replaces: str) -> None:
        """Its text becomes a new version, since `latest` is always the newest."""
        text = self.read_version(name, version_id).text
        if text is None:
            raise StoreError("A binary value cannot be put back here.", remedy="Use gcloud secrets.", name=name)
        if version_id != replaces:
            Writing(self._session, name, text).replace(replaces, is_repeated=True)

    def update(self, name: str, *, description: str | None = None, kms_key_id: str | None = None) -> None:
        if description is not None or kms_key_id is not None:
            raise _unable("has no descriptions, and sets keys with the replication alone", name)

    def tag(self, name: str, *, put: Mapping[str, str], remove: Sequence[str] = ()) -> None:
        """Labels are replaced as a whole, guarded by the etag; read anew where somebody else was quicker."""
        for left in reversed(range(_TRIES)):
            secret = self._session.ask("get_secret", {"name": self._path(name)}, name=name)
            kept = {key: text for key, text in secret.labels.items() if key not in remove}
            change = {"name": secret.name, "etag": secret.etag, "labels": kept | dict(put)}
            try:
                self._session.ask("update_secret", {"secret": change, "update_mask": {"paths": ["labels"]}}, name=name)
            except Conflict:
                if not left:
                    raise
            else:
                return

    def delete(self, name: str, *, recovery_days: int | None) -> datetime | None:
        if recovery_days is not None:
            raise _unable("keeps nothing that is deleted", name)
        self._session.ask("delete_secret", {"name": self._path(name)}, name=name)
        return None

    def restore(self, name: str) -> None:
        raise _unable("keeps nothing that is deleted", name)

    def resource_policy(self, name: str) -> str:
        raise _unable("has no policies of this kind", name)

    def change_version(self, name: str, version_id: str, change: VersionChange) -> None:
        if change not in _CHANGES:
            raise _unable(f"cannot {change} a version", name)
        self._session.ask(_CHANGES[change], {"name": self._path(name, version_id)}, name=name)


def _unable(why: str, name: str) -> Unable:
    return Unable(f"{CAPABILITIES.service} {why}.", name=name)


def probe(project: str, credential: Credential | None, prefix_start: str, *, endpoint: str = "") -> Probe:
    """What the identity may do with the names that begin with `prefix_start`; reads and changes no value."""
    return google_probe.probe(Session(project, credential, endpoint), prefix_start)
