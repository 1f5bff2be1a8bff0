"""Which prefix a secret belongs to: the most specific one of its store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from secretsui.inventory.models import Prefix


def find(account_name: str, address: str, name: str) -> Prefix | None:
    """The prefix that this secret belongs to, with its account. `address` is that of its prefixes."""
    if "\0" in account_name + address + name:
        return None  # in no name of any store, and PostgreSQL refuses to look for it
    there = Prefix.objects.filter(account__name=account_name).select_related("account")
    return most_specific((each for each in there if each.address == address), name)


def owner(prefix: Prefix, name: str) -> Prefix | None:
    """As `find`, among the prefixes of the same store as this one."""
    return most_specific(neighbours(prefix), name)


def neighbours(prefix: Prefix) -> QuerySet[Prefix]:
    """Every prefix of the same store: account, region and kind of store; this one as well."""
    return Prefix.objects.filter(account=prefix.account_id, region=prefix.region, store_kind=prefix.store_kind)


def narrower(prefix: Prefix) -> Sequence[str]:
    """The beginnings of the names that lie under this prefix and yet belong to another one."""
    others = neighbours(prefix).exclude(pk=prefix.pk)
    return [each.start for each in others if prefix.holds(each.start) and len(each.start) > len(prefix.start)]


def wider(prefix: Prefix) -> Sequence[Prefix]:
    """The prefixes that would list the secrets of this one if it did not exist."""
    return [each for each in neighbours(prefix).exclude(pk=prefix.pk) if each.holds(prefix.start)]


def most_specific(prefixes: Iterable[Prefix], name: str) -> Prefix | None:
    fitting = (each for each in prefixes if each.holds(name))
    return max(fitting, key=lambda each: len(each.start), default=None)
