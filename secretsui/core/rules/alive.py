"""What the rules about security look at: secrets that are there, and how well each is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from secretsui.core.rules.estate import Estate, Secret
from secretsui.core.rules.outcome import PASSED, Outcome, Passed, Unchecked
from secretsui.core.rules.traits import Traits
from secretsui.core.sensitive_names import is_sensitive

NOT_READ: Final = "not-read"
NO_DETAILS: Final = "no-details"
NEVER_LISTED: Final = "never-listed"


def alive(estate: Estate) -> Iterator[Secret]:
    """Nobody mends what waits for its deletion."""
    return (secret for secret in estate.secrets if secret.deleted_at is None)


def of_secrets_manager(estate: Estate) -> Iterator[Secret]:
    """For rules about what no other store has, or tells."""
    return (secret for secret in alive(estate) if secret.scope.is_of_secrets_manager)


def readable(estate: Estate, *kinds: str) -> Iterator[tuple[Secret, Traits | Unchecked]]:
    """Secrets of these kinds, or of all, that hold text, and what was seen of it."""
    for secret in alive(estate):
        if secret.form != "binary" and (not kinds or secret.kind in kinds):
            yield secret, seen(secret)


def seen(secret: Secret) -> Traits | Unchecked:
    if secret.traits is None:
        return Unchecked(secret.read_error or NOT_READ)
    return secret.traits if secret.traits.is_readable else Unchecked("unreadable")


def passed(secret: Secret) -> Passed | Unchecked:
    """What was well when its prefix was last listed may be otherwise now."""
    if secret.scope.complete:
        return PASSED
    return Unchecked(secret.scope.problem or NEVER_LISTED)


def said(secret: Secret, found: Iterable[Outcome]) -> Iterator[tuple[Secret, Outcome]]:
    """What was found of it; where that is nothing, it passed."""
    yield from ((secret, outcome) for outcome in list(found) or [passed(secret)])


def holds_credential(secret: Secret) -> bool:
    """Unless it is known to hold none."""
    if secret.kind == "variable" and is_sensitive(secret.key):
        return True
    traits = secret.traits
    if traits is None or not traits.is_readable:
        return secret.kind != "variable"
    return bool(traits.fields) or secret.kind not in ("connection", "variable")
