"""The only way to a store: decide, record, then call it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import Error

from secretsui.access import events, policy
from secretsui.access.models import AccessEvent, Level
from secretsui.core.sensitive import Sensitive
from secretsui.inventory import places, sync, wiring
from secretsui.inventory.models import Prefix, SecretRecord
from secretsui.stores import details
from secretsui.stores.base import (
    MUST_NOT_EXIST,
    Absent,
    Capabilities,
    Conflict,
    Probe,
    SecretInfo,
    Store,
    StoreError,
    Unavailable,
    Value,
    Version,
    VersionChange,
)
from secretsui.stores.details import Detail, Details

logger = logging.getLogger(__name__)

Action = AccessEvent.Action
Outcome = AccessEvent.Outcome


@dataclass(frozen=True, slots=True)
class Person:
    user: AbstractBaseUser | AnonymousUser
    address: str = ""

    def as_actor(self) -> events.Actor:
        user = None if isinstance(self.user, AnonymousUser) else self.user
        return events.Actor(self.user.get_username(), user, self.address)


@dataclass(frozen=True, slots=True)
class Job:
    """Lists and reads for the index; reveals nothing to anybody and writes nothing."""

    name: str

    def as_actor(self) -> events.Actor:
        return events.Actor(self.name)


ONE: Final = Job("refresh of one secret")


def open_prefix(actor: Person | Job, prefix: Prefix) -> Door:
    """Raises `policy.NotVisible` for whoever has no grant there; an administrator's door opens for `probe` alone."""
    level = Level.LIST if isinstance(actor, Job) else policy.level(actor.user, prefix)
    if level is None and not (isinstance(actor, Person) and policy.may_administer(actor.user)):
        raise policy.NotVisible
    return Door(actor, prefix, level)


def record_admin(
    actor: Person | Job, action: str, place: events.Place | None, detail: str = "", *, name: str = ""
) -> None:
    """For changes of accounts, prefixes, deployments, grants and people; call it in the transaction of the change."""
    events.append(actor.as_actor(), action, Outcome.ALLOWED, place=place, name=name, detail=detail)


