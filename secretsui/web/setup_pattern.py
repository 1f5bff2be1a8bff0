"""What the pattern for connections makes of ids that this person may list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from secretsui.core.backends.prefixes import patterns
from secretsui.core.setup.answers import Answers, OnAws
from secretsui.inventory.models import Prefix, SecretRecord
from secretsui.web.setup_saving import STORES

SHOWN: Final = 5
MOST: Final = 5000  # ids that are tried


@dataclass(frozen=True, slots=True)
class Tried:
    """`lines` are ids that stand for all: those that are never looked up take up to half of them.

    `count` ids are there, of which the first `looked_at` were tried.
    """

    prefix: Prefix
    matched: int
    looked_at: int
    count: int
    lines: Sequence[tuple[str, bool]]


def tried(answers: Answers, prefixes: Sequence[Prefix]) -> Tried | None:
    """None without a pattern, or where the prefix is not known here or holds nothing."""
    pattern = answers.patterns.get("connection", "")
    prefix = _prefix(answers, prefixes) if pattern else None
    if prefix is None:
        return None
    match = patterns({"connections_lookup_pattern": pattern})["connection"]
    keys = SecretRecord.objects.filter(prefix=prefix, deleted_at=None).order_by("key").values_list("key", flat=True)
    asked = [(key, match(key) is None) for key in keys[:MOST]]
    if not asked:
        return None
    count = keys.count() if len(asked) == MOST else len(asked)
    return Tried(prefix, sum(found for _, found in asked), len(asked), count, _few(asked))


def _prefix(answers: Answers, prefixes: Sequence[Prefix]) -> Prefix | None:
    place, path = answers.place, answers.prefixes.get("connection")
    if not isinstance(place, OnAws) or path is None:
        return None
    of_store = (each for each in prefixes if each.store_kind == STORES[answers.store] and each.path == path)
    return next(
        (each for each in of_store if (each.account.account_id, each.region) == (place.account, place.region)), None
    )


def _few(asked: Sequence[tuple[str, bool]]) -> Sequence[tuple[str, bool]]:
    lost = [each for each in asked if not each[1]][: SHOWN // 2]
    kept = [each for each in asked if each[1]][: SHOWN - len(lost)]
    return [*kept, *lost]
