"""The secrets of one key-value engine of HashiCorp Vault."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from secretsui.core.sensitive import Sensitive
from secretsui.stores import vault_mount, vault_probe
from secretsui.stores.base import (
    Absent,
    BadName,
    Capabilities,
    Probe,
    SecretInfo,
    StoreError,
    TooLarge,
    Unable,
    Value,
    Version,
    VersionChange,
)
from secretsui.stores.reading import Reading, Ways
from secretsui.stores.vault_errors import bad_name
from secretsui.stores.vault_login import Credential
from secretsui.stores.vault_place import VaultPlace
from secretsui.stores.vault_session import Session
from secretsui.stores.vault_v1 import Plain
from secretsui.stores.vault_v2 import Versioned
from secretsui.stores.vault_walk import WORKERS, Walk

KV2: Final = Capabilities(
    page_size=1,  # what is told of secrets is asked for each
    batch_size=1,
    compare_and_swap=True,
    restore=True,
    history=True,
    tags=True,
    max_bytes=1_000_000,  # integrated storage takes entries of 1 MiB, with everything that stands around the value
    # Printable; blanks within, single slashes and dots within, but no folder that is a dot.
    name_pattern=r"(?!.*(?:\.\.|//))(?!(?:.*/)?\./)[^\s/\x00-\x1f\x7f-\xa0]"
    r"(?:(?:[^\s\x00-\x1f\x7f-\xa0]| )*[^\s./\x00-\x1f\x7f-\xa0])?(?<!\.)",
    max_name_length=512,
    recovery_days=(0, 0),
    service="HashiCorp Vault",
    recovery="kept",
    descriptions=False,
    kms_keys=False,
    policies=False,
    version_changes=frozenset({"delete", "undelete", "destroy"}),
)
KV1: Final = replace(
    KV2,
    compare_and_swap=False,
    restore=False,
    history=False,
    tags=False,
    recovery="none",
    put_back=False,
    version_changes=frozenset(),
    lists_versions=False,
)


CHUNK: Final = 25  # values that a caller gets at once


class VaultStore:
    """Threads may share it; `calls` counts what was asked of Vault."""

    def __init__(self, place: VaultPlace, credential: Credential | None, *, kind: str, secret: bytes) -> None:
        self.place = replace(place, mount=place.mount.strip("/"))
        self._session = Session(self.place, credential)
        self._mount, self._kv = self.place.mount, place.kv
        self._v1 = Plain(self._session, self._mount, kind, secret)
        self._v2 = Versioned(self._session, self._mount, kind)
        self._kind = kind
        self._is_checked = False
        self._finding_out = threading.Lock()

    @property
    def calls(self) -> int:
        return self._session.calls

    @property
    def kv(self) -> int:
        """The engine's version; asked for once where the place does not say."""
        with self._finding_out:
            if not self._kv:
                self._kv, self._is_checked = vault_mount.version_of(self._session, self._mount), True
            return self._kv

    @property
    def capabilities(self) -> Capabilities:
        try:
            return KV1 if self.kv == 1 else KV2
        except StoreError:
            return KV2  # nothing works then, and each attempt says why

    @property
    def _engine(self) -> Plain | Versioned:
        return self._v1 if self.kv == 1 else self._v2

    def _versioned(self, name: str, what: str) -> Versioned:
        if self.kv == 1:
            raise Unable(f"Version 1 of Vault's key-value engine {what}.", name=name)
        return self._v2

    def _check_engine(self) -> None:
        """Before the first change: what version 2 is sent, version 1 would store."""
        if not self._is_checked:
            vault_mount.require(self._session, self._mount, self.kv)
            self._is_checked = True

    def list(self, prefix: str) -> Iterator[Sequence[SecretInfo]]:
        engine, is_empty = self._engine, True
        for page in Walk(engine.keys, engine.infos, prefix).pages():
            is_empty = False
            yield page
        if is_empty:
            self._check_engine()  # to the other version's paths, nothing is all that there is

    def read(self, names: Sequence[str]) -> Iterator[Mapping[str, Value | StoreError]]:
        return Reading(Ways(_nothing_at_once, self._engine.read, CHUNK), WORKERS).batches(names)

    def describe(self, name: str) -> SecretInfo:
        return self._engine.describe(name)

    def versions(self, name: str) -> Sequence[Version]:
        return self._versioned(name, "keeps no versions").versions(name)

    def read_version(self, name: str, version_id: str) -> Value:
        return self._versioned(name, "keeps no versions").read(name, version_id)

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
        self._check_text(text, name)
        self.update(name, description=description or None, kms_key_id=kms_key_id or None)
        if tags and self.kv == 1:
            raise _no_tags(name)
        _check_name(name)
        self._check_engine()
        if isinstance(replaces, str):
            return self._engine.replace(name, text, replaces, token)
        if self.kv == 1:
            return self._v1.create(name, text, token)
        return self._v2.create(name, text, token, tags or {})

    def _check_text(self, text: Sensitive, name: str) -> None:
        """A text that went through a pickle, or that is only its dots, is no longer the value: refused by type."""
        if not isinstance(text, Sensitive):
            raise TypeError("write takes its text as Sensitive")
        size, position = _measure(text)
        if position:
            raise StoreError(
                f"Character {position} of the value is not a valid Unicode character.",
                remedy="Remove or replace this character.",
                name=name,
            )
        if size == 0 and self._kind not in ("variable", "config"):
            raise StoreError("A connection cannot be empty.", remedy="Enter its URI or its fields.", name=name)
        if size > KV2.max_bytes:
            raise TooLarge(f"The value has {size:,} bytes; Vault accepts {KV2.max_bytes:,}.", name=name)

    def put_back(self, name: str, version_id: str, *, replaces: str) -> None:
        engine = self._versioned(name, "keeps no versions")
        self._check_engine()
        engine.put_back(name, version_id, replaces=replaces)

    def update(self, name: str, *, description: str | None = None, kms_key_id: str | None = None) -> None:
        if description is not None:
            raise Unable("Vault keeps no descriptions.", remedy="Use custom metadata.", name=name)
        if kms_key_id is not None:
            raise Unable("Vault encrypts with its own key.", name=name)

    def tag(self, name: str, *, put: Mapping[str, str], remove: Sequence[str] = ()) -> None:
        if self.kv == 1:
            raise _no_tags(name)
        self._check_engine()
        self._v2.tag(name, put, remove)

    def delete(self, name: str, *, recovery_days: int | None) -> datetime | None:
        """Of version 2 the current version is marked, for as long as the mount keeps it; None takes all versions."""
        self._check_engine()
        if self.kv == 2:
            self._v2.delete(name, for_good=recovery_days is None)
            return None
        if recovery_days is not None:
            raise Unable("Version 1 of Vault's key-value engine keeps nothing that is deleted.", name=name)
        self._v1.delete(name)
        return None

    def restore(self, name: str) -> None:
        self._versioned(name, "keeps nothing that is deleted").restore(name)

    def resource_policy(self, name: str) -> str:
        raise Unable("In Vault policies belong to logins, not to secrets.", name=name)

    def change_version(self, name: str, version_id: str, change: VersionChange) -> None:
        self._versioned(name, "keeps no versions").change_version(name, version_id, change)


def probe(place: VaultPlace, credential: Credential | None, prefix_start: str) -> Probe:
    """What this login may do with secrets whose name begins with `prefix_start`; reads and changes none of them."""
    return vault_probe.probe(Session(place, credential), prefix_start)


def _nothing_at_once(_names: Sequence[str]) -> Iterator[Mapping[str, Value | StoreError]]:
    """Vault gives one secret at a time."""
    return iter(())


def _no_tags(name: str) -> StoreError:
    return Unable("Version 1 of Vault's key-value engine keeps no custom metadata.", name=name)


def _measure(text: Sensitive) -> tuple[int, int]:
    """Its bytes, and the position of a character that has none."""
    try:
        return len(text.reveal().encode()), 0
    except UnicodeEncodeError as error:
        return 0, error.start + 1


def _check_name(name: str) -> None:
    if len(name) > KV2.max_name_length:
        raise BadName(
            f"The name has {len(name)} characters; {KV2.max_name_length} is the most.",
            remedy="Choose a shorter name.",
            name=name,
        )
    if not re.fullmatch(KV2.name_pattern, name):
        raise bad_name(name)
