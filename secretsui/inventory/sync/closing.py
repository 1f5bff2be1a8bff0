"""The end of a refresh: its row, and what the prefix says about its records from then on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from django.db import transaction
from django.utils import timezone

from secretsui.airflow.errors import ApiError
from secretsui.inventory.clean import fit
from secretsui.inventory.models import Prefix, Refresh
from secretsui.inventory.sync import summary
from secretsui.stores.base import StoreError

KEPT_REFRESHES: Final = 50


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a refresh or a check did not do everything, in words for the screen."""

    problem: str
    remedy: str = ""
    code: str = ""
    error: str = ""  # kind of the StoreError or ApiError, where that is the reason

    @classmethod
    def of(cls, error: StoreError | ApiError) -> Self:
        return cls(error.sentence, error.remedy, error.code, error.kind)


@dataclass(frozen=True, slots=True)
class Ending:
    state: Refresh.State
    failure: Failure | None = None
    listed: bool = False  # the listing reached its last page


def close(refresh: Refresh, ending: Ending) -> bool:
    """Whether it was still open: a refresh is closed once, by its worker or by the sweep."""
    now = timezone.now()
    with transaction.atomic():
        open_ones = Refresh.objects.filter(pk=refresh.pk, state__in=Refresh.ACTIVE)
        if not open_ones.update(state=ending.state, finished_at=now, **_said(ending.failure, Refresh)):
            return False
        prefix = Prefix.objects.select_for_update().get(pk=refresh.prefix_id)
        _tell(prefix, ending, refresh.started_at)
        _forget_old(prefix)
    refresh.refresh_from_db()
    return True


def close_as_failed(refresh: Refresh, failure: Failure) -> bool:
    return close(refresh, Ending(Refresh.State.FAILED, failure))


def _tell(prefix: Prefix, ending: Ending, started_at: datetime | None) -> None:
    for field, text in _said(ending.failure, Prefix).items():
        if field != "error":
            setattr(prefix, field, text)
    if ending.listed:
        prefix.as_of = started_at
    if started_at is not None:  # one that never began says nothing about the records
        prefix.complete = ending.state == Refresh.State.DONE
        prefix.summary = summary.count(prefix)
    prefix.save(update_fields=["problem", "remedy", "code", "as_of", "complete", "summary"])


def _said(failure: Failure | None, row: type[Refresh | Prefix]) -> dict[str, str]:
    said = failure or Failure("")
    texts = {"problem": said.problem, "remedy": said.remedy, "code": said.code}
    return {field: fit(row, field, text) for field, text in texts.items()} | {"error": said.error}


def _forget_old(prefix: Prefix) -> None:
    old = list(prefix.refreshes.values_list("pk", flat=True)[KEPT_REFRESHES : KEPT_REFRESHES + 100])
    Refresh.objects.filter(pk__in=old).delete()
