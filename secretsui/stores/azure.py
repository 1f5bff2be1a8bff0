"""Azure Key Vault as a store of raw secrets: the secrets of one vault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from secretsui.core.sensitive import Sensitive
from secretsui.stores import azure_entries, azure_probe, azure_writing
from secretsui.stores.azure_credentials import Credential
from secretsui.stores.azure_errors import NAME_REMEDY, PROTECTED, PROTECTED_REMEDY
from secretsui.stores.azure_place import AzurePlace
from secretsui.stores.azure_session import PAGE, Session
from secretsui.stores.azure_writing import Writing, history, why_missing
from secretsui.stores.base import (
    Absent,
    Capabilities,
    NotFound,
    PendingDeletion,
    Probe,
    SecretInfo,
    StoreError,
    Unable,
    Unavailable,
    Value,
    Version,
    VersionChange,
)
from secretsui.stores.checks import check_name, check_text
from secretsui.stores.reading import Reading, Ways

CAPABILITIES: Final = Capabilities(
    page_size=PAGE,
    batch_size=1,
    compare_and_swap=False,
    restore=True,
    history=True,
    tags=True,
    max_bytes=25_600,
    name_pattern=r"[0-9A-Za-z-]+",
    max_name_length=127,
    recovery_days=(7, 90),
    service="Azure Key Vault",
    recovery="kept",
    kms_keys=False,
    policies=False,
    version_changes=frozenset({"disable", "enable"}),
    lists_versions=False,
)


class AzureStore:
    """Threads may share it; `calls` counts what was asked of the service, its login not among it.

    Names are told apart whatever their letter case, so what a list gives begins as its caller spells the prefix.
    The description is the content type.
    """

    capabilities = CAPABILITIES

    def __init__(
        self,
        vault_url: str,
        credential: Credential | None,
        *,
        tenant_id: str = "",
        client_id: str = "",
        ca_file: str = "",
        workers: int = 8,
    ) -> None:
        self._session = Session(AzurePlace(vault_url, tenant_id, client_id, ca_file), credential)
        self._workers = workers

    @property
    def calls(self) -> int:
        return self._session.calls

    def list(self, prefix: str) -> Iterator[Sequence[SecretInfo]]:
        """The service filters nothing, so of a vault with others' secrets all pages are read and some given."""
        for page in self._session.pages("list_properties_of_secrets"):
            if found := [azure_entries.info(each, name=name) for each in page if (name := _begun(prefix, each.name))]:
                yield found
        for page in self._session.pages("list_deleted_secrets"):
            if found := [
                azure_entries.info(each.properties, name=name, deleted=each)
                for each in page
                if (name := _begun(prefix, each.name))
            ]:
                yield found

    def read(self, names: Sequence[str]) -> Iterator[Mapping[str, Value | StoreError]]:
        return Reading(Ways(lambda _: iter(()), self._current, 1), self._workers).batches(names)

    def _current(self, name: str) -> Value:
        return self.read_version(name, "")

    def describe(self, name: str) -> SecretInfo:
        """By its versions, since any other question would answer with the value."""
        _check(name)
        found = history(self._session, name)
        if not found:
            return self._describe_deleted(name)
        current = azure_writing.current(self._session, name, found)
        return azure_entries.info(current, name=name, version_id=current.version)

    def _describe_deleted(self, name: str) -> SecretInfo:
        gone = self._session.ask("get_deleted_secret", name)
        return azure_entries.info(gone.properties, name=name, version_id=gone.properties.version, deleted=gone)

    def versions(self, name: str) -> Sequence[Version]:
        _check(name)
        found = history(self._session, name)
        if not found:
            raise why_missing(self._session, name)
        return azure_entries.versions(found, azure_writing.current(self._session, name, found).version)

    def read_version(self, name: str, version_id: str) -> Value:
        _check(name)
        try:
            return azure_entries.value(name, self._session.ask("get_secret", name, version_id))
        except NotFound as error:
            missing = error
        reason = why_missing(self._session, name)
        if version_id and isinstance(reason, NotFound):
            reason = NotFound("This secret has no such version.", remedy="Reload its history.", **_facts(missing))
        raise reason

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
        check_text(text, name, CAPABILITIES, takes_empty=True)
        _check(name)
        writing = Writing(self._session, name, text, is_repeated=bool(token))
        if isinstance(replaces, str):
            return writing.replace(replaces)
        if kms_key_id:
            raise _unable("has no keys that are chosen for a secret", name)
        return writing.create(description or "", tags or {})

    def put_back(self, name: str, version_id: str, *, replaces: str) -> None:
        """Its text becomes a new version: the current one is always the newest."""
        text = self.read_version(name, version_id).text
        if text is not None and version_id != replaces:
            Writing(self._session, name, text, is_repeated=True).replace(replaces)

    def update(self, name: str, *, description: str | None = None, kms_key_id: str | None = None) -> None:
        if kms_key_id is not None:
            raise _unable("has no keys that are chosen for a secret", name)
        if description is not None:
            self._change(name, self._required(name).version, content_type=description)

    def tag(self, name: str, *, put: Mapping[str, str], remove: Sequence[str] = ()) -> None:
        """Tags are replaced as a whole, and nothing guards them: what is tagged at the same moment may be lost."""
        current = self._required(name)
        kept = {key: text for key, text in (current.tags or {}).items() if key not in remove}
        self._change(name, current.version, tags=kept | dict(put))

    def _required(self, name: str) -> Any:
        _check(name)
        found = history(self._session, name)
        if not found:
            raise why_missing(self._session, name)
        return azure_writing.current(self._session, name, found)

    def _change(self, name: str, version_id: str, **properties: Any) -> None:
        self._session.ask("update_secret_properties", name, version_id, **properties)

    def delete(self, name: str, *, recovery_days: int | None) -> datetime | None:
        """For as many days as the vault keeps what is deleted; with None what is deleted already is purged as well."""
        try:
            current = self._required(name)
        except PendingDeletion:
            if recovery_days is not None:
                raise
            self._session.ask("purge_deleted_secret", name)
            return None
        if recovery_days is None and "Purgeable" not in (current.recovery_level or ""):
            raise StoreError(PROTECTED, remedy=PROTECTED_REMEDY, code="purge-protected", name=name)
        gone = self._session.ask("begin_delete_secret", name)
        has_arrived = self._session.arrived("get_deleted_secret", name)
        if recovery_days is not None:
            return gone.scheduled_purge_date  # type: ignore[no-any-return]
        if not has_arrived:
            raise Unavailable(
                "The secret is being deleted, and could not be purged yet.",
                remedy="Purge it from the trash in a minute.",
                code="ObjectIsBeingDeleted",
                name=name,
            )
        self._session.ask("purge_deleted_secret", name)
        return None

    def restore(self, name: str) -> None:
        _check(name)
        self._session.ask("begin_recover_deleted_secret", name)
        self._session.arrived("list_properties_of_secret_versions", name)

    def resource_policy(self, name: str) -> str:
        raise _unable("has no policies of single secrets", name)

    def change_version(self, name: str, version_id: str, change: VersionChange) -> None:
        if change not in CAPABILITIES.version_changes:
            raise _unable(f"cannot {change} a version", name)
        _check(name)
        self._change(name, version_id, enabled=change == "enable")


def _begun(prefix: str, name: str) -> str:
    """The name as it is asked for below this prefix, "" where it is not below it."""
    return prefix + name[len(prefix) :] if name.lower().startswith(prefix.lower()) else ""


def _check(name: str) -> None:
    check_name(name, CAPABILITIES, remedy=NAME_REMEDY)


def _facts(error: StoreError) -> dict[str, str]:
    return {"code": error.code, "name": error.name}


def _unable(why: str, name: str) -> Unable:
    return Unable(f"{CAPABILITIES.service} {why}.", name=name)


def probe(
    vault_url: str,
    credential: Credential | None,
    prefix_start: str,
    *,
    tenant_id: str = "",
    client_id: str = "",
    ca_file: str = "",
) -> Probe:
    """What the identity may do in the vault; reads and changes no secret."""
    return azure_probe.probe(Session(AzurePlace(vault_url, tenant_id, client_id, ca_file), credential), prefix_start)
