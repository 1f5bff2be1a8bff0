"""The counts of a prefix's records that menus and lists show without asking for the records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from secretsui.inventory.models import Prefix, SecretRecord

TAGS_KEPT: Final = 100
_COUNTED: Final = ("conn_type", "form", "status", "tags")
Facts = tuple[str, str, str, Mapping[str, str]]


def count(prefix: Prefix) -> dict[str, Any]:
    """Anew, from every record."""
    found: dict[str, Counter[str]] = {"types": Counter(), "forms": Counter(), "states": Counter(), "tags": Counter()}
    for facts in prefix.records.order_by().values_list(*_COUNTED).iterator(2000):
        _add(found, facts, 1)
    return _summary(prefix, found)


def replace(prefix: Prefix, before: Facts | None, after: Facts | None) -> None:
    """Correct the summary for one record that changed, came (`before` None) or went (`after` None)."""
    with transaction.atomic():
        locked = Prefix.objects.select_for_update().get(pk=prefix.pk)
        kept = {part: Counter(locked.summary.get(part, {})) for part in ("types", "forms", "states", "tags")}
        for facts, step in ((before, -1), (after, 1)):
            if facts is not None:
                _add(kept, facts, step)
        prefix.summary = locked.summary = _summary(prefix, kept)
        locked.save(update_fields=["summary"])


def facts_of(record: QuerySet[SecretRecord]) -> Facts | None:
    """Of the one record that is selected, as the database has it: the status is computed there."""
    return record.order_by().values_list(*_COUNTED).first()


def _add(found: Mapping[str, Counter[str]], facts: Facts, step: int) -> None:
    conn_type, form, status, tags = facts
    found["states"][status] += step
    for part, word in (("types", conn_type), ("forms", form)):
        if word:
            found[part][word] += step
    for key, value in tags.items():
        found["tags"][f"{key}={value}"] += step


def _summary(prefix: Prefix, found: Mapping[str, Counter[str]]) -> dict[str, Any]:
    records = sum(found["states"].values())
    return {
        "records": records,
        "kinds": {prefix.kind: records} if records else {},
        "tags": dict(_positive(found["tags"].most_common(TAGS_KEPT))),
        **{part: dict(_positive(found[part].most_common())) for part in ("types", "forms", "states")},
    }


def _positive(counts: Iterable[tuple[str, int]]) -> Iterable[tuple[str, int]]:
    return ((word, number) for word, number in counts if number > 0)
