"""The one secret that a page is about, reached through the person who asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from secretsui.access import policy
from secretsui.access.door import Door, open_prefix
from secretsui.access.models import Level
from secretsui.inventory import places
from secretsui.inventory.models import Account, Prefix, SecretRecord
from secretsui.stores.base import Capabilities, NotFound, StoreError, Unable
from secretsui.web.guards import person
from secretsui.web.store_words import StoreWords, words_of
from secretsui.web.text_rules import TextRules

LEAST: Final = Capabilities(
    page_size=1,
    batch_size=1,
    compare_and_swap=False,
    restore=False,
    history=False,
    tags=False,
    max_bytes=0,
    name_pattern="",
    max_name_length=0,
    recovery_days=(0, 0),
    service="",
    recovery="none",
    descriptions=False,
    kms_keys=False,
    policies=False,
    put_back=False,
)


class Links:
    """The addresses of one secret's pages, by the name of the action: `links.put_back` in a template."""

    def __init__(self, prefix: Prefix, name: str) -> None:
        self._at = (prefix.account.name, prefix.address, name)

    def __getitem__(self, action: str) -> str:
        return reverse("secret" if action == "show" else f"secret-{action.replace('_', '-')}", args=self._at)


@dataclass
class Subject:
    prefix: Prefix
    name: str
    record: SecretRecord
    door: Door

    @property
    def level(self) -> Level:
        return self.door.level or Level.LIST

    @property
    def account(self) -> Account:
        return self.prefix.account

    @property
    def key(self) -> str:
        """The conn_id, the variable's key or the config option."""
        return self.record.key

    @property
    def can_reveal(self) -> bool:
        return self.level >= Level.REVEAL

    @property
    def can_write(self) -> bool:
        return self.level >= Level.WRITE

    @property
    def words(self) -> StoreWords:
        return words_of(self.prefix.store_kind)

    @cached_property
    def can(self) -> Capabilities:
        """What the store can do; of one that cannot be asked, nothing that not every store can."""
        try:
            return self.door.capabilities
        except StoreError:
            return LEAST

    @property
    def rules(self) -> TextRules:
        return TextRules(self.prefix.store_kind, self.can)

    @cached_property
    def links(self) -> Links:
        return Links(self.prefix, self.name)


def granted(request: HttpRequest, prefix: Prefix | None) -> Prefix:
    """The prefix as this person may see it; 404 where they may not."""
    visible = policy.visible_prefixes(request.user).filter(pk=prefix.pk).first() if prefix else None
    if visible is None:
        raise Http404
    return visible


def find(request: HttpRequest, account: str, address: str, name: str) -> Subject:
    """404 unless there is such a secret and this person may list it.

    A secret that the index does not know yet is asked for by itself, so that one just made elsewhere has its page.
    """
    prefix = granted(request, places.find(account, address, name))
    door = open_prefix(person(request), prefix)
    record = prefix.records.filter(name=name).first()
    if record is None:
        record = _newly_found(door, name)
    return Subject(prefix, name, record, door)


def _newly_found(door: Door, name: str) -> SecretRecord:
    try:
        record = door.refresh_one(name)
    except NotFound:
        record = None
    if record is None:
        raise Http404
    return record


def require(subject: Subject, level: Level) -> None:
    """For pages that lead to an action, before the door would refuse the action itself."""
    if subject.level < level:
        raise policy.Refused(level, subject.prefix)


def require_able(subject: Subject, able: Callable[[Capabilities], object]) -> None:
    """The same for what not every store can do. Raises a `StoreError` where that cannot be told as well."""
    if not able(subject.door.capabilities):
        raise Unable(_("%(service)s has nothing of the kind.") % {"service": subject.words.service}, name=subject.name)
