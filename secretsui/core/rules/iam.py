"""What policies of a role say of one action on one thing, as far as they say it without conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Literal, Protocol

Decision = Literal["allowed", "denied", "conditional", "not-allowed"]
Policy = Mapping[str, Any]
_SUFFIX: Final = "-a1B2c3"
_RANDOM: Final = 6


class Thing(Protocol):
    def is_in(self, pattern: str, /) -> bool:
        """Does a pattern of a policy cover it?"""


class Arn:
    def __init__(self, arn: str) -> None:
        self.arn = arn

    def is_in(self, pattern: str) -> bool:
        return _regex(pattern).fullmatch(self.arn) is not None


class SecretArn(Arn):
    """Of a secret whose six random characters at the end are not known: a policy that spells some means those."""

    def is_in(self, pattern: str) -> bool:
        start, end = pattern[:-_RANDOM], pattern[-_RANDOM:]
        is_spelt = start == f"{self.arn}-" and end.isascii() and end.isalnum()
        return is_spelt or _regex(pattern).fullmatch(self.arn + _SUFFIX) is not None


class _Any:
    def is_in(self, pattern: str) -> bool:
        return pattern == "*"


ANY: Final[Thing] = _Any()


def decide(policies: Iterable[Policy], action: str, thing: Thing) -> Decision:
    """A denial beats all; what has a condition holds perhaps."""
    found = [each for policy in policies for each in statements(policy) if _is_about(each, action, thing)]
    if any(_effect(each) == "Deny" and not each.get("Condition") for each in found):
        return "denied"
    has_doubt = any(each.get("Condition") for each in found)
    is_allowed = any(_effect(each) == "Allow" and not each.get("Condition") for each in found)
    if any(_effect(each) == "Deny" for each in found) or (has_doubt and not is_allowed):
        return "conditional"
    return "allowed" if is_allowed else "not-allowed"


def may_allow(policy: Policy, action: str) -> bool:
    """Does a policy of the thing itself let anybody do so?"""
    return any(_effect(each) == "Allow" and _covers_action(each, action) for each in statements(policy))


def statements(policy: Policy) -> Sequence[Policy]:
    found = policy.get("Statement", ())
    return [found] if isinstance(found, Mapping) else list(found)


def _effect(statement: Policy) -> str:
    return str(statement.get("Effect", ""))


def _is_about(statement: Policy, action: str, thing: Thing) -> bool:
    if not _covers_action(statement, action):
        return False
    if "NotResource" in statement:
        return not any(thing.is_in(each) for each in _listed(statement, "NotResource"))
    return any(thing.is_in(each) for each in _listed(statement, "Resource"))


def _covers_action(statement: Policy, action: str) -> bool:
    """Actions are told without regard to capitals."""
    if "NotAction" in statement:
        return not any(_is_action(each, action) for each in _listed(statement, "NotAction"))
    return any(_is_action(each, action) for each in _listed(statement, "Action"))


@lru_cache(maxsize=4096)
def _is_action(pattern: str, action: str) -> bool:
    return _regex(pattern.lower()).fullmatch(action.lower()) is not None


def _listed(statement: Policy, name: str) -> Iterator[str]:
    found = statement.get(name, ())
    yield from [found] if isinstance(found, str) else map(str, found)


@lru_cache(maxsize=4096)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern), re.DOTALL)
