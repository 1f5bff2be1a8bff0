"""The history of one secret: its versions, how two of them differ, and going back to one."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from secretsui.access.models import Level
from secretsui.core.compare import FieldDiff, compare, compare_texts
from secretsui.core.decoding import decoder
from secretsui.inventory.models import Kind, Prefix
from secretsui.stores.base import Conflict, StoreError, Value
from secretsui.web import live, subject
from secretsui.web.live import History
from secretsui.web.reauth import recently_required
from secretsui.web.subject import Subject
from secretsui.web.value_rows import best_reading
from secretsui.web.version_changes import CHANGES

PER_PAGE = 25


def _page(request: HttpRequest, account: str, address: str, name: str) -> str:
    return reverse("secret-versions", args=[account, address, name])


@require_GET
def versions(request: HttpRequest, account: str, address: str, name: str) -> HttpResponse:
    found = subject.find(request, account, address, name)
    subject.require_able(found, lambda can: can.history)
    return _versions(request, found, live.history(found.door, name))


def _versions(request: HttpRequest, found: Subject, history: History, **facts: object) -> HttpResponse:
    page = Paginator(history.versions, PER_PAGE).get_page(request.GET.get("page"))
    status = 422 if facts else live.status_of(history.error)
    readable = [each for each in history.versions if each.version.state == "enabled"]
    comparable = found.can_reveal and not found.record.deleted_at and len(readable) > 1
    everything = {"subject": found, "history": history, "page": page, "comparable": comparable, **facts}
    return render(request, "versions/versions.html", everything, status=status)


@require_GET
def compare_two(request: HttpRequest, account: str, address: str, name: str) -> HttpResponse:
    """Which fields differ. The values are read for it and never reach the page."""
    found = subject.find(request, account, address, name)
    subject.require(found, Level.REVEAL)
    history = live.history(found.door, name)
    older, newer = history.find(request.GET.get("a", "")), history.find(request.GET.get("b", ""))
    if history.error is None and (older is None or newer is None or older == newer):
        return _versions(request, found, history, refusal=_("Choose two different versions of the list to compare."))
    facts: dict[str, object] = {"subject": found, "history": history}
    error = history.error
    try:
        if older and newer:
            older, newer = sorted((older, newer), key=lambda each: each.number)
            left, right = found.door.compare(name, older.version_id, newer.version_id)
            facts |= {"older": older, "newer": newer, "diffs": differences(left, right, found.prefix)}
    except StoreError as failure:
        error = failure
    return render(request, "versions/compare.html", {**facts, "error": error}, status=live.status_of(error))


def differences(left: Value, right: Value, prefix: Prefix) -> Sequence[FieldDiff] | None:
    """None where one of them is binary and so has no fields."""
    if left.text is None or right.text is None:
        return None
    if prefix.kind == Kind.CONNECTION:
        decode = decoder(prefix.store_kind)
        conns = best_reading(left.text, decode), best_reading(right.text, decode)
        if all(conns):
            return compare(*conns)
    return compare_texts(left.text, right.text)


@require_http_methods(["GET", "POST"])
@recently_required
def put_back(request: HttpRequest, account: str, address: str, name: str) -> HttpResponse:
    """Make an old version current again, provided that the current one still is the one that the page showed."""
    found = subject.find(request, account, address, name)
    subject.require(found, Level.WRITE)
    subject.require_able(found, lambda can: can.put_back)
    history = live.history(found.door, name)
    asked = request.POST if request.method == "POST" else request.GET
    old = history.find(asked.get("version", ""))
    if history.error is None and (old is None or old.version.is_current or old.version.state != "enabled"):
        refusal = _("Choose an older version of the list to put back.")
        return _versions(request, found, history, refusal=refusal)
    facts = {"subject": found, "history": history, "old": old}
    if request.method == "GET" or old is None:
        return render(request, "versions/put_back.html", facts, status=live.status_of(history.error))
    try:
        found.door.put_back(name, old.version_id, replaces=request.POST.get("base_version", ""))
    except Conflict as conflict:
        history = live.history(found.door, name)
        return render(request, "versions/put_back.html", {**facts, "history": history, "error": conflict}, status=409)
    except StoreError as error:
        return render(request, "versions/put_back.html", {**facts, "error": error}, status=live.status_of(error))
    messages.success(request, _put_back_words(found, old.words))
    return redirect(found.links["show"])


def _put_back_words(found: Subject, version: str) -> str:
    """Only where versions have stages does the old one itself become current."""
    if found.words.has_stages:
        return _("%(version)s is current again.") % {"version": version.capitalize()}
    return _("The value of %(version)s is current again, as a new version.") % {"version": version}


@require_http_methods(["GET", "POST"])
@recently_required
def change(request: HttpRequest, account: str, address: str, name: str) -> HttpResponse:
    """Switch one version off or on, take it away, bring it back or destroy it."""
    found = subject.find(request, account, address, name)
    subject.require(found, Level.WRITE)
    asked = request.POST if request.method == "POST" else request.GET
    wanted = CHANGES.get(asked.get("change", ""))
    subject.require_able(found, lambda can: wanted is None or wanted.change in can.version_changes)
    history = live.history(found.door, name)
    old = history.find(asked.get("version", ""))
    if history.error is None and (old is None or wanted is None or old.version.state not in wanted.of):
        return _versions(request, found, history, refusal=_("Choose one of the buttons of the list."))
    facts = {"subject": found, "history": history, "old": old, "change": wanted}
    unticked = request.method == "POST" and wanted is not None and wanted.is_final and "sure" not in request.POST
    if request.method == "GET" or old is None or wanted is None or unticked:
        status = 422 if unticked else live.status_of(history.error)
        return render(request, "versions/change.html", {**facts, "unticked": unticked}, status=status)
    try:
        found.door.change_version(name, old.version_id, wanted.change)
    except StoreError as error:
        return render(request, "versions/change.html", {**facts, "error": error}, status=live.status_of(error))
    messages.success(request, str(wanted.done) % {"version": old.words.capitalize()})
    return redirect(found.links["versions"])
