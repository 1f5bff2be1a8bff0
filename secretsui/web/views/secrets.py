"""The list: search, filters, order, pages, and its export. What is done to ticked rows is in `bulk`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET
from django_htmx.http import push_url

from secretsui.inventory import selection
from secretsui.inventory.models import Prefix, SecretRecord
from secretsui.inventory.selection import Filters, Page
from secretsui.web import csv_export, freshness, menus
from secretsui.web.context import visible
from secretsui.web.store_words import words_of


@require_GET
def secrets(request: HttpRequest) -> HttpResponse:
    filters, prefixes = Filters.parse(request.GET), visible(request)
    page = selection.page(prefixes, filters)
    address = f"{reverse('secrets')}?{filters.query(page=page.number)}".removesuffix("?")
    facts = {"page": page, "filters": filters, "address": address, **_frame(filters, prefixes, page)}
    if "HX-Request" in request.headers:
        return push_url(render(request, "secrets/secrets.html#results", facts), address)
    return render(request, "secrets/secrets.html", facts)


def _frame(filters: Filters, prefixes: Sequence[Prefix], page: Page) -> dict[str, Any]:
    scope = selection.chosen(prefixes, filters)
    return {
        "previous": filters.query(page=max(1, page.number - 1)),
        "next": filters.query(page=page.number + 1),
        "menus": list(menus.menus(filters, prefixes)),
        "columns": menus.columns(filters),
        "fresh": freshness.of(scope),
        "everything": sum(int(prefix.summary.get("records", 0)) for prefix in prefixes),
    }


HEAD = (
    *("account", "account_id", "region", "prefix", "kind", "id", "name", "state", "problem", "conn_type", "endpoint"),
    *("description", "tags", "created", "changed", "accessed", "version_id", "kms_key_id", "rotation", "store"),
)


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """Metadata of every secret that the filters leave, without values."""
    filters, prefixes = Filters.parse(request.GET), visible(request)
    found = selection.select(prefixes, filters).select_related("prefix__account")
    return csv_export.answer(rows(selection.chosen(prefixes, filters), found.iterator(500)), "secretsui-secrets.csv")


def rows(scope: Sequence[Prefix], records: Iterator[SecretRecord]) -> Iterator[Sequence[object]]:
    """The first line says so where something is missing."""
    if words := incomplete(scope):
        yield [words]
    yield HEAD
    for record in records:
        yield _row(record)


def incomplete(scope: Sequence[Prefix]) -> str:
    gaps = [str(prefix) for prefix in scope if not prefix.complete]
    unreadable = sum(freshness.unreadable(prefix) for prefix in scope)
    parts = []
    if gaps:
        parts.append(_("not read completely: %(prefixes)s") % {"prefixes": ", ".join(gaps)})
    if unreadable:
        parts.append(
            ngettext("%(n)d secret could not be read", "%(n)d secrets could not be read", unreadable)
            % {"n": unreadable}
        )
    return _("INCOMPLETE: %(parts)s") % {"parts": "; ".join(parts)} if parts else ""


def _row(record: SecretRecord) -> Sequence[object]:
    prefix, account = record.prefix, record.prefix.account
    tags = " ".join(f"{key}={value}" for key, value in sorted(record.tags.items()))
    times = (moment.isoformat() if moment else "" for moment in (record.created_at, record.changed_at))
    return (
        *(account.name, account.account_id, words_of(prefix.store_kind).place(prefix), prefix.path),
        *(prefix.kind, record.key, record.name),
        *(record.status, record.problem or record.read_error, record.conn_type, record.endpoint),
        *(record.description, tags, *times, record.accessed_at.date() if record.accessed_at else ""),
        *(record.version_id, record.kms_key_id, "on" if record.rotation else "off", prefix.store_kind),
    )
