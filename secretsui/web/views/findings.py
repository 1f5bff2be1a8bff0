"""One finding: its evidence and history, and what people decide about it."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from secretsui.audits import acceptance, ownership, selection, words
from secretsui.audits.acceptance import NotAcceptable
from secretsui.audits.models import StoredFinding
from secretsui.core.rules.audit import RULES
from secretsui.web import finding_rows
from secretsui.web.finding_history import history
from secretsui.web.forms.audit import AcceptForm, OwnerForm
from secretsui.web.guards import person

RELATED: Final = 20


def _find(request: HttpRequest, fingerprint: str) -> StoredFinding:
    return selection.finding(request.user, fingerprint)


def _page(request: HttpRequest, found: StoredFinding, status: int = 200, **forms: Any) -> HttpResponse:
    row = finding_rows.rows(request, [found])[0]
    related, unseen = selection.related(request.user, found)
    facts = {
        "finding": found,
        "row": row,
        "rule": RULES.get(found.rule),
        "url": finding_rows.url_of(found),
        "place": words.position(found),
        "why": words.reason_words(found.unchecked) if found.unchecked else "",
        "related": [words.place(each) for each in related[:RELATED]],
        "others": unseen + len(related[RELATED:]),
        "history": history(found),
        "accept": AcceptForm(),
        "owner": OwnerForm(initial={"owner": found.owner if found.assigned_by else ""}),
        **forms,
    }
    return render(request, "findings/finding.html", facts, status=status)


@require_GET
def finding(request: HttpRequest, fingerprint: str) -> HttpResponse:
    return _page(request, _find(request, fingerprint))


@require_POST
def accept(request: HttpRequest, fingerprint: str) -> HttpResponse:
    found = _find(request, fingerprint)
    form = AcceptForm(request.POST)
    if not form.is_valid() or not _accepted(request, found, form):
        return _page(request, found, 422, accept=form)
    facts = {"day": date_format(form.cleaned_data["until"], "j M Y")}
    messages.success(request, _("Accepted until %(day)s.") % facts)
    return redirect("finding", fingerprint)


def _accepted(request: HttpRequest, found: StoredFinding, form: AcceptForm) -> bool:
    try:
        acceptance.accept(person(request), found, form.cleaned_data["until"], form.cleaned_data["reason"])
    except NotAcceptable as error:
        form.add_error(error.field or None, str(error))
        return False
    return True


@require_POST
def withdraw(request: HttpRequest, fingerprint: str) -> HttpResponse:
    found = _find(request, fingerprint)
    acceptance.withdraw(person(request), found)
    messages.success(request, _("It is not accepted any more."))
    return redirect("finding", fingerprint)


@require_POST
def assign(request: HttpRequest, fingerprint: str) -> HttpResponse:
    found = _find(request, fingerprint)
    form = OwnerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, 422, owner=form)
    ownership.assign(person(request), found, form.cleaned_data["owner"])
    messages.success(request, _("Owner: %(owner)s.") % {"owner": found.owner or _("nobody")})
    return redirect("finding", fingerprint)
