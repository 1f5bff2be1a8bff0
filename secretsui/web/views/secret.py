"""One secret, drawn from the index and from what the store says of it now; never from its value."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from secretsui.audits.models import StoredFinding
from secretsui.stores.base import StoreError
from secretsui.web import finding_rows, live, subject, value_rows
from secretsui.web.forms.stored_json import pretty
from secretsui.web.htmx import is_fragment
from secretsui.web.subject import Subject
from secretsui.web.winning import Winning

MOST: Final = 20  # findings


@require_GET
def show(request: HttpRequest, account: str, address: str, name: str) -> HttpResponse:
    found = subject.find(request, account, address, name)
    now = live.look(found.door, name)
    facts = {
        "subject": found,
        "rows": value_rows.masked(found.record, found.prefix.kind),
        "live": now,
        "findings": finding_rows.rows(request, _open(found)),
        "winning": Winning(request, found.prefix, found.key),
    }
    return render(request, "secret/secret.html", facts, status=live.status_of(now.error))


def _open(found: Subject) -> QuerySet[StoredFinding]:
    """What audits have found out about it, and nobody has mended."""
    rows = StoredFinding.objects.filter(prefix=found.prefix, name=found.name, status=StoredFinding.Status.OPEN)
    return rows.select_related("prefix__account", "deployment")[:MOST]


@require_GET
def fields(request: HttpRequest, account: str, address: str, name: str) -> HttpResponse:
    """The masked fields: what hiding puts in place of revealed ones."""
    found = subject.find(request, account, address, name)
    facts = {"subject": found, "rows": value_rows.masked(found.record, found.prefix.kind)}
    return render(request, "secret/fields.html" if is_fragment(request) else "secret/masked.html", facts)


@require_GET
def policy(request: HttpRequest, account: str, address: str, name: str) -> HttpResponse:
    """The resource policy, asked for when somebody opens it."""
    found = subject.find(request, account, address, name)
    subject.require_able(found, lambda can: can.policies)
    facts: dict[str, object] = {"subject": found}
    error = None
    try:
        text = found.door.resource_policy(name)
        facts["policy"] = pretty(text)
    except StoreError as failure:
        error = facts["error"] = failure
    if is_fragment(request):
        return render(request, "secret/policy.html#policy", facts)
    return render(request, "secret/policy.html", facts, status=live.status_of(error))
