"""Secrets in their recovery window, and how long each can still be restored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from secretsui.access import policy
from secretsui.access.door import Door, Person, open_prefix
from secretsui.access.models import Level
from secretsui.inventory.models import SecretRecord
from secretsui.stores.base import Expired, NotFound, SecretInfo, StoreError, Throttled, Unavailable
from secretsui.web.guards import person
from secretsui.web.htmx import is_fragment
from secretsui.web.subject import Links

PER_PAGE: Final = 20  # each row is asked for by itself: a list does not say when a secret will be gone


@dataclass(frozen=True, slots=True)
class Row:
    record: SecretRecord
    links: Links
    may_restore: bool
    may_purge: bool = False
    info: SecretInfo | None = None
    is_gone: bool = False
    error: StoreError | None = None


@require_GET
def trash(request: HttpRequest) -> HttpResponse:
    visible = policy.visible_prefixes(request.user)
    deleted = SecretRecord.objects.filter(prefix__in=visible.values("pk"), deleted_at__isnull=False)
    deleted = deleted.select_related("prefix__account").order_by("deleted_at", "id")
    page = Paginator(deleted, PER_PAGE).get_page(request.GET.get("page"))
    template = "trash/trash.html#results" if is_fragment(request) else "trash/trash.html"
    return render(request, template, {"page": page, "rows": _rows(person(request), list(page))})


def _rows(actor: Person, records: Sequence[SecretRecord]) -> Sequence[Row]:
    """After a failure that concerns a whole account, its other rows are not asked for."""
    doors: dict[int, Door] = {}
    failed: dict[int, StoreError] = {}
    rows = []
    for record in records:
        prefix = record.prefix
        door = doors.setdefault(prefix.pk, doors.get(prefix.pk) or open_prefix(actor, prefix))
        row = _row(door, record, failed.get(prefix.account_id))
        if isinstance(row.error, Unavailable | Expired | Throttled):
            failed[prefix.account_id] = row.error
        rows.append(row)
    return rows


def _row(door: Door, record: SecretRecord, error: StoreError | None) -> Row:
    prefix = record.prefix
    may_write = (door.level or 0) >= Level.WRITE
    row = Row(record, Links(prefix, record.name), may_write, error=error)
    if error:
        return row
    try:
        can = door.capabilities
        may_purge = may_write and can.recovery == "kept"
        return replace(row, info=door.describe(record.name), may_restore=may_write and can.restore, may_purge=may_purge)
    except NotFound:
        return replace(row, may_restore=False, is_gone=True)
    except StoreError as failure:
        return replace(row, error=failure)
