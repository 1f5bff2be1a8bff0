"""What the frame of every page shows. Lazy: a fragment, which has no frame, costs no query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest

from secretsui.access import policy
from secretsui.access.models import Level
from secretsui.audits import selection
from secretsui.audits.selection import Filters
from secretsui.inventory.models import Account, Prefix
from secretsui.web import conflict_subject, standing
from secretsui.web.standing import Standing

THEMES: Final = ("light", "dark")

# The sidebar entry of each route, by the beginning of its name; the first that fits.
PLACES: Final = (
    ("overview", "overview"),
    ("audit", "audits"),
    ("finding", "audits"),
    ("schedule", "audits"),
    ("recipient", "audits"),
    ("secret", "secrets"),
    ("conflict", "conflicts"),
    ("why", "why"),
    ("trash", "trash"),
    ("builder", "builder"),
    ("setup", "setup"),
    ("settings-check", "setup"),
    ("pattern-test", "setup"),
    ("doctor", "setup"),
    ("account-", "accounts"),
    ("accounts", "accounts"),
    ("prefix", "accounts"),
    ("grant", "accounts"),
    ("deployment", "deployments"),
    ("activity", "activity"),
    ("people", "people"),
    ("person", "people"),
)


@dataclass
class Branch:
    """An account of the sidebar with the prefixes that this person may list."""

    account: Account
    prefixes: list[Prefix] = field(default_factory=list)

    @property
    def records(self) -> int:
        return sum(records(prefix) for prefix in self.prefixes)

    @property
    def several_regions(self) -> bool:
        return len({prefix.address for prefix in self.prefixes}) > 1


def records(prefix: Prefix, state: str = "") -> int:
    found = prefix.summary.get("states", {}).get(state, 0) if state else prefix.summary.get("records", 0)
    return int(found)


def level(prefix: Prefix) -> int:
    """The right on a prefix that came through `visible_prefixes`, which carries it."""
    return int(getattr(prefix, "level", 0) or 0)


def visible(request: HttpRequest) -> Sequence[Prefix]:
    """The prefixes this person may list, with their level and account; asked for once per request."""
    found: Sequence[Prefix] | None = getattr(request, "visible_prefixes", None)
    if found is None:
        found = list(policy.visible_prefixes(request.user))
        request.visible_prefixes = found  # type: ignore[attr-defined]
    return found


class Shell:
    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def user(self) -> User | AnonymousUser:
        # An error page may be drawn before the middleware that finds the user has run.
        return getattr(self.request, "user", None) or AnonymousUser()

    @property
    def prefixes(self) -> Sequence[Prefix]:
        return visible(self.request) if self.user.is_authenticated else []

    @cached_property
    def tree(self) -> Sequence[Branch]:
        branches: dict[int, Branch] = {}
        for prefix in self.prefixes:
            branches.setdefault(prefix.account_id, Branch(prefix.account)).prefixes.append(prefix)
        return list(branches.values())

    @cached_property
    def deployments(self) -> Sequence[Standing]:
        """Those that this person may see."""
        found = conflict_subject.visible(self.request) if self.user.is_authenticated else []
        return [standing.of(each) for each in found]

    @property
    def conflicts(self) -> int:
        return sum(each.conflicts for each in self.deployments)

    @cached_property
    def urgent(self) -> int:
        """How many findings of the two worst severities are open."""
        if not self.prefixes and not self.deployments:
            return 0
        worst = Filters(severity=("critical", "high"))
        return selection.select(self.user, worst).order_by().count()

    @property
    def several_stores(self) -> bool:
        """Are there several kinds, so that lists say which?"""
        return len({prefix.store_kind for prefix in self.prefixes}) > 1

    @property
    def records(self) -> int:
        return sum(records(prefix) for prefix in self.prefixes)

    @property
    def deleted(self) -> int:
        return sum(records(prefix, "deleted") for prefix in self.prefixes)

    @cached_property
    def helpers(self) -> Sequence[str]:
        """Who can give a grant or add an account: for pages that cannot show what somebody looked for."""
        if not self.user.is_authenticated:
            return []
        administrators = User.objects.filter(is_superuser=True, is_active=True).order_by("username")
        return list(administrators.values_list("username", flat=True)[:3])

    @cached_property
    def accounts_exist(self) -> bool:
        return Account.objects.exists()

    @cached_property
    def groups(self) -> Sequence[str]:
        return list(self.user.groups.order_by("name").values_list("name", flat=True))

    @cached_property
    def administers(self) -> bool:
        return policy.may_administer(self.user)

    @property
    def can_write(self) -> bool:
        return any(level(prefix) >= Level.WRITE for prefix in self.prefixes)

    @cached_property
    def here(self) -> str:
        name = (self.request.resolver_match and self.request.resolver_match.url_name) or ""
        return next((place for start, place in PLACES if name.startswith(start)), "")

    @cached_property
    def account(self) -> str:
        """The account that the page is about: its branch is open."""
        match = self.request.resolver_match
        return str((match and match.kwargs.get("account")) or self.request.GET.get("account", ""))

    @property
    def deployment(self) -> str:
        """The deployment whose conflicts the page shows."""
        match = self.request.resolver_match
        return str(match.kwargs.get("deployment", "")) if match and self.here == "conflicts" else ""

    @property
    def prefix(self) -> str:
        return self.request.GET.get("prefix", "")

    @property
    def theme(self) -> str:
        """Empty means as the system has it."""
        chosen = self.request.COOKIES.get("theme", "")
        return chosen if chosen in THEMES else ""


def shell(request: HttpRequest) -> dict[str, Shell]:
    return {"shell": Shell(request)}
