"""What the store says of one secret right now, for a page that is drawn from the index otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from secretsui.access.door import Door
from secretsui.stores.base import SecretInfo, StoreError, Version

# The rest is 502: this server was understood, and the one behind it did not help.
STATUS: Final[Mapping[str, int]] = {
    "notfound": 404,
    "pendingdeletion": 409,
    "unable": 409,
    "disabledversion": 409,
    "conflict": 409,
    "toolarge": 422,
    "badname": 422,
    "throttled": 503,
    "notrecorded": 503,
    "unavailable": 503,
}


def status_of(error: StoreError | None) -> int:
    return STATUS.get(error.kind, 502) if error else 200


@dataclass(frozen=True, slots=True)
class Numbered:
    """A version with the number that people call it by: the oldest that the store still has is 1."""

    number: int
    version: Version

    @property
    def version_id(self) -> str:
        return self.version.version_id

    @property
    def is_counted(self) -> bool:
        """Does the store count its versions just so itself?"""
        return self.version_id == str(self.number)

    @property
    def created_at(self) -> datetime | None:
        return self.version.created_at

    @property
    def words(self) -> str:
        return _("version %(number)s") % {"number": self.number}


@dataclass(frozen=True, slots=True)
class History:
    """The versions of a secret, newest first; `error` says why there are none."""

    versions: Sequence[Numbered] = ()
    error: StoreError | None = None

    def find(self, version_id: str) -> Numbered | None:
        return next((each for each in self.versions if each.version_id == version_id), None)

    def words(self, version_id: str) -> str:
        """“version 5”; the start of its id where it cannot be counted."""
        found = self.find(version_id)
        return found.words if found else _("version %(number)s") % {"number": version_id[:8] or "?"}

    @property
    def current(self) -> Numbered | None:
        return next((each for each in self.versions if each.version.is_current), None)


@dataclass(frozen=True, slots=True)
class Live:
    info: SecretInfo | None = None
    error: StoreError | None = None
    history: History = History()


def history(door: Door, name: str) -> History:
    try:
        found = door.versions(name)
    except StoreError as error:
        return History(error=error)
    return History([Numbered(len(found) - place, version) for place, version in enumerate(found)])


def look(door: Door, name: str) -> Live:
    """The versions are not asked for when the description failed: the page would only wait for the same failure."""
    try:
        info = door.describe(name)
    except StoreError as error:
        return Live(error=error, history=History(error=error))
    return Live(info, history=history(door, name))
