"""Writing to Google Secret Manager, which has no compare-and-swap for values.

A new version is added whatever the current one is. So the current one is compared before, and afterwards the number
of the new version tells whether another writer came in between: versions are numbered one after the other. Both
texts are versions then, and neither is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from secretsui.core.sensitive import Sensitive
from secretsui.stores import google_entries
from secretsui.stores.base import Conflict, NotFound, StoreError, Unavailable
from secretsui.stores.google_entries import last
from secretsui.stores.google_session import Session


class Writing:
    """One text of one secret on its way to being the latest version."""

    def __init__(self, session: Session, name: str, text: Sensitive) -> None:
        self._session, self._name, self._text = session, name, text

    def create(self, labels: Mapping[str, str], *, is_repeated: bool) -> str:
        """`is_repeated` where it may have been made by an earlier, unheard attempt of the same call."""
        secret = {"replication": {"automatic": {}}, "labels": dict(labels)}
        request = {"parent": f"projects/{self._session.project}", "secret_id": self._name, "secret": secret}
        exists: Conflict
        try:
            made = self._session.ask("create_secret", request, name=self._name)
        except Conflict as conflict:
            exists = conflict
        else:
            return self._first(made)
        exists.current = self._current()
        if is_repeated and exists.current and self._is(exists.current):
            return exists.current
        raise exists

    def _first(self, made: Any) -> str:
        """A secret that could not get its value is taken away again, unless somebody has touched it."""
        try:
            return self._add("")
        except (Unavailable, Conflict):
            raise  # it may have got it, or has it beside somebody else's
        except StoreError as error:
            refusal = error
        if self._is_empty():
            self._undo(made)
        raise refusal

    def _is_empty(self) -> bool:
        """A new version leaves the secret's etag as it is, so that it guards no text of somebody else."""
        try:
            return not self._current()
        except StoreError:
            return False

    def _undo(self, made: Any) -> None:
        request = {"name": self._session.path(self._name), "etag": made.etag}
        try:
            self._session.ask("delete_secret", request, name=self._name)
        except StoreError:
            return  # what stays is a secret without a version, which the next write fills

    def replace(self, replaces: str, *, is_repeated: bool) -> str:
        current = self._current()
        if current != replaces:
            if is_repeated and current and self._is(current):
                return current
            self._require_secret(current)
            raise Conflict(current=current, name=self._name)
        if not current:
            self._require_secret(current)
        return self._add(current)

    def _add(self, after: str) -> str:
        request = {"parent": self._session.path(self._name)}
        added = last(self._session.ask("add_secret_version", request, name=self._name, value=self._text).name)
        if int(added) != int(after or 0) + 1:
            raise Conflict(
                f"Somebody else saved version {int(added) - 1} at the same moment; your text is version {added} now.",
                remedy="Compare both in its history, and put back the one that should be read.",
                name=self._name,
                current=added,
            ).but_saved()
        return added

    def _current(self) -> str:
        """The number of the latest version, "" where there is none."""
        request = {"name": self._session.path(self._name, "latest")}
        try:
            return last(self._session.ask("get_secret_version", request, name=self._name).name)
        except NotFound:
            return ""

    def _require_secret(self, current: str) -> None:
        """Without a version, a secret that is there and one that is not look alike."""
        if not current:
            self._session.ask("get_secret", {"name": self._session.path(self._name)}, name=self._name)

    def _is(self, version: str) -> bool:
        request = {"name": self._session.path(self._name, version)}
        try:
            answer = self._session.ask("access_secret_version", request, name=self._name)
        except StoreError:
            return False
        return google_entries.value(self._name, answer).text == self._text