class Door:
    """The verbs of a store, each behind a decision; what shows or changes a value is recorded before it happens.

    Every verb may raise `policy.NotVisible`, `policy.Refused` or a `StoreError`.
    """

    def __init__(self, actor: Person | Job, prefix: Prefix, level: Level | None) -> None:
        self.actor, self.prefix, self.level = actor, prefix, level
        self._opened: Store | None = None

    @property
    def _store(self) -> Store:
        if self._opened is None:
            self._opened = wiring.open_store(self.prefix)
        return self._opened

    @property
    def calls(self) -> int:
        """How many calls to the service this door has made."""
        return int(getattr(self._opened, "calls", 0))

    @property
    def capabilities(self) -> Capabilities:
        """What the store can do. It may have to be asked, and so may fail as any verb may."""
        return self._store.capabilities

    # Level list: nothing of a value is shown, nothing is recorded.

    def list(self, start: str | None = None) -> Iterator[Sequence[SecretInfo]]:
        """Pages of metadata of the prefix, or of what begins with `start` in it."""
        start = self.prefix.start if start is None else start
        self._require(Level.LIST)
        if not start.startswith(self.prefix.start):
            raise policy.NotVisible
        return self._store.list(start)

    def describe(self, name: str) -> SecretInfo:
        self._require(Level.LIST, name)
        return self._store.describe(name)

    def versions(self, name: str) -> Sequence[Version]:
        self._require(Level.LIST, name)
        return self._store.versions(name)

    def resource_policy(self, name: str) -> str:
        self._require(Level.LIST, name)
        return self._store.resource_policy(name)

    def refresh_one(self, name: str) -> SecretRecord | None:
        """The record of this secret, as the store has it now. The value is read by a job, and shown to nobody."""
        self._require(Level.LIST, name)
        return sync.refresh_one(self.prefix, name, self._for(ONE) if isinstance(self.actor, Person) else self)

    # Jobs.

    def read(self, names: Sequence[str]) -> Iterator[Mapping[str, Value | StoreError]]:
        """For jobs: one event for all the names. People `reveal` one at a time."""
        if isinstance(self.actor, Person):
            raise TypeError("Values are shown to people by reveal, compare or open_editor.")
        self._record(Action.READ_BATCH, Outcome.ALLOWED, detail=_span(names))
        return self._watched(self._store.read(names))

    def details(self, names: Sequence[str], asked: Sequence[Detail]) -> Mapping[str, Details]:
        """For jobs: what only a call for each secret tells of it, nothing of it a value. An error is an answer too."""
        if isinstance(self.actor, Person):
            raise TypeError("People look at one secret at a time, by describe, versions and resource_policy.")
        return details.read(self._store, names, asked)

    def _watched(
        self, answers: Iterator[Mapping[str, Value | StoreError]]
    ) -> Iterator[Mapping[str, Value | StoreError]]:
        try:
            yield from answers
        except StoreError as error:
            self._record_failure(Action.READ_BATCH, error)
            raise

    # Level reveal.

    def reveal(self, name: str, field: str = "all", version_id: str = "") -> Value:
        """The value of the current version, or of another one. `field` is what will be shown of it."""
        with self._recorded(Level.REVEAL, Action.REVEAL, name, version_id=version_id, detail=field):
            return self._value(name, version_id)

    def compare(self, name: str, a: str, b: str) -> tuple[Value, Value]:
        """The values of two versions; "" is the current one."""
        with self._recorded(Level.REVEAL, Action.COMPARE, name, version_id=a, detail=f"with {b or 'the current one'}"):
            return self._value(name, a), self._value(name, b)

    # Level write.

    def open_editor(self, name: str) -> Value:
        with self._recorded(Level.WRITE, Action.OPEN_EDITOR, name):
            return self._value(name, "")

    def write(self, name: str, text: Sensitive, *, replaces: str, token: str = "") -> str:
        """The id of the new current version."""
        with self._changing(Action.WRITE, name, version_id=replaces):
            return self._store.write(name, text, replaces=replaces, token=token)

    def create(
        self,
        name: str,
        text: Sensitive,
        *,
        token: str = "",
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        kms_key_id: str = "",
    ) -> str:
        """The id of the first version. Raises `Conflict` if the secret exists."""
        absent: Absent = MUST_NOT_EXIST
        with self._changing(Action.CREATE, name):
            return self._store.write(
                name, text, replaces=absent, token=token, description=description, tags=tags, kms_key_id=kms_key_id
            )

    def put_back(self, name: str, version_id: str, *, replaces: str) -> None:
        with self._changing(Action.PUT_BACK, name, version_id=version_id):
            self._store.put_back(name, version_id, replaces=replaces)

    def update(self, name: str, *, description: str | None = None, kms_key_id: str | None = None) -> None:
        given = {"description": description, "KMS key": kms_key_id}
        with self._changing(
            Action.UPDATE, name, detail=_words(word for word, text in given.items() if text is not None)
        ):
            self._store.update(name, description=description, kms_key_id=kms_key_id)

    def tag(self, name: str, *, put: Mapping[str, str], remove: Sequence[str] = ()) -> None:
        with self._changing(Action.TAG, name, detail=_words([*put, *(f"without {key}" for key in remove)])):
            self._store.tag(name, put=put, remove=remove)

    def delete(self, name: str, *, recovery_days: int | None) -> datetime | None:
        """When it will be gone; without `recovery_days` it is gone at once, for good."""
        action = Action.PURGE if recovery_days is None else Action.DELETE
        with self._changing(action, name, detail="" if recovery_days is None else f"{recovery_days} days"):
            return self._store.delete(name, recovery_days=recovery_days)

    def restore(self, name: str) -> None:
        with self._changing(Action.RESTORE, name):
            self._store.restore(name)

    def change_version(self, name: str, version_id: str, change: VersionChange) -> None:
        with self._changing(Action.CHANGE_VERSION, name, version_id=version_id, detail=change):
            self._store.change_version(name, version_id, change)

    # Administrators.

    def probe(self) -> Probe:
        """What the account's identity may do here, found out without reading or changing a secret."""
        if not isinstance(self.actor, Person) or not policy.may_administer(self.actor.user):
            raise policy.NotVisible
        return wiring.probe(self.prefix)

    def _value(self, name: str, version_id: str) -> Value:
        if version_id:
            return self._store.read_version(name, version_id)
        answer = next(answers[name] for answers in self._store.read([name]) if name in answers)
        if isinstance(answer, StoreError):
            raise answer
        return answer

    def _require(self, level: Level, name: str | None = None) -> None:
        if self.level is None or not (name is None or self._owns(name)):
            raise policy.NotVisible
        if self.level < level:
            raise policy.Refused(level, self.prefix)

    def _owns(self, name: str) -> bool:
        return places.owner(self.prefix, name) == self.prefix

    @contextmanager
    def _recorded(
        self, level: Level, action: Action, name: str, *, version_id: str = "", detail: str = ""
    ) -> Iterator[None]:
        try:
            self._require(level, name)
        except (policy.NotVisible, policy.Refused) as refusal:
            self._record(action, Outcome.REFUSED, name, version_id, type(refusal).__name__.lower())
            raise
        self._record(action, Outcome.ALLOWED, name, version_id, detail)
        try:
            yield
        except StoreError as error:
            self._record_failure(action, error, name, version_id)
            raise

    @contextmanager
    def _changing(self, action: Action, name: str, *, version_id: str = "", detail: str = "") -> Iterator[None]:
        with self._recorded(Level.WRITE, action, name, version_id=version_id, detail=detail):
            try:
                yield
            except Unavailable as error:
                error.unconfirmed = True
                self._doubt(name)
                raise
            except Conflict:  # whoever changed it
                self._renew(name)
                raise
        self._renew(name)

    def _renew(self, name: str) -> None:
        """What was changed is changed, whatever becomes of its record."""
        try:
            sync.refresh_one(self.prefix, name, self._for(ONE))
        except (StoreError, Error):
            logger.exception("record not refreshed after a change prefix=%s", self.prefix.pk)
            self._doubt(name)

    def _doubt(self, name: str) -> None:
        try:
            sync.mark_stale(self.prefix, name)
        except Error:
            logger.exception("record not marked stale prefix=%s", self.prefix.pk)

    def _for(self, job: Job) -> Door:
        """The same store, opened for a job."""
        door = Door(job, self.prefix, Level.LIST)
        door._opened = self._store
        return door

    def _record(self, action: Action, outcome: Outcome, name: str = "", version_id: str = "", detail: str = "") -> None:
        events.append_durably(
            self.actor.as_actor(),
            action,
            outcome,
            place=self.prefix,
            name=name,
            version_id=version_id,
            detail=detail,
        )

    def _record_failure(self, action: Action, error: StoreError, name: str = "", version_id: str = "") -> None:
        try:
            self._record(action, Outcome.FAILED, name, version_id, error.kind)
        except StoreError:
            logger.exception("failure not recorded action=%s kind=%s", action, error.kind)


def _span(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{len(names)} values: {names[0]} … {names[-1]}" if names else "no value"


def _words(words: Iterable[str]) -> str:
    return ", ".join(words)
