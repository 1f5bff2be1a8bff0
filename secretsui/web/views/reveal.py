"""Values in clear, on demand: recorded before they are read, kept nowhere, gone from the screen after a minute."""

from __future__ import annotations

import re
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from secretsui.stores.base import StoreError, Value
from secretsui.web import live, subject, value_rows
from secretsui.web.htmx import is_fragment, shown_anyway
from secretsui.web.reauth import recently_required
from secretsui.web.subject import Subject

SECONDS: Final = 60
_VERSION_ID: Final = re.compile(r"[A-Za-z0-9-]{0,64}")


def _page(request: HttpRequest, account: str, address: str, name: str) -> str:
    return reverse("secret-versions" if request.POST.get("version") else "secret", args=[account, address, name])


@require_POST
@recently_required(back=_page)
def reveal(request: HttpRequest, account: str, address: str, name: str) -> HttpResponse:
    found = subject.find(request, account, address, name)
    field, version_id = request.POST.get("field", "all"), request.POST.get("version", "")
    if field not in ("all", *value_rows.REVEALABLE):
        return _answer(request, found, {"refusal": _("There is no such field. Choose one of the page.")}, 422)
    if not _VERSION_ID.fullmatch(version_id):
        return _answer(request, found, {"refusal": _("This is no version id. Choose a version of the list.")}, 422)
    try:
        value = found.door.reveal(name, field=field, version_id=version_id)
    except StoreError as error:
        return _answer(request, found, {"error": error}, live.status_of(error))
    return _answer(request, found, _clear(value, found, field, version_id), 200)


def _clear(value: Value, found: Subject, field: str, version_id: str) -> dict[str, Any]:
    facts: dict[str, Any] = {"value": value, "seconds": SECONDS, "version": version_id}
    if value.text is None:
        return facts | {"rows": []}
    record = None if version_id else found.record
    return facts | {
        "rows": value_rows.revealed(value.text, found.prefix.kind, field, record, decode=found.rules.decode)
    }


def _answer(request: HttpRequest, found: Subject, facts: dict[str, Any], status: int) -> HttpResponse:
    number = request.POST.get("number", "")
    shown = {"version": request.POST.get("version", ""), "number": number if number.isdecimal() else ""}
    masked = [] if shown["version"] else value_rows.masked(found.record, found.prefix.kind)
    facts = {"subject": found, "rows": masked, **shown, **facts}
    if is_fragment(request):
        return shown_anyway(render(request, "secret/fields.html", facts, status=status))
    response = render(request, "secret/revealed.html", {**facts, "alone": True}, status=status)
    if "seconds" in facts and facts["rows"]:
        back = _page(request, found.account.name, found.prefix.address, found.name)
        response["Refresh"] = f"{SECONDS}; url={back}"
    return response
