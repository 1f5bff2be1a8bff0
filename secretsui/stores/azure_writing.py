"""Writing to Azure Key Vault, which has no compare-and-swap.

A new version is made whatever the current one is. So the versions are compared before, and again afterwards: one that
nobody knew of before is another writer's. Both texts are versions then, and neither is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from secretsui.core.sensitive import Sensitive
from secretsui.stores import azure_entries
from secretsui.stores.azure_entries import age
from secretsui.stores.azure_session import Session
from secretsui.stores.base import Conflict, Denied, DisabledVersion, NotFound, PendingDeletion, StoreError

Properties = Any  # azure.keyvault.secrets.SecretProperties


def history(session: Session, name: str) -> Sequence[Properties]:
    """Every version without its value, in no useful order; none where there is no such secret, or a deleted one."""
    try:
        return [each for page in session.pages("list_properties_of_secret_versions", name) for each in page]
    except NotFound:
        return []


def current(session: Session, name: str, versions: Sequence[Properties]) -> Properties:
    """The newest; which of several of the same second it is only a read of the value tells."""
    newest = max(map(age, versions))
    found = sorted((each for each in versions if age(each) == newest), key=lambda each: str(each.version))
    if len(found) == 1:
        return found[0]
    try:
        said = session.ask("get_secret", name)[0].version
    except DisabledVersion:
        found = [each for each in found if each.enabled is False]
        said = ""
    return next((each for each in found if each.version == said), found[-1])


def why_missing(session: Session, name: str) -> StoreError:
    """A secret that waits to be purged and one that never was look alike."""
    try:
        session.ask("get_deleted_secret", name)
    except (NotFound, Denied):  # who may not look at what is deleted is told as if there were nothing
        return NotFound(code="SecretNotFound", name=name)
    except StoreError as error:
        return error.with_traceback(None)
    return PendingDeletion(code="ObjectIsDeletedButRecoverable", name=name)


class Writing:
    """One text of one secret on its way to being its current version."""

    def __init__(self, session: Session, name: str, text: Sensitive, *, is_repeated: bool) -> None:
        """`is_repeated` where an earlier, unheard attempt of the same call may have succeeded."""
        self._session, self._name, self._text = session, name, text
        self._is_repeated = is_repeated

    def create(self, description: str, tags: Mapping[str, str]) -> str:
        before = history(self._session, self._name)
        if before:
            return self._found(
                current(self._session, self._name, before),
                "A secret of this name exists already.",
                "Choose another name, or edit the existing secret.",
            )
        return self._set(before, content_type=description or None, tags=dict(tags) or None)

    def replace(self, replaces: str) -> str:
        """What belongs to a version and not to the secret is taken along: tags, content type and dates."""
        before = history(self._session, self._name)
        if not before:
            raise why_missing(self._session, self._name)
        old = current(self._session, self._name, before)
        if old.version != replaces:
            return self._found(old)
        return self._set(
            before,
            content_type=old.content_type,
            tags=old.tags,
            not_before=old.not_before,
            expires_on=old.expires_on,
        )

    def _found(self, old: Properties, sentence: str = "", remedy: str = "") -> str:
        if self._is_repeated and self._is(old.version):
            return str(old.version)
        raise Conflict(sentence, remedy=remedy, current=str(old.version), name=self._name)

    def _is(self, version: str) -> bool:
        try:
            return (
                azure_entries.value(self._name, self._session.ask("get_secret", self._name, version)).text == self._text
            )
        except StoreError:
            return False

    def _set(self, before: Sequence[Properties], **properties: Any) -> str:
        made = self._session.ask("set_secret", self._name, value=self._text, **properties)[0].version
        self._require_alone({each.version for each in before} | {made})
        return str(made)

    def _require_alone(self, known: set[str]) -> None:
        try:
            after = history(self._session, self._name)
            if all(each.version in known for each in after):
                return
            latest = current(self._session, self._name, after).version
        except StoreError:
            return  # the text is saved, and must not look unsaved because the second look failed
        raise Conflict(
            "Somebody else saved this secret at the same moment; both texts are in its history.",
            remedy="Compare them there, and put back the one that should be read.",
            current=str(latest),
            name=self._name,
        ).but_saved()
