"""What only calls for each secret tell: its policy, the keys and dates of its versions, its replicas.

They are kept in the record and asked for again when the secret changed, now and then all the same (a change of a policy
need not show in a list), and where they were refused.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.utils import timezone

from secretsui.access.door import Door
from secretsui.inventory import allowance
from secretsui.inventory.models import Prefix, SecretRecord
from secretsui.inventory.sync.closing import Failure
from secretsui.stores.base import SecretInfo, StoreError, Version
from secretsui.stores.details import Detail, Details

OLD: Final = timedelta(days=7)
SOME: Final = 50
_REPLICATED: Final = Prefix.StoreKind.SECRETS_MANAGER
ALL: Final[Sequence[Detail]] = ("describe", "versions", "policy")
# What concerns every secret: the rest need not be asked.
GENERAL: Final = ("throttled", "expired", "unavailable")
# After so many refusals and no answer it is the right that is missing, not a secret that is special.
REFUSALS: Final = 5


class Wanted(NamedTuple):
    name: str
    state: str  # of the secret: kept beside the details, so that it shows when they are out of date


def wanted(prefix: Prefix) -> Sequence[Wanted]:
    """The secrets of which details are missing, or of an earlier state."""
    old = (timezone.now() - OLD).isoformat()
    rows = SecretRecord.objects.filter(prefix=prefix, deleted_at=None).order_by("name")
    known = rows.values_list("name", "changed_at", "version_id", "details__of", "details__at", "details__errors")
    found = ((Wanted(name, _state(changed, version)), *kept) for name, changed, version, *kept in known.iterator(2000))
    return [each for each, of, at, errors in found if of != each.state or at < old or errors]


class Reading:
    """One reading of the details of a prefix. `failure` is what ended it before all were asked."""

    def __init__(self, prefix: Prefix, door: Door) -> None:
        self.prefix, self.door = prefix, door
        self.failure: Failure | None = None
        self._answered: Counter[Detail] = Counter()
        self._refused: Counter[Detail] = Counter()
        self._error: dict[Detail, str] = {}

    @cached_property
    def _told(self) -> Sequence[Detail]:
        """What this kind of store has to tell; only Secrets Manager's descriptions say more than its list."""
        can = self.door.capabilities
        is_told = {"describe": self.prefix.store_kind == _REPLICATED, "versions": can.history, "policy": can.policies}
        return [each for each in ALL if is_told[each]]

    def read(self, secrets: Sequence[Wanted]) -> Iterator[int]:
        """How many were read, again and again: whoever takes the numbers may stop at any."""
        for start in range(0, len(secrets), SOME):
            some = secrets[start : start + SOME]
            answers = self._ask([each.name for each in some])
            _write(self.prefix, {each.name: _kept(each.state, answers[each.name], self._error) for each in some})
            yield len(some)
            if self.failure:
                return

    def _ask(self, names: Sequence[str]) -> Mapping[str, Details]:
        asked = [each for each in self._told if each not in self._error]
        for each in asked:
            allowance.take(self.prefix, each, len(names))
        answers = self.door.details(names, asked)
        for told in answers.values():
            for detail, answer in told.items():
                self._note(detail, answer)
        return answers

    def _note(self, detail: Detail, answer: object) -> None:
        if not isinstance(answer, StoreError):
            self._answered[detail] += 1
            return
        if answer.kind in GENERAL and self.failure is None:
            self.failure = Failure.of(answer)
        self._refused[detail] += 1
        if self._refused[detail] >= REFUSALS and not self._answered[detail]:
            self._error[detail] = answer.kind


def _state(changed_at: datetime | None, version_id: str) -> str:
    return f"{changed_at.isoformat() if changed_at else ''} {version_id}"


def _kept(state: str, told: Details, refused: Mapping[Detail, str]) -> Mapping[str, Any]:
    errors = {**refused, **{each: answer.kind for each, answer in told.items() if isinstance(answer, StoreError)}}
    kept: dict[str, Any] = {"of": state, "at": timezone.now().isoformat()}
    if isinstance(info := told.get("describe"), SecretInfo):
        kept["replicas"] = [[each.region, each.status] for each in info.replicas]
    if isinstance(versions := told.get("versions"), Sequence) and "versions" not in errors:
        kept |= _of_versions(versions)
    if isinstance(text := told.get("policy"), str):
        try:
            kept["policy"] = _policy(text)
        except ValueError:
            errors["policy"] = "foreign-answer"
    return {**kept, "errors": errors} if errors else kept


def _of_versions(versions: Sequence[Version]) -> Mapping[str, Any]:
    current = next((each for each in versions if each.is_current), None)
    made = [each.created_at for each in versions if each.created_at]
    return {
        "keys": {each.version_id: list(each.kms_key_ids) for each in versions},
        "writes": [each.isoformat() for each in made],
        "current": current.version_id if current else "",
        "made": current.created_at.isoformat() if current and current.created_at else None,
    }


def _policy(text: str) -> Mapping[str, Any]:
    found = json.loads(text) if text else {}
    if not isinstance(found, dict):
        raise ValueError
    return found


def _write(prefix: Prefix, found: Mapping[str, Mapping[str, Any]]) -> None:
    with transaction.atomic():
        records = SecretRecord.objects.select_for_update().filter(prefix=prefix, name__in=list(found)).only("name")
        rows = list(records.order_by())
        for row in rows:
            row.details = found[row.name]
        SecretRecord.objects.bulk_update(rows, ["details"])
